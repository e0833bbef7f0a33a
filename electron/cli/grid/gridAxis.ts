import { StudioError } from '../../../models/errors/studioError.ts';
import { type TakeSettings, takeSettings } from '../../contract/takeSettings.ts';

/** A setting that varies along one side of a grid. */
export interface GridAxis {
  readonly name: string;
  readonly values: readonly GridValue[];
}

/** One column or row: its label, and what it changes of the settings. */
export interface GridValue {
  readonly label: string;
  apply(settings: TakeSettings): TakeSettings;
}

/** Most values a side has. */
const longestAxis = 8;

type Change = (settings: TakeSettings, value: number) => Partial<TakeSettings>;

const numbers: Readonly<Partial<Record<string, Change>>> = {
  'text-alpha': ({ alpha }, text) => ({ alpha: { ...alpha, text } }),
  'image-alpha': ({ alpha }, image) => ({ alpha: { ...alpha, image } }),
  'hfa-strength': ({ hfa }, strength) => ({ hfa: { ...hfa, strength } }),
  guidance: ({ guidance }, text) => ({ guidance: { image: 1, ...guidance, text } }),
  steps: (_, steps) => ({ steps }),
  seed: (_, seed) => ({ seed }),
};

const switches: Readonly<Partial<Record<string, (settings: TakeSettings, on: boolean) => Partial<TakeSettings>>>> = {
  sda: (_, sda) => ({ sda }),
  apa: ({ alpha }, on) => ({ alpha: { ...alpha, mode: on ? 'learned' : 'equal' } }),
  hfa: ({ hfa }, enabled) => ({ hfa: { ...hfa, enabled } }),
};

/** Reads `image-alpha=0,0.5,1,2` or `hfa=on,off`. @throws StudioError `usage` */
export function readGridAxis(flag: string, text: string): GridAxis {
  const [name = '', list = ''] = text.split('=');
  const given = list.split(',').map((each) => each.trim());
  const names = [...Object.keys(numbers), ...Object.keys(switches)];
  const wayOut = { hint: `For example ${flag} image-alpha=0,0.5,1,2. Settings are ${names.join(', ')}.` };
  if (!names.includes(name) || given.some((each) => each === ''))
    throw new StudioError('usage', `${flag} wants SETTING=VALUE,VALUE,…, not "${text}".`, wayOut);
  if (given.length > longestAxis)
    throw new StudioError('usage', `${flag} has ${given.length} values; a side has ${longestAxis} at most.`, wayOut);
  return { name, values: given.map((value) => gridValue(flag, name, value)) };
}

function gridValue(flag: string, name: string, value: string): GridValue {
  const label = `${name} ${value}`;
  const parse = (change: Partial<TakeSettings>, settings: TakeSettings): TakeSettings => {
    const parsed = takeSettings.safeParse({ ...settings, ...change });
    if (parsed.success) return parsed.data;
    throw new StudioError('usage', `${flag}: ${name} cannot be ${value}.`);
  };
  const toNumber = numbers[name];
  const toSwitch = switches[name];
  const number = Number(value);
  if (toNumber && Number.isFinite(number))
    return { label, apply: (settings) => parse(toNumber(settings, number), settings) };
  if (toSwitch && (value === 'on' || value === 'off'))
    return { label, apply: (settings) => parse(toSwitch(settings, value === 'on'), settings) };
  throw new StudioError('usage', `${flag}: ${name} cannot be "${value}".`, {
    hint: toSwitch ? 'It is on or off.' : 'It is a number.',
  });
}
