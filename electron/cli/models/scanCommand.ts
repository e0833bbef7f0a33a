import { basename, resolve } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { type ProposedSet, proposeSets } from '../../../models/families/sd15/proposeSets.ts';
import { foldersWithin, knownFolders } from '../../../models/recognise/knownFolders.ts';
import { type FoundFile, scanFolders } from '../../../models/recognise/scanFolders.ts';
import { keepSet } from '../../services/models/library/keptSets.ts';
import { ownModels, plannerModel } from '../../services/studioPlaces.ts';
import { byteCount, type Console } from '../console.ts';
import type { TakeOptionValues } from '../takes/takeOptions.ts';

/** `magdiff models scan [FOLDER…]`: every weight file in one sentence; without folders, those where programs commonly keep them. */
export async function scanModels(folders: readonly string[], console: Console): Promise<void> {
  const { found, roots } = await scan(folders);
  if (roots.length === 0) {
    console.result('No folder that commonly holds models is here. Name one: magdiff models scan FOLDER', { files: [] });
    return;
  }
  const lines = found.map(sentenceOf);
  const usable = found.filter(({ usable: can }) => can).length;
  lines.push(
    `${found.length} files, ${usable} of use for Stable Diffusion 1.5. Folders looked through: ${roots.join(', ')}`,
  );
  console.result(lines.join('\n'), { files: found, folders: roots });
}

/** `magdiff models sets [FOLDER…]`: sets that could be made of what is there; `--save` puts one where the studio finds it. */
export async function proposeModelSets(
  folders: readonly string[],
  values: TakeOptionValues,
  console: Console,
): Promise<void> {
  const { found, roots } = await scan(folders);
  const sets = proposeSets(found);
  if (typeof values.save === 'string') {
    const chosen = sets.find(({ set }, index) => set.name === values.save || String(index + 1) === values.save);
    if (!chosen)
      throw new StudioError('usage', `There is no set “${values.save}” among the ${sets.length} proposed.`, {
        hint: 'Give its number or its name as `magdiff models sets` prints it.',
      });
    const folder = await keepSet(ownModels(), chosen.set, plannerModel());
    console.result(`${chosen.set.name} is kept in ${folder}. Use it with --model "${basename(folder)}".`, {
      folder,
      set: chosen.set,
    });
    return;
  }
  const lines = sets.flatMap((proposal, index) => setLines(proposal, index));
  if (sets.length === 0)
    lines.push(`No Stable Diffusion 1.5 checkpoint was found in ${roots.join(', ') || 'the usual folders'}.`);
  console.result(lines.join('\n'), { sets, folders: roots });
}

async function scan(folders: readonly string[]): Promise<{ found: readonly FoundFile[]; roots: readonly string[] }> {
  const roots: string[] = [];
  for (const folder of folders) roots.push(...(await foldersWithin(resolve(folder))));
  if (folders.length === 0) roots.push(...(await knownFolders()).map(({ path }) => path));
  return { found: await scanFolders(roots), roots };
}

function sentenceOf({ path, what, needs, sizeBytes }: FoundFile): string {
  return `${path} (${byteCount(sizeBytes)}): ${what}.${needs ? ` ${needs}` : ''}`;
}

function setLines({ set, sentence, lacks, wishes }: ProposedSet, index: number): string[] {
  const part = ({ what, sizeBytes, licence, link }: ProposedSet['lacks'][number]): string =>
    `${what} (${byteCount(sizeBytes)}, ${licence}, ${link})`;
  return [
    `${index + 1}. ${set.name}: ${sentence}`,
    ...lacks.map((missing) => `   Cannot run without ${part(missing)}.`),
    ...wishes.map((missing) => `   Would gain by ${part(missing)}.`),
  ];
}
