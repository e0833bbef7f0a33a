import type { FloatTensor, HostTensor } from '../math/tensor.ts';
import type { BuiltGraph } from '../runtime/graphCache.ts';
import type { NetworkMemory } from '../runtime/memory.ts';
import type { Session } from '../runtime/session.ts';

/** A graph with its session, and what both hold. */
export interface LoadedGraph {
  readonly session: Pick<Session, 'run' | 'dispose'>;
  readonly graph: Pick<BuiltGraph, 'outputs' | 'flops'>;
  readonly memory: NetworkMemory;
}

/**
 * A network with a session of its own. When a run fails, `fallBack` is asked once for a replacement (the same network on another
 * provider); it throws the error itself where there is none.
 */
export class LoadedPart {
  #loaded: LoadedGraph;
  readonly #fallBack: (error: unknown) => Promise<LoadedGraph>;

  constructor(loaded: LoadedGraph, fallBack: (error: unknown) => Promise<LoadedGraph>) {
    this.#loaded = loaded;
    this.#fallBack = fallBack;
  }

  get outputs(): readonly { readonly name: string; readonly shape: readonly number[] }[] {
    return this.#loaded.graph.outputs.map(({ name, shape }) => ({ name, shape }));
  }

  get flops(): number {
    return this.#loaded.graph.flops;
  }

  get memory(): NetworkMemory {
    return this.#loaded.memory;
  }

  /** `constant` as in {@link Session.run}. */
  async run(
    inputs: Readonly<Record<string, HostTensor>>,
    constant?: readonly string[],
  ): Promise<Record<string, FloatTensor>> {
    const { session } = this.#loaded;
    try {
      return await session.run(inputs, constant);
    } catch (error) {
      const replacement = await this.#fallBack(error);
      this.#loaded = replacement;
      await session.dispose();
      return replacement.session.run(inputs, constant);
    }
  }

  dispose(): Promise<void> {
    return this.#loaded.session.dispose();
  }
}
