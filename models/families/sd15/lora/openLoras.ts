import { StudioError } from '../../../errors/studioError.ts';
import { sizeOf } from '../../../onnx/types.ts';
import { readCheckpoint } from '../../../weights/checkpoint.ts';
import { readTensor } from '../../../weights/readTensor.ts';
import type { StoredTensor, TensorIndex } from '../../../weights/storedTensor.ts';
import { weightFileOf } from '../weightFiles.ts';
import { magnitudeAxis } from './dora.ts';
import { deltaSize, type LoraTensors, loraForm, loraRank } from './loraDelta.ts';
import { type LoraKey, type LoraRole, parseLoraKey } from './loraKeys.ts';
import { LoraTargets } from './loraTargets.ts';
import { LoraWeights, type WeightDelta } from './loraWeights.ts';

/** A LoRA of a set. */
export interface LoraFile {
  readonly file: string;
  /** Strength to begin with; 1 is as trained. */
  readonly weight: number;
}

/** How a LoRA fitted. */
export interface LoraFit {
  readonly file: string;
  readonly weight: number;
  /** Modules of the file that found theirs in the networks, and all modules of the file. */
  readonly fitted: number;
  readonly modules: number;
  /** Names of modules that found none, the first few. */
  readonly unfitted: readonly string[];
  /** One sentence for people. */
  readonly sentence: string;
}

/** A network's layers of tensors, as {@link LoraWeights} takes them. */
export interface LoraNetwork {
  readonly label: string;
  readonly layers: readonly { readonly index: TensorIndex }[];
}

type Tower = 'unet' | 'text';

interface Module {
  readonly tensors: Map<LoraRole, StoredTensor>;
  readonly tower: LoraKey['tower'];
}

/**
 * Lays LoRAs over the networks of a set. A file none of whose modules fits is an error saying which base it was made for; one
 * that fits in part is applied as far as it goes, and the fit says how far.
 */
export async function openLoras(
  files: readonly LoraFile[],
  networks: Readonly<Record<Tower, LoraNetwork>>,
): Promise<Record<Tower, LoraWeights> & { fits: readonly LoraFit[] }> {
  const targets = { unet: targetsOf(networks.unet), text: targetsOf(networks.text) };
  const deltas: Record<Tower, Map<string, WeightDelta[]>> = { unet: new Map(), text: new Map() };
  const added: Record<Tower, Map<string, StoredTensor>> = { unet: new Map(), text: new Map() };
  const fits: LoraFit[] = [];
  for (const [lora, { file, weight }] of files.entries()) {
    const modules = await readModules(weightFileOf(file));
    const unfitted: string[] = [];
    for (const [name, module] of modules) {
      const place = placeOf(name, module, targets, networks);
      if (!place) {
        unfitted.push(name);
        continue;
      }
      const factor = await factorOf(module.tensors);
      for (const [key, tensors] of place.changes) {
        const listed: LoraTensors = new Map(
          [...tensors].map(([role, tensor]) => {
            const own = `lora.${lora}.${key}.${role}`;
            added[place.tower].set(own, tensor);
            return [role, { key: own, shape: tensor.shape }];
          }),
        );
        const known = deltas[place.tower].get(key) ?? [];
        const magnitude = listed.get('dora_scale');
        deltas[place.tower].set(key, [
          ...known,
          { lora, tensors: listed, factor, ...(magnitude ? { magnitude } : {}) },
        ]);
      }
    }
    fits.push(describeFit({ file, weight }, modules, unfitted));
  }
  const open = (tower: Tower): LoraWeights => {
    const { label, layers } = networks[tower];
    return new LoraWeights(label, [...layers, { index: added[tower] }], deltas[tower], files.length);
  };
  return { unet: open('unet'), text: open('text'), fits };
}

const targetsOf = ({ layers }: LoraNetwork): LoraTargets =>
  new LoraTargets(layers.flatMap(({ index }) => [...index.keys()]));

/** A LoRA file's tensors, gathered by the module they change. */
async function readModules(path: string): Promise<ReadonlyMap<string, Module>> {
  const modules = new Map<string, Module>();
  for (const [key, tensor] of await readCheckpoint(path)) {
    const parsed = parseLoraKey(key);
    if (!parsed) continue;
    const name = `${parsed.tower ?? ''}:${parsed.module}`;
    const module = modules.get(name) ?? { tensors: new Map(), tower: parsed.tower };
    module.tensors.set(parsed.role, tensor);
    modules.set(name, module);
  }
  if (modules.size === 0)
    throw new StudioError('model-mismatch', `${path} is no LoRA this program can read.`, {
      hint: '`magdiff models inspect` says what the file is.',
    });
  return modules;
}

