import { createRequire } from 'node:module';
import type { SelectWork } from './pixelProtocol.ts';

/** The part of OpenCV's JavaScript build used here. */
interface OpenCv {
  Mat: new (rows?: number, columns?: number, type?: number) => CvMat;
  Rect: new (x: number, y: number, width: number, height: number) => unknown;
  matFromArray(rows: number, columns: number, type: number, values: Uint8Array): CvMat;
  cvtColor(from: CvMat, to: CvMat, code: number): void;
  grabCut(
    image: CvMat,
    mask: CvMat,
    box: unknown,
    background: CvMat,
    foreground: CvMat,
    iterations: number,
    mode: number,
  ): void;
  CV_8UC1: number;
  CV_8UC4: number;
  COLOR_RGBA2RGB: number;
  GC_INIT_WITH_MASK: number;
}
interface CvMat {
  data: Uint8Array;
  delete(): void;
}

const background = 0;
const foreground = 1;
const maybeBackground = 2;
const maybeForeground = 3;

let loading: Promise<{ cv: OpenCv }> | undefined;

/** OpenCV's module object has a `then` that yields itself: it must never be awaited or returned from a promise bare. */
function openCv(): Promise<{ cv: OpenCv }> {
  loading ??= new Promise((resolve) => {
    const cv: OpenCv & { onRuntimeInitialized?: () => void } = createRequire(import.meta.url)('@techstark/opencv-js');
    if (cv.Mat) resolve({ cv });
    else cv.onRuntimeInitialized = () => resolve({ cv });
  });
  return loading;
}

/** GrabCut (Rother, Kolmogorov & Blake 2004) by OpenCV: one byte a pixel, 0 or 255. */
export async function grabCut({ width, height, picture, hints, box, iterations = 4 }: SelectWork): Promise<Uint8Array> {
  const { cv } = await openCv();
  const labels = new Uint8Array(width * height);
  for (let i = 0; i < labels.length; i++) {
    const x = i % width;
    const y = (i - x) / width;
    const isInside = !box || (x >= box.x && y >= box.y && x < box.x + box.width && y < box.y + box.height);
    if (hints[i] === 1) labels[i] = foreground;
    else if (hints[i] === 2 || !isInside) labels[i] = background;
    else labels[i] = box ? maybeForeground : maybeBackground;
  }
  // GrabCut needs samples of both sides; without a box the picture's border counts as background where nothing else is known.
  if (!labels.includes(background)) {
    for (let x = 0; x < width; x++)
      for (const y of [0, height - 1]) if (labels[y * width + x] !== foreground) labels[y * width + x] = background;
    for (let y = 0; y < height; y++)
      for (const x of [0, width - 1]) if (labels[y * width + x] !== foreground) labels[y * width + x] = background;
  }
  const mats: CvMat[] = [];
  const keep = <Kind extends CvMat>(mat: Kind): Kind => {
    mats.push(mat);
    return mat;
  };
  try {
    const rgba = keep(cv.matFromArray(height, width, cv.CV_8UC4, picture));
    const rgb = keep(new cv.Mat());
    cv.cvtColor(rgba, rgb, cv.COLOR_RGBA2RGB);
    const mask = keep(cv.matFromArray(height, width, cv.CV_8UC1, labels));
    cv.grabCut(
      rgb,
      mask,
      new cv.Rect(0, 0, width, height),
      keep(new cv.Mat()),
      keep(new cv.Mat()),
      iterations,
      cv.GC_INIT_WITH_MASK,
    );
    return Uint8Array.from(mask.data, (label) => (label === foreground || label === maybeForeground ? 255 : 0));
  } finally {
    for (const mat of mats) mat.delete();
  }
}
