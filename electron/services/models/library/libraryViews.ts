import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { ProposedSet } from '../../../../models/families/sd15/proposeSets.ts';
import { filesOfSet, type ModelSet } from '../../../../models/families/sd15/setFile.ts';
import type { FoundFile } from '../../../../models/recognise/scanFolders.ts';
import type { FoundFileView, ModelSetView } from '../../../contract/models/modelLibrary.ts';
import type { KeptSet } from './keptSet.ts';

/** What names a file, a folder or a set for the page, which is given no path to send back. */
export const identityOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** A found file as the page sees it. */
export function fileView(
  file: FoundFile,
  { removed, check }: { removed: boolean; check: FoundFileView['check'] },
): FoundFileView {
  const { path, sizeBytes, role, what, needs, usable, licence } = file;
  return {
    id: identityOf(path),
    name: basename(path),
    place: dirname(path),
    ...{ sizeBytes, role, what, usable, removed, check },
    needs: needs ?? null,
    licence: licence ?? null,
  };
}

/** A set that could be kept. */
export function proposalView({ set, lacks, wishes }: ProposedSet): ModelSetView {
  return {
    ...{ id: setIdentity(set), name: set.name, parts: partsOf('', set), modelId: null },
    lacks: [...lacks],
    wishes: [...wishes],
  };
}

/** A kept set. */
export function keptView({ modelId, folder, set }: KeptSet): ModelSetView {
  const { name } = set;
  return { id: identityOf(folder), name, parts: partsOf(folder, set), lacks: [], wishes: [], modelId };
}

/** What tells one proposal from another. */
export const setIdentity = (set: ModelSet): string => identityOf(JSON.stringify(set));

/** Whether two sets are of the same files. */
export const isSameSet = (one: ModelSet, other: ModelSet): boolean =>
  (['base', 'motion', 'imageAdapter', 'imageEncoder', 'vae', 'textEncoder'] as const).every(
    (part) => one[part] === other[part],
  );

function partsOf(folder: string, set: ModelSet): ModelSetView['parts'] {
  const files = filesOfSet(folder, set);
  const part = (role: string, path: string | undefined): ModelSetView['parts'] =>
    path === undefined ? [] : [{ role, name: basename(path), isThere: existsSync(path) }];
  return [
    ...part('Base', files.base),
    ...part('Motion', files.motion),
    ...part('Image adapter', files.imageAdapter),
    ...part('Image encoder', files.imageEncoder),
    ...part('VAE', files.vae),
    ...part('Text encoder', files.textEncoder),
    ...part('Preview decoder', files.previewDecoder),
    ...(files.loras ?? []).flatMap(({ file, weight }) => part(`LoRA × ${weight}`, file)),
  ];
}
