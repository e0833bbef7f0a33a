/** The process behind measureProgram.ts: looks into takes one after the other, with networks of its own. */
import { openModel } from '../../../models/families/openModel.ts';
import type { Model } from '../../../models/model/model.ts';
import { answerParent } from '../../children/parentChannel.ts';
import { writeAttention } from './attentionFile.ts';
import type {
  AttentionAnswer,
  AttentionQuestion,
  MeasureAnswer,
  MeasureQuestion,
  ReadingQuestion,
} from './measureProtocol.ts';
import { measureTake } from './measureTake.ts';
import { findBackbones, type OpenedReaders, openReaders, readerOptions } from './openReaders.ts';
import { readTakeAttention } from './takeAttention.ts';
import { framesOf, framesOfPictures, takeOfJob } from './takeToMeasure.ts';

/** What is open, and for what it was opened. */
let readers: { readonly key: string; readonly opened: Promise<OpenedReaders> } | undefined;
let model: { readonly folder: string; readonly opened: Promise<Model> } | undefined;

async function readersFor({ modelFolder, folders, home }: MeasureQuestion): Promise<OpenedReaders> {
  const key = JSON.stringify([modelFolder, folders, home]);
  if (readers?.key !== key) {
    await readers?.opened.then((old) => old.dispose()).catch(() => undefined);
    const opened = findBackbones(folders, home).then((backbones) => openReaders({ backbones, modelFolder }));
    readers = { key, opened };
    opened.catch(() => {
      readers = undefined;
    });
  }
  return readers.opened;
}

async function modelOf(folder: string): Promise<Model> {
  if (model?.folder !== folder) {
    await model?.opened.then((old) => old.dispose()).catch(() => undefined);
    const opened = openModel(folder, readerOptions());
    model = { folder, opened };
    opened.catch(() => {
      model = undefined;
    });
  }
  return model.opened;
}

async function measure(question: MeasureQuestion): Promise<MeasureAnswer> {
  const reading = await readersFor(question);
  const { frames, job } = question;
  const pictures = await (typeof frames === 'string' ? framesOf(frames) : framesOfPictures(frames));
  const take = await takeOfJob(pictures, job, reading.model);
  return { measured: await measureTake(take, reading) };
}

async function attention({ folder, job, modelFolder }: AttentionQuestion): Promise<AttentionAnswer> {
  const maps = await readTakeAttention(await modelOf(modelFolder), folder, job);
  return { facts: await writeAttention(folder, maps) };
}

let last: Promise<unknown> = Promise.resolve();

const answerTo = async (question: ReadingQuestion): Promise<MeasureAnswer | AttentionAnswer> =>
  question.kind === 'measure' ? measure(question) : attention(question);

answerParent<ReadingQuestion, MeasureAnswer | AttentionAnswer>((question) => {
  // One after the other: two would only make each other slow.
  const answer = last
    .then(() => answerTo(question))
    .catch((cause: unknown) => ({ error: cause instanceof Error ? cause.message : String(cause) }));
  last = answer;
  return answer;
});
