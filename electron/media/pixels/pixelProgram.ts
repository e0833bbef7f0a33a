import { StudioError } from '../../../models/errors/studioError.ts';
import { AskedProgram } from '../../children/askedProgram.ts';
import { childEntry } from '../../children/childEntry.ts';
import type { PixelAnswer, PixelWork } from './pixelProtocol.ts';

const program = new AskedProgram<PixelWork, PixelAnswer>({
  entry: childEntry('pixelProcess', import.meta.url),
  title: 'MagDiff pixels',
});

/**
 * Has work on pixels done in a process of its own, so that nobody waits; returns one byte a pixel. `doing`: what it is, as the beginning of a
 * sentence on its failure.
 */
export async function workOnPixels(work: PixelWork, doing: string): Promise<Uint8Array> {
  const answer = await program.ask(work);
  if (!answer) throw new StudioError('internal', `${doing} stopped unexpectedly.`, { hint: 'Try again.' });
  if ('error' in answer) throw new StudioError('internal', `${doing} failed: ${answer.error}`);
  return answer.coverage;
}

/** Ends the process, for programs that want to leave. */
export function stopPixelProgram(): void {
  program.close();
}
