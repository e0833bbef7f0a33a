import { StudioError } from '../../../models/errors/studioError.ts';
import { type GridAxis, gridAxis, longestSide, variedNames, variedSettings } from '../../contract/grid/gridAxes.ts';

/** Reads `image-alpha=0,0.5,1,2`, `hfa=on,off` or `lora:NAME=0,1`. @throws StudioError `usage` */
export function readGridAxis(flag: string, text: string): GridAxis {
  const equals = text.lastIndexOf('=');
  const [name = '', ...more] = text.slice(0, Math.max(0, equals)).split(':');
  const given = text
    .slice(equals + 1)
    .split(',')
    .map((each) => each.trim());
  const wayOut = {
    hint: `For example ${flag} image-alpha=0,0.5,1,2. Settings are ${variedNames.join(', ')} (lora:NAME).`,
  };
  const setting = variedNames.find((each) => each === name);
  const lora = more.join(':');
  if (!setting || equals < 0 || given.some((each) => each === '') || (setting === 'lora') === (lora === ''))
    throw new StudioError('usage', `${flag} wants SETTING=VALUE,VALUE,…, not "${text}".`, wayOut);
  if (given.length > longestSide)
    throw new StudioError('usage', `${flag} has ${given.length} values; a side has ${longestSide} at most.`, wayOut);
  return gridAxis.parse({ setting, lora, values: given.map((value) => readValue(flag, setting, value)) });
}

function readValue(flag: string, setting: keyof typeof variedSettings, value: string): number | boolean {
  const { kind } = variedSettings[setting];
  const number = Number(value);
  if (kind === 'number' && Number.isFinite(number)) return number;
  if (kind === 'switch' && (value === 'on' || value === 'off')) return value === 'on';
  throw new StudioError('usage', `${flag}: ${setting} cannot be "${value}".`, {
    hint: kind === 'switch' ? 'It is on or off.' : 'It is a number.',
  });
}
