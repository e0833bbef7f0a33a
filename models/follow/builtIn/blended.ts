import type { Found } from './subjectWalk.ts';
import { throughView } from './view.ts';

/** What two walks found in one frame, as one: `share` of the second, 0..1, each counted by how sure it is. */
export function blended(first: Found, second: Found, share: number): Found {
  const { view, data } = second.soft;
  const other = throughView(first.soft.data, first.soft.view, view);
  const weight = (1 - share) * (first.confidence + 0.01);
  const otherWeight = share * (second.confidence + 0.01);
  const part = otherWeight / (weight + otherWeight);
  return {
    soft: { view, data: data.map((value, at) => part * value + (1 - part) * other[at]) },
    confidence: part * second.confidence + (1 - part) * first.confidence,
    measures: second.measures,
  };
}
