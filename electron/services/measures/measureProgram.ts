import { AskedProgram } from '../../children/askedProgram.ts';
import { childEntry } from '../../children/childEntry.ts';
import type {
  AttentionAnswer,
  AttentionQuestion,
  MeasureAnswer,
  MeasureQuestion,
  ReadingQuestion,
} from './measureProtocol.ts';

/** What looks into made takes, as the services use it. Errors are sentences. */
export interface MeasurePort {
  measure(question: MeasureQuestion): Promise<MeasureAnswer>;
  attention(question: AttentionQuestion): Promise<AttentionAnswer>;
  close(): void;
}

/** How long its networks stay loaded with nothing to do. */
const idleMilliseconds = 30_000;

/** Measures and reads attention in a process of its own, which is there while there is something to do. */
export function measureProgram(): MeasurePort {
  const program = new AskedProgram<ReadingQuestion, MeasureAnswer & AttentionAnswer>({
    entry: childEntry('measureProcess', import.meta.url),
    title: 'MagDiff measures',
    idleMilliseconds,
  });
  const stopped = { error: 'The process that looks into takes stopped unexpectedly.' };
  return {
    measure: async (question) => (await program.ask({ kind: 'measure', ...question })) ?? stopped,
    attention: async (question) => (await program.ask({ kind: 'attention', ...question })) ?? stopped,
    close: () => program.close(),
  };
}
