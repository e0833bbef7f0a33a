import type { ModelView } from '../../../electron/contract/methods.ts';
import { type TakeSettings, takeSettings } from '../../../electron/contract/takeSettings.ts';

/** Every setting at its default. */
export const plainSettings: TakeSettings = takeSettings.parse({ task: 'generate', prompt: '', seed: 0 });

/** The settings with other weights; the steps become those weights' own. */
export function withWeights({ steps: _old, ...rest }: TakeSettings, weights: TakeSettings['weights']): TakeSettings {
  return { ...rest, weights };
}

/** Samplers that only models made for few steps are run with. */
const fewStepSamplers: ReadonlySet<string> = new Set(['lcm', 'tcd']);

/**
 * The settings as another model can run them: a model without a few-step student runs its full weights, one that was made for a
 * sampler gets it with its own steps and guidance, one that was not gets no sampler of few-step models, and lanes of LoRAs that it does
 * not have go.
 */
export function settingsForModel(
  settings: TakeSettings,
  model: Pick<ModelView, 'studentSteps' | 'sampler' | 'loras'>,
): TakeSettings {
  const { overTime } = settings;
  const known = overTime.loras.filter(({ lora }) =>
    model.loras.some(({ name }) => name.toLowerCase() === lora.toLowerCase()),
  );
  const moved =
    known.length === overTime.loras.length ? settings : { ...settings, overTime: { ...overTime, loras: known } };
  const weighed = moved.weights === 'student' && model.studentSteps === null ? withWeights(moved, 'teacher') : moved;
  const sampler = model.sampler ?? (fewStepSamplers.has(weighed.sampler) ? plainSettings.sampler : weighed.sampler);
  if (sampler === weighed.sampler) return weighed;
  const { steps: _steps, guidance: _guidance, ...rest } = weighed;
  return { ...rest, sampler };
}
