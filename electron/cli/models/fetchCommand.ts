import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { progressOf } from '../../../models/progress/progress.ts';
import { recogniseFile } from '../../../models/recognise/recogniseFile.ts';
import {
  type CatalogueFile,
  type CatalogueModel,
  isAllowed,
  modelBytes,
  readCatalogue,
} from '../../services/models/fetch/catalogue.ts';
import { fetchFile } from '../../services/models/fetch/fetchFile.ts';
import { byteCount, type Console } from '../console.ts';

/** Where fetched files are kept: one of the folders that are looked through for models. */
const fetchedFolder = (): string => join(homedir(), '.magdiff', 'models', 'fetched');

const mebibytes = (bytes: number): number => Math.ceil(bytes / 2 ** 20);

/** `magdiff models fetch [ID]`: without one, what can be fetched; with one, its files, each checked for what it is. */
export async function fetchModel(id: string | undefined, console: Console): Promise<void> {
  const { hosts, models } = await readCatalogue();
  if (id === undefined) {
    console.result(models.map(entryText).join('\n'), { models });
    return;
  }
  const model = models.find((entry) => entry.id === id);
  if (!model)
    throw new StudioError('usage', `The catalogue has no "${id}".`, {
      hint: `It has ${models.map((entry) => entry.id).join(', ')}.`,
    });
  console.note('fetching', entryText(model));
  const controller = new AbortController();
  const interrupt = (): void => controller.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const rules = { allows: (address: URL) => isAllowed(hosts, address), signal: controller.signal };
  const fetched: { path: string; sha256: string | undefined }[] = [];
  try {
    for (const file of model.files) {
      const path = join(fetchedFolder(), file.file);
      const sha256 = existsSync(path)
        ? undefined
        : await fetchFile({ ...file, path }, rules, ({ doneBytes, totalBytes }) =>
            console.progress(
              progressOf('loading', { step: mebibytes(doneBytes), total: mebibytes(totalBytes ?? 0), note: file.file }),
            ),
          );
      await requireRole(path, file);
      fetched.push({ path, sha256 });
    }
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
  console.result(
    fetched.map(({ path, sha256 }) => `${path}${sha256 ? ` (SHA-256 ${sha256})` : ' (was here already)'}`).join('\n'),
    {
      files: fetched,
    },
  );
}

const entryText = (model: CatalogueModel): string =>
  `${model.id}: ${model.name}, about ${byteCount(modelBytes(model))}, ${model.licence} (${model.licenceUrl}); needs ${model.needs}`;

/** A file that is not what the catalogue says is not kept. */
async function requireRole(path: string, { file, role }: CatalogueFile): Promise<void> {
  const found = await recogniseFile(path);
  if (found.role === role) return;
  await rm(path, { force: true });
  throw new StudioError(
    'format-unknown',
    `${file} was to be ${role.replace('-', ' ')} and is ${found.what}; it was not kept.`,
    {
      hint: 'The address may hold something else by now; fetch the file with a browser and look at it with "magdiff models inspect".',
    },
  );
}
