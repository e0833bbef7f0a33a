import { join } from 'node:path';

/** Where a job leaves a frame, by its number from 0. */
export function frameFileOf(framesFolder: string, frame: number): string {
  return join(framesFolder, `${String(frame).padStart(5, '0')}.png`);
}
