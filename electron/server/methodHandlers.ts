import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError } from '../../models/errors/studioError.ts';
import { wireErrorOf } from '../contract/errorOnWire.ts';
import { newId } from '../contract/newId.ts';
import { examineProjectSubject } from '../services/media/examineSubject.ts';
import { smartSelect } from '../services/media/smartSelect.ts';
import { promptWorldOf } from '../services/models/promptWorldOf.ts';
import { keepHistory, readHistory } from '../services/projects/historyFile.ts';
import { createSampleProject } from '../services/projects/sampleProject.ts';
import { importSource, missingSources } from '../services/projects/sourceImport.ts';
import { takeFileOf } from '../services/projects/takeFileOf.ts';
import { createGridHandlers } from './gridHandlers.ts';
import type { MethodHandlers } from './methodHandler.ts';
import { createModelHandlers } from './modelHandlers.ts';
import type { StudioServices } from './studioServices.ts';

/** Binds the contract's methods to the services. Inputs are already parsed. */
export function createMethodHandlers(services: StudioServices): MethodHandlers {
  const { library, uploads, jobs, takes, exports, following, catalogue, media, cache, bus } = services;
  const none = {};

  return {
    'studio.info': async () => ({
      version: services.version,
      workspace: library.workspace,
      models: await catalogue.list(),
      follower: await services.followers.find().then((file) => file && { name: file.name }),
      queue: services.queue ? { label: services.queue.label } : null,
      modelsFolder: join(library.workspace, 'models'),
      desktop: services.desktop !== undefined,
    }),
    'studio.workers': async () => ({
      workers: ((await services.queue?.workers()) ?? []).map(({ host, provider, memoryBytes, models }) => ({
        ...{ host, provider, memoryBytes },
        models: models.map(({ title }) => title),
      })),
    }),
    'studio.device': async () => {
      const [model] = await catalogue.list();
      if (!model)
        throw new StudioError('model-missing', 'No model is installed.', {
          hint: 'Put a model folder into the workspace’s models folder and reload.',
        });
      return services.engine.device(await catalogue.folderOf(model.id));
    },
    ...createModelHandlers(services),
    ...createGridHandlers(services),
    'models.words': async ({ modelId }) => ({
      words: await catalogue.words(modelId),
      world: (await promptWorldOf(await catalogue.folderOf(modelId))) ?? null,
    }),

    'projects.list': async () => ({ projects: await library.list() }),
    'projects.create': async ({ name }) => ({ projectId: await library.create(name) }),
    'projects.sample': async () => ({ projectId: await createSampleProject(library, media) }),
    'projects.open': async ({ projectId, windowId, takeOver }) => {
      const project = await library.open(projectId);
      const writer = project.enter(windowId, takeOver, (id) => library.isConnected(id));
      await takes.resume(project);
      await following.resume(project);
      await services.grids.open(project);
      await services.alpha.open(project);
      await services.ablations.open(project);
      return {
        projectId,
        writer,
        sequence: project.store.sequence,
        records: project.store.records,
        jobs: jobs.list(projectId),
        missingSourceIds: await missingSources(project),
        recovery: project.store.recovery ?? null,
      };
    },
    'projects.openGranted': async ({ grant }) => {
      const path = services.grants.take(grant);
      if (!path.endsWith('.magdiff')) return { projectId: await library.addElsewhere(path) };
      return { projectId: await library.unpack(path, join(services.staging.path, newId('unpacked'))) };
    },
    'projects.close': async ({ projectId, windowId }) => {
      takes.stopLive(windowId);
      await library.leave(projectId, windowId);
      return none;
    },
    'projects.saveAs': async ({ projectId, name }) => ({ projectId: await library.saveAs(projectId, name) }),
    'projects.pack': async ({ projectId }) => {
      const { name, sizeBytes } = await library.pack(projectId);
      return { name, sizeBytes, url: `/packs/${encodeURIComponent(name)}` };
    },
    'projects.unpack': async ({ uploadId }) => {
      const path = await uploads.pathOf(uploadId);
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

    'history.read': async ({ projectId }) => readHistory(await library.opened(projectId)),
    'history.keep': async ({ projectId, windowId, history }) => {
      const project = await library.opened(projectId);
      // Steps of a window that only looks would take back what it does not see.
      if (project.writer === windowId) await keepHistory(project, history);
      return none;
    },

    'sources.import': async ({ projectId, uploadId, name }) => {
      const project = await library.opened(projectId);
      return importSource(media, project, await uploads.pathOf(uploadId), name);
    },
    'sources.relink': async ({ projectId, sourceId, uploadId }) => {
      const project = await library.opened(projectId);
      const old = project.store.get('source', sourceId);
      const { source: found } = await importSource(media, project, await uploads.pathOf(uploadId), old.name);
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
          const failure = wireErrorOf(error, 'Smart select failed');
          bus.publish({ type: 'smartSelect', requestId, operation: null, error: failure });
        },
      );
      return none;
    },

    'masks.prepareClick': async ({ projectId, sourceId, frameIndex }) => {
      const project = await library.opened(projectId);
      services.clicks.prepare(project, project.store.get('source', sourceId), frameIndex);
      return none;
    },
    'masks.click': async ({ projectId, requestId, sourceId, frameIndex, prompt }) => {
      const project = await library.opened(projectId);
      services.clicks.select(project, project.store.get('source', sourceId), frameIndex, prompt, requestId);
      return none;
    },
    'masks.follow': async ({ projectId, request }) => ({
      jobId: await following.start(await library.opened(projectId), request),
    }),

    'subjects.examine': async ({ projectId, ...subject }) => ({
      examination: await examineProjectSubject(media, await library.opened(projectId), subject),
    }),
    'jobs.estimate': async ({ projectId, request }) => takes.estimate(await library.opened(projectId), request),
    'jobs.start': async ({ projectId, windowId, request, live }) => ({
      jobId: await takes.start(await library.opened(projectId), windowId, request, live),
    }),
    'jobs.cancel': async ({ projectId, jobId }) => {
      jobs.cancel(await library.opened(projectId), jobId);
      return none;
    },
    'jobs.retry': async ({ projectId, jobId }) => {
      await jobs.retry(await library.opened(projectId), jobId);
      return none;
    },
    'jobs.retake': async ({ projectId, windowId, request }) => ({
      jobId: await takes.retake(await library.opened(projectId), windowId, request),
    }),
    'jobs.decodeAgain': async ({ projectId, takeId }) => ({
      jobId: await takes.decodeAgain(await library.opened(projectId), takeId),
    }),
    'jobs.dismiss': async ({ projectId, jobId }) => {
      await jobs.dismiss(await library.opened(projectId), jobId);
      return none;
    },

    'exports.start': async ({ projectId, takeId, options }) => ({
      jobId: exports.start(await library.opened(projectId), takeId, options),
    }),
    'exports.reveal': async ({ projectId, jobId }) => {
      if (!services.desktop)
        throw new StudioError('not-allowed', 'Only the desktop program can show a file in its folder.', {
          hint: 'Use Download instead.',
        });
      const path = jobs.list(projectId).find((job) => job.id === jobId)?.file?.path;
      if (path === undefined) throw new StudioError('job-unknown', 'This export is not finished.');
      services.desktop.reveal(path);
      return none;
    },

    'takes.file': async ({ projectId, takeId }) => {
      const { store } = await library.opened(projectId);
      return takeFileOf(store.assets, store.get('take', takeId), (id) => store.find('take', id));
    },
  };
}
