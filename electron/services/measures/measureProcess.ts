/** The process behind measureProgram.ts: looks into takes one after the other, with networks of its own. */
import { openModel } from '../../../models/families/openModel.ts';
import type { Model } from '../../../models/model/model.ts';
import { openEdit } from '../../../models/pipeline/editVideo.ts';
import { openGeneration } from '../../../models/pipeline/generateVideo.ts';
import { readAttention } from '../../../models/pipeline/measuring/attentionMaps.ts';
import { loadLatents } from '../../../models/pipeline/savedLatents.ts';
import { latentShape } from '../../../models/pipeline/takeParameters.ts';
import { folderRunStore } from '../../../models/weights/runStore.ts';
import { answerParent } from '../../children/parentChannel.ts';
import { openClip, readGenerateInputs } from '../../engine/jobInputs.ts';
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
import { framesOf, jobOf, takeOfJob } from './takeToMeasure.ts';

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
  const take = await takeOfJob(await framesOf(question.framesFolder), question.job, reading.model);
  return { measured: await measureTake(take, reading) };
}

async function attention({ folder, job, modelFolder }: AttentionQuestion): Promise<AttentionAnswer> {
  const reading = await modelOf(modelFolder);
  const whole = jobOf(job);
  const parameters = job.settings;
  const context = { store: folderRunStore(folder) };
  const inputsKey = 'attention';
  const opening =
    parameters.task === 'edit'
      ? openEdit(reading, { clip: (await openClip(whole)).clip, parameters, inputsKey }, context)
      : await openGeneration(reading, { ...(await readGenerateInputs(whole)), parameters, inputsKey }, context);
  const shape = latentShape(reading, opening.parameters, opening.frames);
  const maps = await readAttention(reading, opening, await loadLatents(context.store, shape), context);
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
