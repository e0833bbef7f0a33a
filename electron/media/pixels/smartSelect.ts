import { StudioError } from '../../../models/errors/studioError.ts';
import { workOnPixels } from './pixelProgram.ts';
import type { SelectWork } from './pixelProtocol.ts';

/**
 * Finds the subject from a box or a few scribbles by GrabCut (Rother, Kolmogorov & Blake 2004; OpenCV's implementation), in a process
 * of its own so that nobody waits. Returns one byte a pixel, 0 or 255.
 */
export function smartSelect(request: Omit<SelectWork, 'kind'>): Promise<Uint8Array> {
  const { width, height } = request;
  if (request.picture.length !== width * height * 4 || request.hints.length !== width * height) {
    throw new StudioError('request-invalid', 'The picture and the hints of a smart select differ in size.');
  }
  if (!request.box && !request.hints.includes(1)) {
    throw new StudioError('mask-empty', 'Smart select has nothing to start from.', {
      hint: 'Scribble over the subject or draw a box around it.',
    });
  }
  return workOnPixels({ kind: 'select', ...request }, 'Smart select');
}
