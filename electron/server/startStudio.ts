import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { EnginePort } from '../services/jobs/enginePort.ts';
import type { MediaPort } from '../services/media/mediaPort.ts';
import { Doorkeeper } from './doorkeeper.ts';
import { createHandler } from './handler.ts';
import { listen } from './listen.ts';
import { createMethodHandlers, grantFolder, readyUploads } from './methodHandlers.ts';
import { PageFiles } from './pageFiles.ts';
import { createServices, type DesktopActions, type StudioServices } from './studioServices.ts';

/** How to start the studio. */
export interface StudioOptions {
  engine: EnginePort;
  media: MediaPort;
  /** Folder of the projects; absent: `MagDiff Studio` in the user's home. */
  workspace?: string | undefined;
  /** 0 or absent: any free port. */
  port?: number | undefined;
  /** Folders whose subfolders are models; the workspace's `models` joins them. */
  modelRoots: readonly string[];
  /** The built page; absent: `dist/renderer`. */
  pageFolder?: string | undefined;
  /** Largest file taken in; absent: 64 GiB. */
  uploadLimitBytes?: number | undefined;
  desktop?: DesktopActions | undefined;
  version?: string | undefined;
  log?: ((line: string) => void) | undefined;
}

/** A running studio. */
export interface RunningStudio {
  /** The whole first address, token included. */
  url: string;
  port: number;
  services: StudioServices;
  /** Gives the page a word for a folder that a native dialog chose. */
  grantFolder(folder: string): string;
  /** Writes everything down and stops. */
  close(): Promise<void>;
}

const root = resolve(import.meta.dirname, '../..');

/** Starts the studio on 127.0.0.1: services, engine, page. This is where everything is put together. */
export async function startStudio(options: StudioOptions): Promise<RunningStudio> {
  const log = options.log ?? ((line: string) => void process.stderr.write(`${line}\n`));
  const page = await PageFiles.read(options.pageFolder ?? join(root, 'dist', 'renderer'));
  const services = await createServices({
    workspace: options.workspace ?? join(homedir(), 'MagDiff Studio'),
    modelRoots: options.modelRoots,
    media: options.media,
    engine: options.engine,
    version: options.version ?? '0.1.0',
    desktop: options.desktop,
  });
  await readyUploads(services);
  const doorkeeper = new Doorkeeper();
  const handler = createHandler({
    services,
    methodHandlers: createMethodHandlers(services),
    page,
    doorkeeper,
    uploadLimitBytes: options.uploadLimitBytes ?? 64 * 2 ** 30,
    log,
  });
  const { server, port } = await listen(handler, options.port ?? 0);
  doorkeeper.servePort(port);
  return {
    url: `http://127.0.0.1:${port}/?token=${doorkeeper.token}`,
    port,
    services,
    grantFolder: (folder) => grantFolder(services, folder),
    close: async () => {
      services.jobs.close();
      services.cache.close();
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
      await services.library.close();
      await options.engine.close();
    },
  };
}
