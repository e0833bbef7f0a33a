import { workOnPixels } from './pixelProgram.ts';
import type { DrawWork } from './pixelProtocol.ts';

/** A frame of a mask drawing that lies in a file, as one byte a pixel; turned into pixels in a process of its own. */
export const maskCoverage = (drawing: Omit<DrawWork, 'kind'>): Promise<Uint8Array> =>
  workOnPixels({ kind: 'draw', ...drawing }, 'Drawing the mask');
