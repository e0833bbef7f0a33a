import type { ReactNode } from 'react';
import { Circle, Group, Line, Rect } from 'react-konva';
import type { MaskOperation, RegionPrompt } from '../../../models/masks/maskDrawing.ts';
import type { DocumentStore } from '../../editor/documentStore.ts';
import type { Editor } from '../../editor/editor.ts';
import { activeMask, lastOperation } from '../../editor/maskCommands.ts';
import { useDocument, useProject, useSession } from '../../project/hooks.ts';

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
  const { editor } = useProject();
  const live = useSession((session) => session.live);
  const tool = useSession((session) => session.tool);
  const scribbles = useSession((session) => session.scribbles);
  const prompt = useDocument((document) => promptOf(editor, document, frameIndex));
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
      {tool === 'smart' ? <PromptMarks prompt={prompt} scale={scale} /> : null}
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

/** What the last region of the shown frame was clicked by. */
function promptOf(editor: Editor, document: DocumentStore, frameIndex: number): RegionPrompt | undefined {
  const mask = activeMask(editor);
  const operation = mask && lastOperation(document, mask, frameIndex)?.operation;
  return operation?.kind === 'region' ? operation.prompt : undefined;
}

/** Clicks as a plus or a minus in a ring, told apart by shape as well as by colour. */
function PromptMarks({ prompt, scale }: { prompt: RegionPrompt | undefined; scale: number }): ReactNode {
  const arm = 3.5 / scale;
  const line = { strokeWidth: 1.5 / scale, stroke: '#ffffff' };
  return prompt?.points.map(({ x, y, adds }) => (
    <Group key={`${x} ${y}`} x={x} y={y}>
      <Circle radius={7 / scale} fill={adds ? '#1a7a4c' : '#c02c35'} {...line} />
      <Line points={[-arm, 0, arm, 0]} {...line} />
      {adds ? <Line points={[0, -arm, 0, arm]} {...line} /> : null}
    </Group>
  ));
}

function positionsOf(stroke: Extract<MaskOperation, { kind: 'stroke' }>): number[] {
  const positions: number[] = [];
  for (let at = 0; at + 2 < stroke.points.length; at += 3)
    positions.push(stroke.points[at] ?? 0, stroke.points[at + 1] ?? 0);
  // A dot is a line of no length, which nothing draws.
  if (positions.length === 2) positions.push((positions[0] ?? 0) + 0.01, positions[1] ?? 0);
  return positions;
}
