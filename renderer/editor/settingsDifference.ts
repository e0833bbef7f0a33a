import type { TakeRecipe } from '../../electron/contract/takeRecipe.ts';

/** One setting in which two recipes differ. */
export interface SettingDifference {
  path: string;
  first: string;
  second: string;
}

/** Every setting and input in which two takes differ, by its path such as `settings.alpha.text`. */
export function differencesOf(first: TakeRecipe, second: TakeRecipe): SettingDifference[] {
  const differences: SettingDifference[] = [];
  compare('', first, second, differences);
  return differences;
}

function compare(path: string, first: unknown, second: unknown, found: SettingDifference[]): void {
  if (isObject(first) && isObject(second)) {
    for (const key of new Set([...Object.keys(first), ...Object.keys(second)]))
      compare(path === '' ? key : `${path}.${key}`, first[key], second[key], found);
    return;
  }
  const [a, b] = [show(first), show(second)];
  if (a !== b) found.push({ path, first: a, second: b });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const show = (value: unknown): string =>
  value === undefined || value === null ? '–' : typeof value === 'string' ? value : JSON.stringify(value);
