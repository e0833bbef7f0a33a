import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { modelHashOf } from '../../models/families/modelHashOf.ts';
import { ClickProgram } from '../engine/clicks/clickProgram.ts';
import { EngineHost } from '../engine/engineHost.ts';
import type { EnginePort } from '../engine/enginePort.ts';
import { type QueuePlace, queueFrom } from '../queue/queueAddress.ts';
import { QueueEngine } from '../queue/queueEngine.ts';
import { RoutedEngine } from '../queue/routedEngine.ts';
import { AblationService } from '../services/ablation/ablationService.ts';
import { AlphaService } from '../services/alpha/alphaService.ts';
import { EventBus } from '../services/eventBus.ts';
import { FollowService } from '../services/following/followService.ts';
import { GridService } from '../services/grids/gridService.ts';
import { ExportService } from '../services/jobs/exportService.ts';
import { JobList } from '../services/jobs/jobList.ts';
import { JobService } from '../services/jobs/jobService.ts';
import { AttentionService } from '../services/measures/attentionService.ts';
import { FiguresService } from '../services/measures/figuresService.ts';
import { type MeasurePort, measureProgram } from '../services/measures/measureProgram.ts';
import { type ClickPort, ClickSelect } from '../services/media/clickSelect.ts';
import { MediaCache } from '../services/media/mediaCache.ts';
import type { MediaPort } from '../services/media/mediaPort.ts';
import { studioMedia } from '../services/media/studioMedia.ts';
import type { FetchCatalogue } from '../services/models/fetch/catalogue.ts';
import { FollowerFiles } from '../services/models/followerFiles.ts';
import { ModelLibrary } from '../services/models/library/modelLibrary.ts';
import { ModelCatalogue } from '../services/models/modelCatalogue.ts';
import { FolderGrants } from '../services/projects/folderGrants.ts';
import { newProject } from '../services/projects/newProject.ts';
import { ProjectLibrary } from '../services/projects/projectLibrary.ts';
import { StagingFolder } from '../services/projects/stagingFolder.ts';
import { Uploads } from '../services/projects/uploads.ts';
import { cacheRoot, modelRoots, ownModels, plannerModel, studioVersion } from '../services/studioPlaces.ts';
import { Doorkeeper } from './doorkeeper.ts';
import { createHandler } from './handler.ts';
import { keepAddress, readAddress } from './keptAddress.ts';
import { listen } from './listen.ts';
import { createMethodHandlers } from './methodHandlers.ts';
import { PageFiles } from './pageFiles.ts';
import type { DesktopActions, StudioServices } from './studioServices.ts';

/** How to start the studio; everything absent is this machine's own. */
export interface StudioOptions {
  /** Folder of the projects; absent: `MagDiff Studio` in the user's home. */
  workspace?: string | undefined;
  /** 0 or absent: any free port, or the kept one. */
  port?: number | undefined;
  /** Starts where, and with the token with which, the workspace's studio was reached last, so that pages that are open find it again. */
  keepsAddress?: boolean | undefined;
  /** Folder of the models that ship; absent: the source tree's. */
  bundledModels?: string | undefined;
  /** Folders whose subfolders are models, in the place of the shipped ones and the user's; the workspace's `models` joins them. */
  modelRoots?: readonly string[] | undefined;
  /** The user's home, where models are looked for and kept; absent: this user's. */
  home?: string | undefined;
  /** What models can be fetched and from where, in the place of the program's catalogue (tests). */
  fetching?: { catalogue: FetchCatalogue; allows: (address: URL) => boolean } | undefined;
  /** The built page; absent: `dist/renderer`. */
  pageFolder?: string | undefined;
  /** Where built graphs are kept; absent: `.magdiff/cache` in the user's home. */
  cacheFolder?: string | undefined;
  /** Largest file taken in, in bytes; absent: 64 GiB. */
  uploadLimitBytes?: number | undefined;
  engine?: EnginePort | undefined;
  /** A queue over which takes can be made elsewhere; absent: the one that the environment names. */
  queue?: QueuePlace | undefined;
  media?: MediaPort | undefined;
  /** What selects by clicks. */
  clicks?: ClickPort | undefined;
  /** What measures takes. */
  measures?: MeasurePort | undefined;
  desktop?: DesktopActions | undefined;
  version?: string | undefined;
  log?: ((line: string) => void) | undefined;
}

/** A running studio. */
export interface RunningStudio {
  /** The whole first address, token included. */
  url: string;
  /** An address that opens the studio once, within a minute: for a program whose arguments others can see. */
  openingUrl(): string;
  port: number;
  services: StudioServices;
  /** Writes everything down and stops. */
  close(): Promise<void>;
}

const root = resolve(import.meta.dirname, '../..');

