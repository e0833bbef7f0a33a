import { StudioError } from '../../../models/errors/studioError.ts';
import { progressOf } from '../../../models/progress/progress.ts';
import { type CatalogueModel, isAllowed, modelBytes, readCatalogue } from '../../services/models/fetch/catalogue.ts';
import { type FetchedFile, fetchedFolder, fetchFiles } from '../../services/models/fetch/fetchFiles.ts';
import { byteCount, type Console } from '../console.ts';

const mebibytes = (bytes: number): number => Math.ceil(bytes / 2 ** 20);

/** `magdiff models fetch [ID]`: without one, what can be fetched; with one, its files, each checked for what it is. */
export async function fetchModel(id: string | undefined, console: Console): Promise<void> {
  const { hosts, models } = readCatalogue();
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
  let fetched: readonly FetchedFile[];
  try {
    const rules = { allows: (address: URL) => isAllowed(hosts, address), signal: controller.signal };
    fetched = await fetchFiles(model, fetchedFolder(), rules, ({ file, doneBytes, totalBytes }) =>
      console.progress(
        progressOf('loading', { step: mebibytes(doneBytes), total: mebibytes(totalBytes ?? 0), note: file }),
      ),
    );
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
