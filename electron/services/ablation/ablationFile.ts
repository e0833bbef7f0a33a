import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import { parseBoundedJson } from '../../../models/files/boundedJson.ts';
import { errorOnWire } from '../../contract/errorOnWire.ts';
import { recordId } from '../../contract/identities.ts';
import { jobStates } from '../../contract/jobs.ts';
import { measuredTake } from '../../contract/measures/measures.ts';
import { takeRecipe } from '../../contract/takeRecipe.ts';
import type { OpenProject } from '../projects/openProject.ts';

/** An ablation as it is kept in its project's folder; its takes lie in folders of their own beside it. */
export const ablationFile = z.strictObject({
  version: z.literal(1),
  id: recordId,
  createdAt: z.string(),
  /** Where its takes are made. */
  runOn: z.enum(['here', 'queue']),
  state: z.enum(jobStates),
  error: errorOnWire.nullable(),
  /** A recipe for every subject under every sentence; the settings of its takes follow from it. */
  bases: z.array(z.strictObject({ subject: z.string(), recipe: takeRecipe })).min(1),
});

/** See {@link ablationFile}. */
export type AblationFile = z.output<typeof ablationFile>;

const ablationsFolder = ({ store }: OpenProject): string => join(store.folder, 'ablations');

/** Where an ablation lies. */
export const ablationFolder = (project: OpenProject, id: string): string => join(ablationsFolder(project), id);

/** Writes an ablation down. */
export const keepAblation = (project: OpenProject, file: AblationFile): Promise<void> =>
  writeFileAtomic(join(ablationFolder(project, file.id), 'ablation.json'), JSON.stringify(file));

/** A project's ablations, oldest first; what cannot be read never properly began, and is passed over. */
export async function readAblations(project: OpenProject): Promise<AblationFile[]> {
  const names = await readdir(ablationsFolder(project)).catch((): string[] => []);
  const files: AblationFile[] = [];
  for (const name of names) {
    const kept = await readJson(join(ablationsFolder(project), name, 'ablation.json'));
    const parsed = ablationFile.safeParse(kept);
    if (parsed.success && parsed.data.id === name) files.push(parsed.data);
  }
  return files.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}

/** A take's figures as an earlier run left them; undefined where they are not of these frames. */
export async function keptFigures(folder: string, framesSha256: string) {
  const kept = z
    .object({ framesSha256: z.literal(framesSha256), measured: measuredTake })
    .safeParse(await readJson(figuresPath(folder)));
  return kept.success ? kept.data.measured : undefined;
}

/** Keeps a take's figures. */
export const keepFigures = (folder: string, framesSha256: string, measured: unknown): Promise<void> =>
  writeFileAtomic(figuresPath(folder), JSON.stringify({ framesSha256, measured }));

/** Whether a take of an ablation is made and measured. */
export const hasFigures = (folder: string): Promise<boolean> =>
  stat(figuresPath(folder)).then(
    () => true,
    () => false,
  );

const figuresPath = (folder: string): string => join(folder, 'figures.json');

async function readJson(path: string): Promise<unknown> {
  try {
    return parseBoundedJson(await readFile(path, 'utf8'), path);
  } catch {
    // What is not there or torn is made anew.
    return undefined;
  }
}
