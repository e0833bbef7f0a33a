import { join } from 'node:path';
import type { DocumentRecord } from '../contract/records.ts';
import { takeSettings } from '../contract/takeSettings.ts';
import { EventBus } from '../services/eventBus.ts';
import type { EnginePort } from '../services/jobs/enginePort.ts';
import { ExportService } from '../services/jobs/exportService.ts';
import { JobService } from '../services/jobs/jobService.ts';
import { MediaCache } from '../services/media/mediaCache.ts';
import type { MediaPort } from '../services/media/mediaPort.ts';
import { ModelCatalogue } from '../services/models/modelCatalogue.ts';
import { ProjectLibrary } from '../services/projects/projectLibrary.ts';

/** What the desktop shell can do that a browser cannot; absent in a browser. */
export interface DesktopActions {
  reveal(path: string): void;
}

/** Everything the studio does, put together. */
export interface StudioServices {
  bus: EventBus;
  library: ProjectLibrary;
  jobs: JobService;
  exports: ExportService;
  cache: MediaCache;
  catalogue: ModelCatalogue;
  media: MediaPort;
  engine: EnginePort;
  version: string;
  desktop: DesktopActions | undefined;
  /** Folders a native dialog chose, by the grant it handed out. */
  grants: Map<string, string>;
  uploadsFolder: string;
}

/** What {@link createServices} puts together. */
export interface ServiceOptions {
  workspace: string;
  modelRoots: readonly string[];
  media: MediaPort;
  engine: EnginePort;
  version: string;
  desktop?: DesktopActions | undefined;
}

/** Makes the services and readies the workspace. */
export async function createServices(options: ServiceOptions): Promise<StudioServices> {
  const bus = new EventBus();
  const catalogue = new ModelCatalogue([...options.modelRoots, join(options.workspace, 'models')]);
  const models = await catalogue.list();
  const library = new ProjectLibrary(options.workspace, bus, (name) => newRecords(name, models[0]?.id ?? ''));
  await library.start();
  return {
    bus,
    library,
    catalogue,
    jobs: new JobService({ engine: options.engine, bus, catalogue, studioVersion: options.version }),
    exports: new ExportService(options.media, bus),
    cache: new MediaCache(options.media, bus),
    media: options.media,
    engine: options.engine,
    version: options.version,
    desktop: options.desktop,
    grants: new Map(),
    uploadsFolder: join(library.stagingFolder, 'uploads'),
  };
}

/** What a new project holds: itself, the inspector's first settings, and the view. */
function newRecords(name: string, modelId: string): DocumentRecord[] {
  return [
    { kind: 'project', id: 'project', name, createdAt: new Date().toISOString(), framesPerSecond: 8 },
    { kind: 'setup', id: 'setup', modelId, settings: takeSettings.parse({ task: 'generate', prompt: '', seed: 1 }) },
    { kind: 'view', id: 'view', sourceId: null, maskId: null, takeId: null, compareTakeId: null, playheadFrame: 0 },
  ];
}
