import { describe, expect, it } from 'vitest';
import { takeSettings } from '../../../../../electron/contract/takeSettings.ts';
import { settingsForModel, withWeights } from '../../../../../renderer/panels/inspector/settingsForModel.ts';

describe('settings under another model', () => {
  const fast = takeSettings.parse({
    task: 'generate',
    prompt: 'the ball jumps',
    seed: 7,
    weights: 'student',
    steps: 3,
  });
  it('leave the few-step weights, and their steps, where the model has none', () => {
    const full = settingsForModel(fast, { studentSteps: null });
    expect(full).toMatchObject({ weights: 'teacher', prompt: 'the ball jumps', seed: 7 });
    expect(full.steps).toBeUndefined();
    expect(settingsForModel(fast, { studentSteps: 4 })).toBe(fast);
    const chosen = { ...withWeights(fast, 'teacher'), steps: 40 };
    expect(settingsForModel(chosen, { studentSteps: null })).toBe(chosen);
  });
});
