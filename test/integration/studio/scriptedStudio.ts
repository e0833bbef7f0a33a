/**
 * A studio in a process of its own, for tests that kill it: prints its port and token, and runs jobs with the tiny model it is
 * given. Arguments: workspace, model root, page folder, cache folder.
 */
import { keepServing } from '../../../electron/server/lastResort.ts';
import { startStudio } from '../../../electron/server/startStudio.ts';

const [workspace = '', modelRoot = '', pageFolder = '', cacheFolder = ''] = process.argv.slice(2);
const studio = await startStudio({
  workspace,
  modelRoots: [modelRoot],
  pageFolder,
  cacheFolder,
  log: () => undefined,
});
keepServing(studio.services.bus, (line) => process.stderr.write(`${line}\n`));
process.stdout.write(`${studio.url}\n`);
