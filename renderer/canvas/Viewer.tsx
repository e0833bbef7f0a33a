import type Konva from 'konva';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { Group, Image as KonvaImage, Layer, Line, Rect, Stage } from 'react-konva';
import type { SourceRecord } from '../../electron/contract/records.ts';
import type { MaskOperation } from '../../models/masks/maskDrawing.ts';
import { activeMask, drawingOfMask } from '../editor/maskCommands.ts';
import { frameUrl, shownSourceFrame } from '../preview/shownFrames.ts';
import { useApp, useDocument, useSession, useStudio } from '../ui/hooks.ts';
import { texts } from '../ui/texts.ts';
import { BrushCursor } from './BrushCursor.tsx';
import { LiveShape } from './LiveShape.tsx';
import { MaskCanvas } from './MaskCanvas.ts';
import { useFrameImage } from './useFrameImage.ts';
import { usePointerTools } from './usePointerTools.ts';
import { type ShownPicture, useShownResult } from './useShownResult.ts';
import { containIn, fitViewport, layOut, type Size } from './viewGeometry.ts';

/** The viewer's stage: source, result and mask, and the hand's tools upon them. */
export function Viewer(): ReactNode {
  const studio = useStudio();
  const { editor } = studio;
  const holder = useRef<HTMLDivElement>(null);
  const stage = useStageSize(holder);
  const projectId = useApp((app) => app.projectId);
  const view = useDocument((document) => document.get('view', 'view'));
  const source = useDocument((document) => document.get('source', view?.sourceId));
  useSession((session) => session.playhead);
  const mode = useSession((session) => session.viewMode);
  const viewport = useSession((session) => session.viewport);
  const result = useShownResult(source);
  const ahead = useSession((session) => session.speed) !== 0 ? 4 : 1;
  const isComparing = mode !== 'source';
  const frame = source ? ((isComparing ? result.sourceFrame : undefined) ?? shownSourceFrame(editor, source)) : 0;
  const urls = source && projectId ? nextUrls(projectId, source, frame, ahead) : [];
  const sourceImage = useFrameImage(urls[0], urls.slice(1));
  const shown = viewport ?? (source ? fitViewport(mode, source, stage) : { scale: 1, x: 0, y: 0 });
  const pointer = usePointerTools(holder, source, shown);
  const places = source ? layOut(mode, source, shown) : undefined;

  return (
    // The keyboard's way to the same tools are the page-wide shortcuts.
    <div
      className="stage"
      ref={holder}
      role="application"
      aria-label={texts.viewer.label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the stage takes the keyboard's shortcuts like an editor's canvas.
      tabIndex={0}
      style={{ cursor: pointer.cursor }}
      {...pointer.handlers}
    >
      {source && places ? (
        <Stage width={stage.width} height={stage.height} listening={false}>
          <Layer listening={false} imageSmoothingEnabled={shown.scale < 6}>
            <SourceLayer
              source={source}
              image={sourceImage}
              result={result.picture}
              compare={result.compare}
              places={places}
            />
          </Layer>
          <Layer listening={false}>
            {mode === 'source' || mode === 'sideBySide' ? (
              <Group x={places.source.x} y={places.source.y} scaleX={shown.scale} scaleY={shown.scale}>
                <MaskOverlay source={source} frame={frame} />
                <LiveShape scale={shown.scale} />
              </Group>
            ) : null}
            <BrushCursor scale={shown.scale} position={pointer.position} />
          </Layer>
        </Stage>
      ) : (
        <EmptyStage />
      )}
      {source && mode === 'sideBySide' && !result.exists ? (
        <div className="stageEmpty half">{texts.viewer.noResult}</div>
      ) : null}
      {source && !result.exists && (mode === 'result' || mode === 'wipe' || mode === 'difference') ? (
        <div className="stageEmpty">{texts.viewer.noResult}</div>
      ) : null}
      <LiveBadge />
    </div>
  );
}

function nextUrls(projectId: string, source: SourceRecord, frame: number, ahead: number): string[] {
  const count = source.media === 'picture' ? 1 : Math.min(ahead + 1, source.frameCount - frame);
  return Array.from({ length: Math.max(1, count) }, (_, index) => frameUrl(projectId, source, frame + index));
}

/** Source and result in the chosen arrangement. */
function SourceLayer({
  source,
  image,
  result,
  compare,
  places,
}: {
  source: SourceRecord;
  image: HTMLImageElement | undefined;
  result: ShownPicture | undefined;
  compare: ShownPicture | undefined;
  places: ReturnType<typeof layOut>;
}): ReactNode {
  const mode = useSession((session) => session.viewMode);
  const wipe = useSession((session) => session.wipe);
  const frame = { width: source.width, height: source.height };
  const first = compare ? (
    <Picture picture={compare} frame={frame} />
  ) : image ? (
    <KonvaImage image={image} {...frame} />
  ) : (
    <Rect {...frame} fill="#16171a" />
  );
  const place = (at: typeof places.source) => ({ x: at.x, y: at.y, scaleX: at.scale, scaleY: at.scale });
  const ground = <Rect {...frame} fill="#16171a" />;
  if (mode === 'source')
    return <Group {...place(places.source)}>{image ? <KonvaImage image={image} {...frame} /> : ground}</Group>;
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
  const edge = source.width * wipe;
  return (
    <Group {...place(places.source)}>
      {first}
      <Group clipX={edge} clipY={0} clipWidth={source.width - edge} clipHeight={source.height}>
        {result ? <Picture picture={result} frame={frame} /> : null}
      </Group>
      <Line
        points={[edge, 0, edge, source.height]}
        stroke="#ffffff"
        strokeWidth={2 / places.source.scale}
        shadowColor="#000"
        shadowBlur={6}
      />
      <Rect
        x={edge - 9 / places.source.scale}
        y={source.height / 2 - 16 / places.source.scale}
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

/** The mask over the source, painted by the pipeline's own rasteriser. */
function MaskOverlay({ source, frame }: { source: SourceRecord; frame: number }): ReactNode {
  const { editor } = useStudio();
  const node = useRef<Konva.Image>(null);
  const painter = useMemo(() => new MaskCanvas(), []);
  const lastLive = useRef<MaskOperation | null>(null);
  const view = useDocument((document) => document.get('view', 'view'));
  const mask = useDocument(() => (view ? activeMask(editor) : undefined));
  const keys = useDocument((document) => (mask ? document.childrenOf('maskKey', mask.id) : undefined));
  const key = keys?.filter((candidate) => candidate.frameIndex <= frame).at(-1) ?? keys?.[0];
  const strokes = useDocument((document) => (key ? document.childrenOf('stroke', key.id) : undefined));
  const keep = useDocument((document) => document.get('setup', 'setup')?.settings);
  const display = useSession((session) => session.maskDisplay);
  const colour = useSession((session) => session.maskColour);
  const opacity = useSession((session) => session.maskOpacity);

  const inverted = keep?.task === 'edit' && keep.keep === 'rest';
  useEffect(() => {
    painter.setLook({ display, colour, inverted });
    node.current?.getLayer()?.batchDraw();
  }, [painter, display, colour, inverted]);
  // Strokes and keys are part of the drawing that is read from the document here.
  // biome-ignore lint/correctness/useExhaustiveDependencies: keys and strokes are read through drawingOfMask.
  useEffect(() => {
    const drawing = mask
      ? drawingOfMask(editor.document, mask)
      : { width: source.width, height: source.height, growPixels: 0, featherPixels: 0, keys: [] };
    painter.show(drawing, frame, `${mask?.id ?? source.id}/${key?.id ?? ''}`);
    node.current?.getLayer()?.batchDraw();
  }, [painter, editor, mask, keys, key, strokes, frame, source]);
  useEffect(() => {
    painter.onProgress = () => node.current?.getLayer()?.batchDraw();
    return () => painter.close();
  }, [painter]);
  useEffect(
    () =>
      editor.session.subscribe(() => {
        const { live, tool } = editor.session.state;
        if (live === lastLive.current) return;
        lastLive.current = live;
        if (live?.kind === 'stroke' && tool !== 'smart') painter.showLive(live);
        else if (live === null) painter.dropLive();
        else return;
        node.current?.getLayer()?.batchDraw();
      }),
    [editor, painter],
  );
  const shownOpacity = display === 'model' ? 1 : display === 'outline' ? 1 : opacity;
  const hidden = display === 'hidden' || (display === 'model' && !mask);
  return (
    <KonvaImage
      ref={node}
      image={painter.canvas}
      width={source.width}
      height={source.height}
      opacity={shownOpacity}
      visible={!hidden}
    />
  );
}

/** Says what to do while there is nothing to see. */
function EmptyStage(): ReactNode {
  return (
    <div className="stageEmpty">
      <strong>{texts.viewer.empty}</strong>
      <span>{texts.viewer.emptyHint}</span>
    </div>
  );
}

function LiveBadge(): ReactNode {
  const studio = useStudio();
  const live = useSession((session) => session.livePreview);
  const mode = useSession((session) => session.viewMode);
  const liveMode = useSession((session) => session.liveMode);
  if (!live || mode === 'source') return null;
  const label = liveMode ? texts.viewer.live : texts.viewer.preview;
  const running = live.state === 'denoising' && live.total > 0;
  return (
    <div className="liveBar">
      <span className="badge" data-testid="live-badge" data-state={live.state} data-step={live.step}>
        {label}
        {running ? ` · ${texts.viewer.step(live.step, live.total)}` : ''}
      </span>
      {liveMode && live.state === 'done' ? (
        <button
          type="button"
          className="button"
          onPointerDown={(event) => event.stopPropagation()}
          onClick={() => void studio.attempt(() => studio.takes.keepLive())}
        >
          {texts.viewer.keep}
        </button>
      ) : null}
    </div>
  );
}

function useStageSize(holder: React.RefObject<HTMLDivElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: 1, height: 1 });
  useEffect(() => {
    const element = holder.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, [holder]);
  return size;
}
