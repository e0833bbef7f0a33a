import { type GridAxis, longestSide, type VariedName, variedSettings } from '../../electron/contract/grid/gridAxes.ts';
import { texts } from '../ui/texts/texts.ts';

/** A side of a grid as it is being typed. */
export interface AxisDraft {
  /** Null: nothing varies along it. */
  readonly setting: VariedName | null;
  readonly lora: string;
  readonly values: string;
}

/** A side that begins with the setting's own example. */
export function draftOf(setting: VariedName | null): AxisDraft {
  const example = setting === null ? [] : variedSettings[setting].example;
  return {
    setting,
    lora: '',
    values: example.map((value) => (typeof value === 'number' ? value : value ? 'on' : 'off')).join(', '),
  };
}

/** What a draft means: an axis, nothing, or a sentence on what is wrong with it. */
export function axisOf({ setting, lora, values }: AxisDraft): GridAxis | null | string {
  if (setting === null) return null;
  const given = values
    .split(/[,;\s]+/)
    .map((each) => each.trim())
    .filter(Boolean);
  if (given.length === 0) return texts.grid.noValues;
  if (given.length > longestSide) return texts.grid.tooMany;
  if (setting === 'lora' && lora.trim() === '') return texts.grid.needsLora;
  const read: (number | boolean)[] = [];
  for (const each of given) {
    if (variedSettings[setting].kind === 'number') {
      const number = Number(each);
      if (!Number.isFinite(number)) return texts.grid.notANumber(each);
      read.push(number);
    } else if (/^(on|off)$/i.test(each)) read.push(/^on$/i.test(each));
    else return texts.grid.onOff(each);
  }
  return { setting, lora: setting === 'lora' ? lora.trim() : '', values: read };
}

/** Both sides of a grid, or why there can be none. */
export function sidesOf(x: AxisDraft, y: AxisDraft): { x: GridAxis; y: GridAxis | null } | string {
  const [columns, rows] = [axisOf(x), axisOf(y)];
  if (typeof columns === 'string') return columns;
  if (typeof rows === 'string') return rows;
  if (columns === null) return texts.grid.noValues;
  if (rows && rows.setting === columns.setting && rows.lora === columns.lora) return texts.grid.sameSetting;
  return { x: columns, y: rows };
}
