import type { ReactNode } from 'react';
import { Group, Image as KonvaImage, Line, Rect } from 'react-konva';
import type { Viewport } from '../../editor/session.ts';
import { useSession } from '../../project/hooks.ts';
import type { ShownPicture } from '../useShownResult.ts';
import { containIn, type Size } from '../viewGeometry.ts';

/** Source and result in the chosen arrangement. */
export function Pictures({
  frame,
  image,
  result,
  compare,
  composed,
  places,
}: {
  /** What the pictures lie in: the source's size, or the timeline's. */
  frame: Size;
  image: HTMLImageElement | undefined;
  result: ShownPicture | undefined;
  compare: ShownPicture | undefined;
  /** The timeline's picture, where it is that which is shown. */
  composed: ShownPicture | undefined;
  places: { source: Viewport; result: Viewport };
}): ReactNode {
  const mode = useSession((session) => session.viewMode);
  const wipe = useSession((session) => session.wipe);
  const first = compare ? (
    <Picture picture={compare} frame={frame} />
  ) : image ? (
    <KonvaImage image={image} {...frame} />
  ) : (
    <Rect {...frame} fill="#16171a" />
  );
  const place = (at: Viewport) => ({ x: at.x, y: at.y, scaleX: at.scale, scaleY: at.scale });
  const ground = <Rect {...frame} fill="#16171a" />;
  if (mode === 'source')
    return <Group {...place(places.source)}>{image ? <KonvaImage image={image} {...frame} /> : ground}</Group>;
  if (mode === 'timeline')
    return (
      <Group {...place(places.source)}>
        <Rect {...frame} fill="#000000" />
        {composed ? <Picture picture={composed} frame={frame} /> : null}
      </Group>
    );
  if (mode === 'result')
    return (
      <Group {...place(places.source)}>
        {ground}
        {result ? <Picture picture={result} frame={frame} /> : null}
      </Group>
    );
  if (mode === 'sideBySide')
    return (
      <>
        <Group {...place(places.source)}>{first}</Group>
        <Group {...place(places.result)}>
          {ground}
          {result ? <Picture picture={result} frame={frame} /> : null}
        </Group>
      </>
    );
  if (mode === 'difference')
    return (
      <Group {...place(places.source)}>
        {first}
        {result ? <Picture picture={result} frame={frame} blend="difference" /> : null}
      </Group>
    );
  const edge = frame.width * wipe;
  return (
    <Group {...place(places.source)}>
      {first}
      <Group clipX={edge} clipY={0} clipWidth={frame.width - edge} clipHeight={frame.height}>
        {result ? <Picture picture={result} frame={frame} /> : null}
      </Group>
      <Line
        points={[edge, 0, edge, frame.height]}
        stroke="#ffffff"
        strokeWidth={2 / places.source.scale}
        shadowColor="#000"
        shadowBlur={6}
      />
      <Rect
        x={edge - 9 / places.source.scale}
        y={frame.height / 2 - 16 / places.source.scale}
        width={18 / places.source.scale}
        height={32 / places.source.scale}
        cornerRadius={9 / places.source.scale}
        fill="#ffffff"
      />
    </Group>
  );
}

function Picture({ picture, frame, blend }: { picture: ShownPicture; frame: Size; blend?: 'difference' }): ReactNode {
  const box = containIn(picture.crop, frame);
  return (
    <KonvaImage
      image={picture.image}
      crop={picture.crop}
      {...box}
      {...(blend ? { globalCompositeOperation: blend } : {})}
    />
  );
}
