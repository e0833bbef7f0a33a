import { colourPlanes, coverageOf, type Mask, type Picture } from '../../../models/pipeline/subject/picture.ts';
import { advisedPreparation, examineSubject } from '../../../models/pipeline/subject/prepare/examineSubject.ts';
import { preparations, subjectWeaknesses } from '../../contract/subjectExamination.ts';
import type { EngineJob } from '../../engine/engineProtocol.ts';
import { openClip, readGenerateInputs } from '../../engine/jobInputs.ts';

/** What a model with a canvas of so many pixels will find hard to see of a subject, each with the option that helps. */
export async function subjectNotes(job: EngineJob, canvas: number): Promise<readonly string[]> {
  const { task, keep, prepare } = job.settings;
  if (task === 'edit' && keep === 'rest') return [];
  const seen = task === 'edit' ? await firstFrame(job) : await readGenerateInputs(job);
  const figures = seen && examineSubject(colourPlanes(seen.picture), coverageOf(seen.mask), canvas);
  if (!figures) return [];
  const advised = advisedPreparation(figures);
  const options = preparations.filter((name) => advised[name] && !prepare[name]);
  const sentences = subjectWeaknesses(figures, advised, prepare);
  return sentences.map((sentence, index) => `${sentence} --${options[index]} helps.`);
}

async function firstFrame(job: EngineJob): Promise<{ picture: Picture; mask: Mask } | undefined> {
  const { clip } = await openClip(job);
  for await (const frame of clip.read()) return frame;
  return undefined;
}
