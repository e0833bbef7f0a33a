import { randomBytes } from 'node:crypto';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError } from '../../models/errors/studioError.ts';
import { errorOnWire } from '../contract/errorOnWire.ts';
import { maskDrawing } from '../contract/maskOperations.ts';
import type { MethodName, MethodOutput, MethodParsed } from '../contract/methods.ts';
import { smartSelect } from '../services/media/smartSelect.ts';
import { createSampleProject } from '../services/projects/sampleProject.ts';
import { importSource, missingSources } from '../services/projects/sourceImport.ts';
import type { StudioServices } from './studioServices.ts';

/** A handler for every method of the contract. */
export type MethodHandlers = { [M in MethodName]: (input: MethodParsed<M>) => Promise<MethodOutput<M>> };

/** Binds the contract's methods to the services. Inputs are already parsed. */
export function createMethodHandlers(services: StudioServices): MethodHandlers {
  const { library, jobs, exports, catalogue, media, cache, bus } = services;
  const none = {};

  const uploadPath = async (uploadId: string): Promise<string> => {
    const path = join(services.uploadsFolder, uploadId);
    if (!(await stat(path).catch(() => undefined)))
      throw new StudioError('request-invalid', 'The upload is not here any more.', { hint: 'Choose the file again.' });
    return path;
  };

  return {
    'studio.info': async () => ({
      version: services.version,
      workspace: library.workspace,
      models: await catalogue.list(),
      desktop: services.desktop !== undefined,
    }),
    'studio.device': async () => {
      const [model] = await catalogue.list();
      if (!model)
        throw new StudioError('model-missing', 'No model is installed.', {
          hint: 'Put a model folder into the workspace’s models folder and reload.',
        });
      return services.engine.device(await catalogue.folderOf(model.id));
    },
    'models.words': async ({ modelId }) => ({ words: await catalogue.words(modelId) }),

    'projects.list': async () => ({ projects: await library.list() }),
    'projects.create': async ({ name }) => ({ projectId: await library.create(name) }),
    'projects.sample': async () => ({ projectId: await createSampleProject(library, media) }),
    'projects.open': async ({ projectId, windowId, takeOver }) => {
      const project = await library.open(projectId);
      const writer = project.enter(windowId, takeOver, (id) => library.isConnected(id));
      await jobs.resume(project);
      return {
        projectId,
        writer,
        sequence: project.store.sequence,
        records: project.store.records,
        jobs: [...jobs.list(projectId), ...exports.list(projectId)],
        missingSourceIds: await missingSources(project),
      };
    },
    'projects.openGranted': async ({ grant }) => {
      const folder = services.grants.get(grant);
      if (folder === undefined)
        throw new StudioError('not-allowed', 'This folder was not chosen in a dialog.', { hint: 'Choose Open again.' });
      services.grants.delete(grant);
      return { projectId: await library.addElsewhere(folder) };
    },
    'projects.close': async ({ projectId, windowId }) => {
      jobs.stopLive(windowId);
      await library.leave(projectId, windowId);
      return none;
    },
    'projects.saveAs': async ({ projectId, name }) => ({ projectId: await library.saveAs(projectId, name) }),
    'projects.pack': async ({ projectId }) => {
      const { name, sizeBytes } = await library.pack(projectId);
      return { name, sizeBytes, url: `/packs/${encodeURIComponent(name)}` };
    },
    'projects.unpack': async ({ uploadId }) => {
      const path = await uploadPath(uploadId);
      try {
        return { projectId: await library.unpack(path) };
      } finally {
        await rm(path, { force: true });
      }
    },

    'document.apply': async ({ projectId, windowId, diff }) => {
      const project = await library.opened(projectId);
      return { sequence: await project.applyFrom(windowId, diff) };
    },

    'sources.import': async ({ projectId, uploadId, name }) => {
      const project = await library.opened(projectId);
      return { source: await importSource(media, project, await uploadPath(uploadId), name) };
    },
    'sources.relink': async ({ projectId, sourceId, uploadId }) => {
      const project = await library.opened(projectId);
      const old = project.store.get('source', sourceId);
      const found = await importSource(media, project, await uploadPath(uploadId), old.name);
      const identical = found.assetId === old.assetId;
      const outFrame = Math.min(Math.max(1, old.outFrame), found.frameCount);
      const inFrame = Math.min(old.inFrame, outFrame - 1);
      return { identical, source: { ...found, id: old.id, createdAt: old.createdAt, inFrame, outFrame } };
    },
    'sources.prepare': async ({ projectId, sourceId }) => {
      const project = await library.opened(projectId);
      const source = project.store.get('source', sourceId);
      // Thumbnails arrive as events; a failure shows when the frame itself is asked for.
      cache.prepare(project, source).catch(() => undefined);
      return none;
    },

    'masks.smartSelect': async ({ projectId, requestId, sourceId, frameIndex, scribbles }) => {
      const project = await library.opened(projectId);
      const source = project.store.get('source', sourceId);
      smartSelect(media, project, source, frameIndex, scribbles).then(
        (operation) => bus.publish({ type: 'smartSelect', requestId, operation, error: null }),
        (error: unknown) => {
          const failure =
            error instanceof StudioError
              ? error
              : new StudioError('internal', `Smart select failed: ${String(error)}.`);
          bus.publish({ type: 'smartSelect', requestId, operation: null, error: errorOnWire.parse(failure.toJSON()) });
        },
      );
      return none;
    },

    'jobs.estimate': async ({ projectId, request }) => jobs.estimate(await library.opened(projectId), request),
    'jobs.start': async ({ projectId, windowId, request, live }) => ({
      jobId: await jobs.start(await library.opened(projectId), windowId, request, live),
    }),
    'jobs.cancel': async ({ projectId, jobId }) => {
      if (exports.has(jobId)) exports.cancel(jobId);
      else jobs.cancel(await library.opened(projectId), jobId);
      return none;
    },
    'jobs.retry': async ({ projectId, jobId }) => {
      if (exports.has(jobId)) exports.retry(jobId);
      else await jobs.retry(await library.opened(projectId), jobId);
      return none;
    },
    'jobs.decodeAgain': async ({ projectId, takeId }) => ({
      jobId: await jobs.decodeAgain(await library.opened(projectId), takeId),
    }),
    'jobs.dismiss': async ({ projectId, jobId }) => {
      if (exports.has(jobId)) exports.dismiss(jobId);
      else await jobs.dismiss(await library.opened(projectId), jobId);
      return none;
    },

    'exports.start': async ({ projectId, takeId, options }) => ({
      jobId: exports.start(await library.opened(projectId), takeId, options),
    }),
    'exports.reveal': async ({ jobId }) => {
      if (!services.desktop)
        throw new StudioError('not-allowed', 'Only the desktop program can show a file in its folder.', {
          hint: 'Use Download instead.',
        });
      services.desktop.reveal(exports.fileOf(jobId));
      return none;
    },

    'takes.drawing': async ({ projectId, assetId }) => {
      const project = await library.opened(projectId);
      const bytes = await project.store.assets.read(assetId);
      return { drawing: maskDrawing.parse(JSON.parse(bytes.toString('utf8'))) };
    },
  };
}

/** Lets the shell hand a folder that its dialog chose to the page, as a word that works once. */
export function grantFolder(services: StudioServices, folder: string): string {
  const grant = randomBytes(16).toString('hex');
  services.grants.set(grant, folder);
  return grant;
}

/** Makes the folder for uploads. */
export async function readyUploads(services: StudioServices): Promise<void> {
  await rm(services.uploadsFolder, { recursive: true, force: true });
  await mkdir(services.uploadsFolder, { recursive: true });
}