/** Which weights a module's tensors change; undefined where no network has that module, or it has another shape. */
function placeOf(
  name: string,
  { tensors, tower }: Module,
  targets: Readonly<Record<Tower, LoraTargets>>,
  networks: Readonly<Record<Tower, LoraNetwork>>,
): { tower: Tower; changes: ReadonlyMap<string, ReadonlyMap<LoraRole, StoredTensor>> } | undefined {
  if (tower === 'text2' || !loraForm(tensors)) return undefined;
  const module = name.slice(name.indexOf(':') + 1);
  for (const network of tower === undefined ? (['unet', 'text'] as const) : ([tower] as const)) {
    const target = targets[network].find(module);
    if (target === undefined) continue;
    const changes = new Map<string, ReadonlyMap<LoraRole, StoredTensor>>();
    const main = new Map([...tensors].filter(([role]) => role !== 'diff_b' && role !== 'alpha'));
    const bias = tensors.get('diff_b');
    if (main.size > 0) changes.set(`${target}.weight`, main);
    if (bias) changes.set(`${target}.bias`, new Map([['diff', bias]]));
    for (const [key, own] of changes) {
      const weight = networks[network].layers.map(({ index }) => index.get(key)).find((tensor) => tensor !== undefined);
      const [rows, rest] = deltaSize(own) ?? [0, 0];
      if (!weight || weight.shape[0] !== rows || sizeOf(weight.shape.slice(1)) !== rest) return undefined;
      const magnitude = own.get('dora_scale');
      if (magnitude && magnitudeAxis(magnitude.shape, weight.shape) === undefined) return undefined;
    }
    return { tower: network, changes };
  }
  return undefined;
}

/** α / rank, 1 where the file gives no α. */
async function factorOf(tensors: ReadonlyMap<LoraRole, StoredTensor>): Promise<number> {
  const alpha = tensors.get('alpha');
  const rank = loraRank(tensors);
  if (!alpha || rank === undefined || rank === 0 || sizeOf(alpha.shape) !== 1) return 1;
  const [value = rank] = await readTensor(alpha);
  return Number.isFinite(value) ? value / rank : 1;
}

function describeFit(
  { file, weight }: LoraFile,
  modules: ReadonlyMap<string, Module>,
  unfitted: readonly string[],
): LoraFit {
  const fitted = modules.size - unfitted.length;
  if (fitted === 0)
    throw new StudioError(
      'model-mismatch',
      `${file} does not fit this base: none of its ${modules.size} modules does.`,
      {
        hint: `${baseOf(modules)} Choose a LoRA made for Stable Diffusion 1.5.`,
      },
    );
  const sentence =
    unfitted.length === 0
      ? `All ${modules.size} modules of ${file} fitted.`
      : `${fitted} of ${modules.size} modules of ${file} fitted; without a place are ${unfitted.slice(0, 3).map(plainName).join(', ')}${unfitted.length > 3 ? ` and ${unfitted.length - 3} more` : ''}.`;
  return { file, weight, fitted, modules: modules.size, unfitted: unfitted.map(plainName).slice(0, 20), sentence };
}

const plainName = (name: string): string => name.slice(name.indexOf(':') + 1);

/** Which base a LoRA was made for, by the width of the context its cross-attentions read. */
function baseOf(modules: ReadonlyMap<string, Module>): string {
  for (const [name, { tensors }] of modules) {
    if (!/attn2[._]to_[kv]$/.test(name)) continue;
    const width = tensors.get('down')?.shape[1] ?? tensors.get('hada_w1_b')?.shape[1];
    if (width === 1024) return 'It was made for Stable Diffusion 2.';
    if (width === 2048) return 'It was made for SDXL.';
    if (width === 768) return 'It was made for Stable Diffusion 1, of other sizes than this base.';
  }
  return [...modules.values()].some(({ tower }) => tower === 'text2')
    ? 'It was made for SDXL.'
    : 'It was made for another model.';
}
