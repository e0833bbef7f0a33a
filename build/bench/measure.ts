/** One line of the bench's report: what was measured and the bound it is held against, in the same unit. */
export interface Measure {
  name: string;
  value: number;
  unit: string;
  bound: { atLeast: number } | { atMost: number };
}

/** A measure as text: value, bound, and their ratio (1 or more is within the bound). */
export function measureLine({ name, value, unit, bound }: Measure): string {
  const limit = 'atLeast' in bound ? bound.atLeast : bound.atMost;
  const ratio = 'atLeast' in bound ? value / limit : limit / value;
  const sign = 'atLeast' in bound ? '≥' : '≤';
  return `${name.padEnd(64)} ${format(value)} ${unit} (${sign} ${format(limit)}), ratio ${ratio.toFixed(2)}${ratio >= 1 ? '' : '  OUTSIDE'}`;
}

function format(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** The value below which 95 of 100 lie. */
export function percentile95(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * 0.95) - 1)] ?? Number.NaN;
}
