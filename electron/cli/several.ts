/** Gathers an option that may be given several times. */
export const several = (value: string, before: readonly string[]): readonly string[] => [...before, value];
