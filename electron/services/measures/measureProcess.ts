/** The process behind measureProgram.ts: measures takes one after the other, with networks of its own. */
import { answerParent } from '../../children/parentChannel.ts';
import type { MeasureAnswer, MeasureQuestion } from './measureProtocol.ts';
import { measureTake } from './measureTake.ts';
import { findBackbones, type OpenedReaders, openReaders } from './openReaders.ts';
import { framesOf, takeOfJob } from './takeToMeasure.ts';

/** The readers in use, and for which model they were opened. */
let opened: { readonly key: string; readonly readers: Promise<OpenedReaders> } | undefined;

async function readersFor({ modelFolder, folders, home }: MeasureQuestion): Promise<OpenedReaders> {
  const key = JSON.stringify([modelFolder, folders, home]);
  if (opened?.key !== key) {
    const before = opened;
    const readers = findBackbones(folders, home).then((backbones) => openReaders({ backbones, modelFolder }));
    opened = { key, readers };
    await before?.readers.then((old) => old.dispose()).catch(() => undefined);
    readers.catch(() => {
      opened = undefined;
    });
  }
  return opened.readers;
}

async function measure(question: MeasureQuestion): Promise<MeasureAnswer> {
  const readers = await readersFor(question);
  const take = await takeOfJob(await framesOf(question.framesFolder), question.job, readers.model);
  return { measured: await measureTake(take, readers) };
}

let last: Promise<unknown> = Promise.resolve();

answerParent<MeasureQuestion, MeasureAnswer>((question) => {
  // One after the other: two would only make each other slow.
  const answer = last
    .then(() => measure(question))
    .catch((cause: unknown) => ({
      error: cause instanceof Error ? cause.message : String(cause),
    }));
  last = answer;
  return answer;
});
