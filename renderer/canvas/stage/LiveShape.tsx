import type { ReactNode } from 'react';
import { Line, Rect } from 'react-konva';
import type { MaskOperation } from '../../../models/masks/maskDrawing.ts';
import { useSession } from '../../project/hooks.ts';

/** The outline under the hand (lasso, rectangle) and the scribbles of smart select, in source pixels. */
export function LiveShape({
  scale,
  sourceId,
  frameIndex,
}: {
  scale: number;
  sourceId: string;
  frameIndex: number;
}): ReactNode {
  const live = useSession((session) => session.live);
  const tool = useSession((session) => session.tool);
  const scribbles = useSession((session) => session.scribbles);
  const isHere = scribbles?.sourceId === sourceId && scribbles.frameIndex === frameIndex;
  const strokes = isHere ? scribbles.strokes : [];
  const lines = tool === 'smart' && live ? [...strokes, live] : strokes;
  return (
    <>
      {lines.map((operation, index) =>
        operation.kind === 'stroke' ? (
          // Scribbles are only ever added at the end.
          <Line
            // biome-ignore lint/suspicious/noArrayIndexKey: their place in the list is their identity.
            key={index}
            points={positionsOf(operation)}
            stroke={operation.mode === 'paint' ? '#4cc38a' : '#ff7a7a'}
            strokeWidth={operation.radius * 2}
            lineCap="round"
            lineJoin="round"
            opacity={0.8}
          />
        ) : null,
      )}
      {live?.kind === 'lasso' ? (
        <Line
          points={live.points}
          closed
          stroke="#ffffff"
          strokeWidth={1.5 / scale}
          dash={[5 / scale, 4 / scale]}
          fill="rgba(133,132,245,0.25)"
        />
      ) : null}
      {live?.kind === 'rectangle' ? (
        <Rect
          x={live.x}
          y={live.y}
          width={live.width}
          height={live.height}
          stroke="#ffffff"
          strokeWidth={1.5 / scale}
          dash={[5 / scale, 4 / scale]}
          fill="rgba(133,132,245,0.25)"
        />
      ) : null}
    </>
  );
}

function positionsOf(stroke: Extract<MaskOperation, { kind: 'stroke' }>): number[] {
  const positions: number[] = [];
  for (let at = 0; at + 2 < stroke.points.length; at += 3)
    positions.push(stroke.points[at] ?? 0, stroke.points[at + 1] ?? 0);
  // A dot is a line of no length, which nothing draws.
  if (positions.length === 2) positions.push((positions[0] ?? 0) + 0.01, positions[1] ?? 0);
  return positions;
}
