/** One line of the bench's report: what was measured, what is wanted, and both as numbers of the same unit. */
export interface Measure {
  name: string;
  value: number;
  unit: string;
  /** The wanted bound; `atLeast` or `atMost`. */
  wanted: { atLeast: number } | { atMost: number };
}

/** A measure as text: value, bound, and their ratio (1 or more is as wanted). */
export function measureLine({ name, value, unit, wanted }: Measure): string {
  const bound = 'atLeast' in wanted ? wanted.atLeast : wanted.atMost;
  const ratio = 'atLeast' in wanted ? value / bound : bound / value;
  const sign = 'atLeast' in wanted ? '≥' : '≤';
  return `${name.padEnd(64)} ${format(value)} ${unit} (wanted ${sign} ${format(bound)}), ratio ${ratio.toFixed(2)}${ratio >= 1 ? '' : '  MISSED'}`;
}

function format(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** The value below which 95 of 100 lie. */
export function percentile95(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * 0.95) - 1)] ?? Number.NaN;
}