const ownWorkspace = (): string => join(homedir(), 'MagDiff Studio');

/** Starts the studio on 127.0.0.1. This is where everything is put together: services, carrier, page. */
export async function startStudio(options: StudioOptions = {}): Promise<RunningStudio> {
  // What is made from here on, by the programs it starts as well, is for this user's eyes alone.
  process.umask(0o077);
  const page = await PageFiles.read(options.pageFolder ?? join(root, 'dist', 'renderer'));
  const log = options.log ?? ((line: string) => void process.stderr.write(`${line}\n`));
  const services = await createServices(options, log);
  const workspace = options.workspace ?? ownWorkspace();
  const kept = options.keepsAddress ? await readAddress(workspace) : undefined;
  const doorkeeper = new Doorkeeper(kept?.token);
  const methodHandlers = createMethodHandlers(services);
  const handler = createHandler({ services, methodHandlers, page, doorkeeper, log });
  const wanted = options.port ?? 0;
  const { server, port } = await (kept && wanted === 0
    ? // Another studio may be there: it keeps its place, and this one takes any.
      listen(handler, kept.port).catch(() => listen(handler, 0))
    : listen(handler, wanted));
  doorkeeper.servePort(port);
  if (options.keepsAddress && (!kept || kept.port === port || wanted !== 0))
    await keepAddress(workspace, { port, token: doorkeeper.token });
  return {
    url: `http://127.0.0.1:${port}/?token=${doorkeeper.token}`,
    openingUrl: () => `http://127.0.0.1:${port}/?code=${doorkeeper.issueCode()}`,
    port,
    services,
    close: async () => {
      services.modelLibrary.close();
      services.takes.close();
      services.following.close();
      services.grids.close();
      services.ablations.close();
      services.alpha.close();
      services.clicks.close();
      services.cache.close();
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
      await services.library.close();
      await services.engine.close();
      await services.staging.close();
    },
  };
}

/** Makes the services and readies the workspace. */
async function createServices(options: StudioOptions, log: (line: string) => void): Promise<StudioServices> {
  const workspace = options.workspace ?? ownWorkspace();
  const media = options.media ?? studioMedia;
  const cacheFolder = options.cacheFolder ?? cacheRoot();
  const own = options.engine ?? new EngineHost({ cacheFolder });
  const place = options.queue ?? queueFrom();
  const queue = place && new QueueEngine({ place, hashOf: (folder) => modelHashOf(folder, cacheFolder) });
  const engine = queue ? new RoutedEngine(own, queue) : own;
  const version = options.version ?? studioVersion;
  const bus = new EventBus();
  const jobs = new JobList(bus);
  const home = options.home ?? homedir();
  const { modelRoots: given, bundledModels, fetching } = options;
  // Sets that are kept on the model page are models wherever the others are.
  const roots = [...new Set([...(given ?? modelRoots(bundledModels, home)), ownModels(home)])];
  const workspaceModels = join(workspace, 'models');
  const catalogue = new ModelCatalogue([...roots, workspaceModels]);
  const followers = new FollowerFiles([...roots, workspaceModels]);
  const measures = options.measures ?? measureProgram();
  const planner = plannerModel(bundledModels);
  const [model] = await catalogue.list();
  const library = new ProjectLibrary(workspace, bus, (name) => newProject(name, model));
  await library.start();
  const staging = await StagingFolder.make(join(library.stagingFolder, 'uploads'));
  const uploads = new Uploads(staging.path, options.uploadLimitBytes ?? 64 * 2 ** 30);
  const making = {
    ...{ engine, bus, catalogue, list: jobs, studioVersion: version, log, home },
    measures,
    folders: [...roots, workspaceModels],
  };
  return {
    bus,
    library,
    staging,
    uploads,
    grants: new FolderGrants(),
    jobs,
    takes: new JobService({ engine, bus, catalogue, list: jobs, studioVersion: version, log }),
    exports: new ExportService(media, bus, jobs),
    following: new FollowService({
      engine,
      bus,
      list: jobs,
      checkpoint: async () => (await followers.find())?.path ?? null,
      log,
    }),
    grids: new GridService(making),
    alpha: new AlphaService(making),
    ablations: new AblationService(making),
    attention: new AttentionService({ bus, catalogue, measures }),
    figures: new FiguresService(making),
    followers,
    clicks: new ClickSelect(options.clicks ?? new ClickProgram(cacheFolder), bus, () => followers.find()),
    cache: new MediaCache(media, bus),
    catalogue,
    modelLibrary: new ModelLibrary({ bus, catalogue, workspaceModels, home, planner, fetching }),
    home,
    media,
    engine,
    queue,
    version,
    desktop: options.desktop,
  };
}
