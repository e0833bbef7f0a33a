import type { MethodName, MethodOutput, MethodParsed } from '../contract/methods.ts';

/** A handler for every method of the contract. */
export type MethodHandlers = { [M in MethodName]: (input: MethodParsed<M>) => Promise<MethodOutput<M>> };
