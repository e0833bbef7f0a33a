import { AskedProgram } from '../../children/askedProgram.ts';
import { childEntry } from '../../children/childEntry.ts';
import type { MeasureAnswer, MeasureQuestion } from './measureProtocol.ts';

/** What measures takes, as the services use it. */
export interface MeasurePort {
  /** The figures; an error is a sentence. */
  measure(question: MeasureQuestion): Promise<MeasureAnswer>;
  close(): void;
}

/** How long its networks stay loaded with nothing to measure. */
const idleMilliseconds = 30_000;

/** Measures in a process of its own, which is there while there is something to measure. */
export function measureProgram(): MeasurePort {
  const program = new AskedProgram<MeasureQuestion, MeasureAnswer>({
    entry: childEntry('measureProcess', import.meta.url),
    title: 'MagDiff measures',
    idleMilliseconds,
  });
  return {
    measure: async (question) => (await program.ask(question)) ?? { error: 'The measuring stopped unexpectedly.' },
    close: () => program.close(),
  };
}
