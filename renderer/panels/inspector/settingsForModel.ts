import type { ModelView } from '../../../electron/contract/methods.ts';
import { type TakeSettings, takeSettings } from '../../../electron/contract/takeSettings.ts';

/** Every setting at its default. */
export const plainSettings: TakeSettings = takeSettings.parse({ task: 'generate', prompt: '', seed: 0 });

/** The settings with other weights; the steps become those weights' own. */
export function withWeights({ steps: _old, ...rest }: TakeSettings, weights: TakeSettings['weights']): TakeSettings {
  return { ...rest, weights };
}

/** The settings as another model can run them: a model without a few-step student runs its full weights. */
export function settingsForModel(settings: TakeSettings, model: Pick<ModelView, 'studentSteps'>): TakeSettings {
  return settings.weights === 'student' && model.studentSteps === null ? withWeights(settings, 'teacher') : settings;
}
