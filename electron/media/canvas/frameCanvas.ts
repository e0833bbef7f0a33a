import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Canvas } from '@napi-rs/canvas';
import { StudioError } from '../../../models/errors/studioError.ts';
import type { Surface } from '../../composition/drawingContext.ts';
import { faceFiles } from '../../composition/titleFaces.ts';
import { titleFonts } from '../../contract/timeline/timelineRecords.ts';

/** A picture that can be drawn on a {@link FrameCanvas}. */
export type CanvasPicture = Canvas;

/** A canvas of one size that frames of video are drawn on, one after the other. */
export interface FrameCanvas extends Surface<CanvasPicture> {
  /** Another of the same size. */
  readonly scratch: Surface<CanvasPicture>;
  /** Pixels as something to draw, into `old` where that is of the same size. */
  picture(pixels: { width: number; height: number; data: Uint8Array }, old?: CanvasPicture): CanvasPicture;
  /** What is drawn, as RGBA. The array is the receiver's own. */
  pixels(): Uint8Array;
}

/** Makes a canvas, with the faces of titles at hand. @throws StudioError `tool-missing` where this system's canvas is not installed */
export async function openFrameCanvas(width: number, height: number): Promise<FrameCanvas> {
  drawing ??= loadDrawing();
  const { createCanvas, ImageData } = await drawing;
  const surface = (): { context: ReturnType<Canvas['getContext']>; image: Canvas } => {
    const image = createCanvas(width, height);
    return { context: image.getContext('2d'), image };
  };
  const { context, image } = surface();
  return {
    context,
    image,
    scratch: surface(),
    picture: ({ width: across, height: down, data }, old) => {
      const canvas = old?.width === across && old.height === down ? old : createCanvas(across, down);
      const bytes = new Uint8ClampedArray(data.buffer, data.byteOffset, data.byteLength);
      canvas.getContext('2d').putImageData(new ImageData(bytes, across, down), 0, 0);
      return canvas;
    },
    pixels: () => {
      const { data } = context.getImageData(0, 0, width, height);
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    },
  };
}

let drawing: ReturnType<typeof loadDrawing> | undefined;

/** The canvas, when it is needed first: a studio that exports no timeline does without. */
async function loadDrawing(): Promise<typeof import('@napi-rs/canvas')> {
  const loaded = await import('@napi-rs/canvas').catch((cause: unknown) => {
    throw new StudioError(
      'tool-missing',
      'Timelines cannot be drawn here: @napi-rs/canvas has no program for this system.',
      {
        hint: 'Install the packages again; takes can be exported without it.',
        cause,
      },
    );
  });
  const require = createRequire(import.meta.url);
  const files = titleFonts.flatMap((font) => faceFiles(font));
  // Read here, not by the canvas: the packaged program's files lie in an archive that it does not know.
  for (const { family, path } of files) loaded.GlobalFonts.register(await readFile(require.resolve(path)), family);
  return loaded;
}
