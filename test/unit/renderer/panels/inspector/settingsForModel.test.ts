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
    const full = settingsForModel(fast, { studentSteps: null, sampler: null, loras: [] });
    expect(full).toMatchObject({ weights: 'teacher', prompt: 'the ball jumps', seed: 7 });
    expect(full.steps).toBeUndefined();
    expect(settingsForModel(fast, { studentSteps: 4, sampler: null, loras: [] })).toBe(fast);
    const chosen = { ...withWeights(fast, 'teacher'), steps: 40 };
    expect(settingsForModel(chosen, { studentSteps: null, sampler: null, loras: [] })).toBe(chosen);
  });

  it('gives a model made for few steps its own sampler, steps and guidance, and takes them away with it', () => {
    const chosen = takeSettings.parse({ task: 'generate', prompt: '', seed: 0, steps: 50, guidance: { text: 9 } });
    const few = settingsForModel(chosen, { studentSteps: null, sampler: 'lcm', loras: [] });
    expect(few).toMatchObject({ sampler: 'lcm' });
    expect([few.steps, few.guidance]).toEqual([undefined, undefined]);
    expect(settingsForModel({ ...few, steps: 6 }, { studentSteps: null, sampler: 'lcm', loras: [] }).steps).toBe(6);
    expect(settingsForModel({ ...few, steps: 6 }, { studentSteps: null, sampler: null, loras: [] })).toMatchObject({
      sampler: 'ddim',
    });
  });

  it('leaves lanes of LoRAs behind that the model does not have', () => {
    const keys = [{ frame: 0, value: 1 }];
    const moving = takeSettings.parse({
      ...{ task: 'generate', prompt: '', seed: 0 },
      overTime: {
        loras: [
          { lora: 'Detail', keys },
          { lora: 'style', keys },
        ],
      },
    });
    const has = (...names: string[]) => ({
      ...{ studentSteps: null, sampler: null },
      loras: names.map((name) => ({ name, weight: 1 })),
    });
    expect(settingsForModel(moving, has('style', 'detail', 'more'))).toBe(moving);
    expect(settingsForModel(moving, has('style')).overTime.loras.map(({ lora }) => lora)).toEqual(['style']);
    expect(settingsForModel(moving, has()).overTime.loras).toEqual([]);
  });
});
