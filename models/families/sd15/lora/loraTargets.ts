import { motionKey } from '../keys/motionKeys.ts';
import { ldmUnetKey } from '../keys/unetKeys.ts';

/** Finds the module a LoRA means, whichever naming it was written in. */
export class LoraTargets {
  readonly #modules: ReadonlySet<string>;
  readonly #underscored: ReadonlyMap<string, string>;
  readonly #layers: number;

  /**
   * `keys` are a network's weights (`….weight`, `….bias`) under their own names; `layersPerBlock` is the picture UNet's, for
   * LDM's numbering. Underscores cannot be turned back by rule, so every module's underscored name is listed.
   */
  constructor(keys: Iterable<string>, layersPerBlock = 2) {
    const modules = new Set<string>();
    for (const key of keys) {
      const module = /^(.+)\.(weight|bias)$/.exec(key)?.[1];
      if (module !== undefined) modules.add(module);
    }
    this.#modules = modules;
    this.#underscored = new Map([...modules].map((module) => [module.replaceAll('.', '_'), module]));
    this.#layers = layersPerBlock;
  }

  /** The network's own name of a module as a LoRA writes it; undefined where the network has no such module. */
  find(module: string): string | undefined {
    if (this.#modules.has(module)) return module;
    const motion = motionKey(module);
    if (motion && this.#modules.has(motion)) return motion;
    const underscored = module.replaceAll('.', '_');
    // Some writers leave the text tower's root out.
    const direct = this.#underscored.get(underscored) ?? this.#underscored.get(`text_model_${underscored}`);
    if (direct) return direct;
    // The numbering is written for keys, so a module borrows the ending of one.
    const ldm = ldmUnetKey(`${dottedLdmName(underscored)}.weight`, this.#layers)?.replace(/\.weight$/, '');
    return ldm === undefined ? undefined : this.#underscored.get(ldm.replaceAll('.', '_'));
  }
}

/** The dots of an LDM module's name again, as far as the numbering needs them; what stands inside an attention stays as it is. */
function dottedLdmName(underscored: string): string {
  const [, block, numbers = '', rest = ''] =
    /^(input_blocks|output_blocks|middle_block|time_embed|out)((?:_\d+)+)(?:_(.+))?$/.exec(underscored) ?? [];
  if (!block) return underscored;
  const part = rest.replace(/^(in_layers|out_layers|emb_layers)_(\d)$/, '$1.$2');
  return `${block}${numbers.replaceAll('_', '.')}${part ? `.${part}` : ''}`;
}
