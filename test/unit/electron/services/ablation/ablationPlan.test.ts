import { describe, expect, it } from 'vitest';
import { ablatedTakes } from '../../../../../electron/contract/grid/ablations.ts';
import { takeSettings } from '../../../../../electron/contract/takeSettings.ts';
import {
  type AblationBase,
  ablationAlphas,
  ablationRows,
  plannedAblation,
} from '../../../../../electron/services/ablation/ablationPlan.ts';

const base = (subject: string, prompt: string): AblationBase => ({
  subject,
  prompt,
  settings: takeSettings.parse({ task: 'generate', prompt, seed: 1, steps: 4 }),
});

describe('the plan of an ablation', () => {
  it('has every row for every subject and sentence, and both α for the first two subjects', () => {
    const bases = ['cat', 'dog', 'fox'].flatMap((subject) =>
      ['it jumps', 'it turns'].map((text) => base(subject, text)),
    );
    const { rows, alphas } = plannedAblation(bases);
    expect(rows.map(({ name, takes }) => [name, takes.length])).toEqual(ablationRows.map(({ name }) => [name, 6]));
    expect(alphas.flat()).toHaveLength(ablationAlphas.length ** 2);
    for (const { takes } of alphas.flat())
      expect(takes.map((take) => take.base.subject)).toEqual(['cat', 'cat', 'dog', 'dog']);
    expect(alphas[2]?.[3]?.takes[0]?.settings.alpha).toMatchObject({ text: 1, image: 2 });
  });

  it('makes once what two rows have in common, and about as many takes as the page says', () => {
    const bases = ['cat', 'dog', 'fox'].map((subject) => base(subject, 'it jumps'));
    const { rows, alphas, takes } = plannedAblation(bases);
    const row = (name: string) => rows.find((each) => each.name === name)?.takes[0];
    expect(row('without HFA')).toBe(row('+ SDA + APA'));
    expect(alphas[2]?.[2]?.takes[0]).toBe(row('+ SDA + APA + HFA'));
    expect(takes).toHaveLength(ablatedTakes(3, 1));
    expect(new Set(takes.map(({ place }) => place)).size).toBe(takes.length);
  });

  it('never gives two subjects one folder, however their names are written', () => {
    const { rows } = plannedAblation([base('my cat', 'it jumps'), base('My-cat', 'it jumps'), base('…', 'it jumps')]);
    expect(rows[0]?.takes.map(({ place }) => place)).toEqual([
      'takes/base/my-cat-1',
      'takes/base/my-cat-2',
      'takes/base/base-1',
    ]);
  });
});
