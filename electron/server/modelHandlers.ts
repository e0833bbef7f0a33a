import { StudioError } from '../../models/errors/studioError.ts';
import type { modelMethods } from '../contract/models/modelLibrary.ts';
import { browseFolders } from '../services/projects/folderBrowser.ts';
import type { MethodHandlers } from './methodHandler.ts';
import type { StudioServices } from './studioServices.ts';

/** The calls of the model page. */
export function createModelHandlers(services: StudioServices): Pick<MethodHandlers, keyof typeof modelMethods> {
  const { modelLibrary, grants } = services;
  const none = {};
  return {
    'models.library': async ({ scan }) => modelLibrary.view(scan),
    'models.addFolder': async ({ grant }) => {
      await modelLibrary.addFolder(grants.take(grant));
      return none;
    },
    'models.removeFolder': async ({ folderId }) => {
      await modelLibrary.removeFolder(folderId);
      return none;
    },
    'models.listFile': async ({ fileId, listed }) => {
      await modelLibrary.listFile(fileId, listed);
      return none;
    },
    'models.check': async ({ fileId }) => {
      modelLibrary.check(fileId);
      return none;
    },
    'models.keepSet': async ({ setId }) => ({ modelId: await modelLibrary.keepSet(setId) }),
    'models.dropSet': async ({ modelId }) => {
      await modelLibrary.dropSet(modelId);
      return none;
    },
    'models.fetch': async ({ entryId }) => {
      modelLibrary.fetches.start(entryId);
      return none;
    },
    'models.stopFetch': async ({ entryId }) => {
      modelLibrary.fetches.stop(entryId);
      return none;
    },
    'folders.browse': async ({ grant }) => {
      if (services.desktop)
        throw new StudioError('not-allowed', 'The desktop program chooses folders in its own dialog.');
      return browseFolders(grants, grant, services.home);
    },
  };
}
