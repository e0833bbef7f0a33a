import type { MagDiffModel, Part } from './modelParts.ts';

type LoaderName = {
  [Key in keyof MagDiffModel]: Key extends `load${string}` ? Key : never;
}[keyof MagDiffModel];

const loaders: readonly LoaderName[] = [
  'loadTextEncoder',
  'loadImageEncoder',
  'loadResampler',
  'loadVaeEncoder',
  'loadVaeDecoder',
  'loadPreviewDecoder',
  'loadHfaPyramid',
  'loadContext',
  'loadUnet',
];

/** A model whose loaded parts are kept between runs, and the means to let go of them. */
export interface CachedModel {
  readonly model: MagDiffModel;
  /** Drops least recently used parts until those kept need at most `bytes` (weights and activations). */
  trim(bytes: number): Promise<void>;
}

/**
 * Keeps the parts of a model loaded, by their shapes, so that a live preview does not build a session again when only a slider moved.
 * The cache owns the parts: disposing one it handed out does nothing. When a newly loaded part would exceed the budget, the least recently
 * used others are let go first.
 */
export function cacheParts(model: MagDiffModel, budgetBytes: number): CachedModel {
  const kept = new Map<string, Promise<Part<string, string>>>();

  const bytesOf = (part: Part<string, string>): number => part.memory.weightBytes + part.memory.activationBytes;

  async function trim(bytes: number, except?: string): Promise<void> {
    const entries = await Promise.all(
      [...kept].map(async ([key, promise]) => ({ key, part: await promise.catch(() => undefined) })),
    );
    let total = entries.reduce((sum, { part }) => sum + (part ? bytesOf(part) : 0), 0);
    // A Map keeps insertion order and a hit re-inserts, so the first entries are the least recently used.
    for (const { key, part } of entries) {
      if (total <= bytes) return;
      if (key === except || !part) continue;
      kept.delete(key);
      total -= bytesOf(part);
      await part.dispose();
    }
  }

  /** A part that loads itself again when the cache let go of it between two runs. */
  async function handle(name: LoaderName, shape: unknown): Promise<Part<string, string>> {
    const { outputs, flops, memory } = await load(name, shape);
    return {
      outputs,
      flops,
      memory,
      run: async (inputs) => (await load(name, shape)).run(inputs),
      dispose: async () => undefined,
    };
  }

  function load(name: LoaderName, shape: unknown): Promise<Part<string, string>> {
    const key = `${name} ${JSON.stringify(shape)}`;
    const hit = kept.get(key);
    if (hit) {
      kept.delete(key);
      kept.set(key, hit);
      return hit;
    }
    const loader: (shape: never) => Promise<Part<string, string>> = model[name].bind(model);
    const loading = (async () => {
      const part = await loader(shape as never);
      return part;
    })();
    kept.set(key, loading);
    return loading.then(
      async (part) => {
        await trim(budgetBytes, key);
        return part;
      },
      (cause: unknown) => {
        kept.delete(key);
        throw cause;
      },
    );
  }

  const overrides = new Map<PropertyKey, unknown>(
    loaders.map((name) => [name, (shape: unknown) => handle(name, shape)]),
  );
  const proxy = new Proxy(model, {
    get: (target, property) => {
      const override = overrides.get(property);
      if (override) return override;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { model: proxy, trim: (bytes) => trim(bytes) };
}
