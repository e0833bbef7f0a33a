/** Index of the first of `steps` steps that a run of the given strength samples; at least one step is left unless strength is 0. */
export function startStep(steps: number, strength = 1): number {
  if (strength <= 0) return steps;
  return Math.min(steps - 1, Math.max(0, steps - Math.max(1, Math.floor(steps * Math.min(1, strength)))));
}
