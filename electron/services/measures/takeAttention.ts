import type { Model } from '../../../models/model/model.ts';
import { openEdit } from '../../../models/pipeline/editVideo.ts';
import { openGeneration } from '../../../models/pipeline/generateVideo.ts';
import { type AttentionMaps, readAttention } from '../../../models/pipeline/measuring/attentionMaps.ts';
import { loadLatents } from '../../../models/pipeline/savedLatents.ts';
import { latentShape } from '../../../models/pipeline/takeParameters.ts';
import { folderRunStore } from '../../../models/weights/runStore.ts';
import { openClip, readGenerateInputs } from '../../engine/jobInputs.ts';
import { jobOf, type MeasuredJob } from './takeToMeasure.ts';

/** Where a made take's words and pictures were looked at, from the latents that lie in `folder`. @throws StudioError where there are none */
export async function readTakeAttention(model: Model, folder: string, job: MeasuredJob): Promise<AttentionMaps> {
  const whole = jobOf(job);
  const parameters = job.settings;
  const context = { store: folderRunStore(folder) };
  const inputsKey = 'attention';
  const opening =
    parameters.task === 'edit'
      ? openEdit(model, { clip: (await openClip(whole)).clip, parameters, inputsKey }, context)
      : await openGeneration(model, { ...(await readGenerateInputs(whole)), parameters, inputsKey }, context);
  const shape = latentShape(model, opening.parameters, opening.frames);
  return readAttention(model, opening, await loadLatents(context.store, shape), context);
}
