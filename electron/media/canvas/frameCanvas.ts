import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Canvas, createCanvas, GlobalFonts, ImageData } from '@napi-rs/canvas';
import type { Surface } from '../../composition/drawingContext.ts';
import { faceFiles } from '../../composition/titleFaces.ts';
import { type TitleStyle, titleFonts } from '../../contract/timeline/timelineRecords.ts';

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

/** Makes a canvas, with the faces of titles at hand. */
export async function openFrameCanvas(width: number, height: number): Promise<FrameCanvas> {
  faces ??= registerFaces();
  await faces;
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

let faces: Promise<void> | undefined;

async function registerFaces(): Promise<void> {
  const require = createRequire(import.meta.url);
  const files = titleFonts.flatMap((font: TitleStyle['font']) => faceFiles(font));
  // Read here, not by the canvas: the packaged program's files lie in an archive that it does not know.
  for (const { family, path } of files) GlobalFonts.register(await readFile(require.resolve(path)), family);
}
