/** The process behind pixelProgram.ts: pixel work that takes long, one request after another. */
import { readFile } from 'node:fs/promises';
import { parseBoundedJson } from '../../../models/files/boundedJson.ts';
import { softEdges } from '../../../models/follow/softEdges.ts';
import { drawingFromFrame } from '../../../models/masks/drawingFrames.ts';
import type { MaskDrawing } from '../../../models/masks/maskDrawing.ts';
import { rasterizeMask } from '../../../models/masks/rasterizeMask.ts';
import { answerParent } from '../../children/parentChannel.ts';
import { maskDrawing } from '../../contract/masks/maskOperations.ts';
import { grabCut } from './grabCut.ts';
import type { DrawWork, PixelAnswer, PixelWork } from './pixelProtocol.ts';

/** The drawing of the last request: a clip's frames ask for the same one in turn. */
let last: { key: string; drawing: MaskDrawing } | undefined;

async function draw({ drawingPath, startFrame, width, height, frameIndex, picture }: DrawWork): Promise<Uint8Array> {
  const key = `${startFrame} ${drawingPath}`;
  if (last?.key !== key) {
    const content = parseBoundedJson(await readFile(drawingPath, 'utf8'), drawingPath);
    last = { key, drawing: drawingFromFrame(maskDrawing.parse(content), startFrame) };
  }
  const hard = rasterizeMask(last.drawing, { width, height, frameIndex });
  return last.drawing.softEdges && picture ? softEdges(picture, hard, { width, height }) : hard;
}

const answerTo = (work: PixelWork): Promise<Uint8Array> => (work.kind === 'select' ? grabCut(work) : draw(work));

answerParent<PixelWork, PixelAnswer>((work) =>
  answerTo(work).then(
    (coverage) => ({ coverage }),
    (cause: unknown) => ({ error: cause instanceof Error ? cause.message : String(cause) }),
  ),
);
