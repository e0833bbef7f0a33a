import { z } from 'zod';
import { StudioError } from '../../../models/errors/studioError.ts';
import { loraWeight, standingStill } from '../../../models/lanes/weightsOverTime.ts';
import { withLora } from '../models/loraPrompts.ts';
import { type TakeSettings, takeSettings } from '../takeSettings.ts';

/** Most values a side has. */
export const longestSide = 8;

/** A value along a side: a number, or whether a switch is on. */
const axisValue = z.union([z.number(), z.boolean()]);

/** See {@link gridAxis}. */
export type GridValue = z.output<typeof axisValue>;

/** How a setting is varied: what a value makes of the settings, and how it is called. */
interface VariedSetting {
  readonly title: string;
  readonly kind: 'number' | 'switch';
  /** Values that a new axis begins with. */
  readonly example: readonly GridValue[];
  change(settings: TakeSettings, value: GridValue, lora: string): unknown;
}

/** A number's setting. */
const number = (
  title: string,
  example: readonly number[],
  change: (settings: TakeSettings, value: number, lora: string) => unknown,
): VariedSetting => ({
  ...{ title, example, kind: 'number' },
  change: (settings, value, lora) => change(settings, Number(value), lora),
});

/** A switch. */
const switched = (title: string, change: (settings: TakeSettings, on: boolean) => unknown): VariedSetting => ({
  ...{ title, kind: 'switch', example: [true, false] },
  change: (settings, value) => change(settings, value === true),
});

/** Every setting that a side can vary: one line each. A weight that varies has no lane. */
export const variedSettings = {
  'text-alpha': number('Text α', [0, 0.5, 1, 2], ({ alpha, overTime }, text) => ({
    alpha: { ...alpha, text },
    overTime: standingStill(overTime, ['textAlpha']),
  })),
  'image-alpha': number('Image α', [0, 0.5, 1, 2], ({ alpha, overTime }, image) => ({
    alpha: { ...alpha, image },
    overTime: standingStill(overTime, ['imageAlpha']),
  })),
  'hfa-strength': number('HFA strength', [0, 0.5, 1, 1.5], ({ hfa, overTime }, strength) => ({
    hfa: { ...hfa, strength },
    overTime: standingStill(overTime, ['hfaStrength']),
  })),
  guidance: number('Guidance', [1, 1.5, 3, 6], ({ guidance }, text) => ({
    guidance: { image: 1, ...guidance, text },
  })),
  steps: number('Steps', [4, 8, 16], (_, steps) => ({ steps })),
  seed: number('Seed', [1, 2, 3, 4], (_, seed) => ({ seed })),
  lora: number('LoRA strength', [0, 0.5, 1], ({ prompt, overTime }, strength, lora) => ({
    prompt: withLora(prompt, lora, strength),
    overTime: standingStill(overTime, [loraWeight(lora)]),
  })),
  sda: switched('SDA', (_, sda) => ({ sda })),
  apa: switched('APA', ({ alpha }, on) => ({ alpha: { ...alpha, mode: on ? 'learned' : 'equal' } })),
  hfa: switched('HFA', ({ hfa }, enabled) => ({ hfa: { ...hfa, enabled } })),
} as const satisfies Readonly<Record<string, VariedSetting>>;

/** Name of a setting that a side can vary. */
export type VariedName = keyof typeof variedSettings;

/** All of them. */
export const variedNames = [
  'text-alpha',
  'image-alpha',
  'hfa-strength',
  'guidance',
  'steps',
  'seed',
  'lora',
  'sda',
  'apa',
  'hfa',
] as const satisfies readonly VariedName[];

/** A setting that varies along one side of a grid, with its values in order; a LoRA is named as in prompts. */
export const gridAxis = z.strictObject({
  setting: z.enum(variedNames),
  lora: z.string().max(200).default(''),
  values: z.array(axisValue).min(1).max(longestSide),
});

/** See {@link gridAxis}. */
export type GridAxis = z.output<typeof gridAxis>;

/** What stands beside a column or a row: `Image α 0.5`, `HFA off`. */
export function valueLabel({ setting, lora }: GridAxis, value: GridValue): string {
  const name = setting === 'lora' ? lora : variedSettings[setting].title;
  return `${name} ${typeof value === 'boolean' ? (value ? 'on' : 'off') : value}`;
}

/** The settings with an axis's value in their place. @throws StudioError `request-invalid` where the setting cannot be that */
export function settingsWith(settings: TakeSettings, axis: GridAxis, value: GridValue): TakeSettings {
  const varied = variedSettings[axis.setting];
  const parsed =
    (typeof value === 'boolean') === (varied.kind === 'switch')
      ? takeSettings.safeParse({ ...settings, ...Object(varied.change(settings, value, axis.lora)) })
      : undefined;
  if (parsed?.success) return parsed.data;
  throw new StudioError('request-invalid', `${valueLabel(axis, value)} cannot be.`, {
    hint: varied.kind === 'switch' ? 'It is on or off.' : 'Choose a number within the setting’s range.',
  });
}

/** A cell of a grid: what stands beside it, and its settings. */
export interface PlannedCell {
  readonly labels: readonly string[];
  readonly settings: TakeSettings;
}

/** Every cell, row by row. @throws StudioError `request-invalid` where a setting cannot have a value, or both sides vary one */
export function plannedCells(settings: TakeSettings, x: GridAxis, y: GridAxis | null): PlannedCell[][] {
  if (y && y.setting === x.setting && y.lora === x.lora)
    throw new StudioError('request-invalid', `Both sides of the grid vary ${variedSettings[x.setting].title}.`, {
      hint: 'Choose another setting for one of them.',
    });
  for (const axis of [x, y])
    if (axis?.setting === 'lora' && axis.lora === '')
      throw new StudioError('request-invalid', 'A LoRA’s strength needs the LoRA’s name.', {
        hint: 'Name it as in prompts, without its ending.',
      });
  const rows: readonly (GridValue | undefined)[] = y?.values ?? [undefined];
  return rows.map((row) =>
    x.values.map((column) => {
      const rowed = y && row !== undefined ? settingsWith(settings, y, row) : settings;
      const labels = [valueLabel(x, column), ...(y && row !== undefined ? [valueLabel(y, row)] : [])];
      return { labels, settings: settingsWith(rowed, x, column) };
    }),
  );
}
