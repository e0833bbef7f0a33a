import type { ablationMethods } from '../contract/grid/ablations.ts';
import type { alphaMethods } from '../contract/grid/alphaSearches.ts';
import type { gridMethods } from '../contract/grid/grids.ts';
import type { attentionMethods } from '../contract/measures/attention.ts';
import type { figuresMethods } from '../contract/measures/takeFigures.ts';
import { exportGrid } from '../services/grids/exportGrid.ts';
import type { MethodHandlers } from './methodHandler.ts';
import type { StudioServices } from './studioServices.ts';

/** Binds the calls about grids, ablations, searches for α, attention and figures to their services. Inputs are already parsed. */
export function createGridHandlers({
  library,
  grids,
  exports,
  attention,
  alpha,
  ablations,
  figures,
}: StudioServices): Pick<
  MethodHandlers,
  | keyof typeof gridMethods
  | keyof typeof attentionMethods
  | keyof typeof figuresMethods
  | keyof typeof alphaMethods
  | keyof typeof ablationMethods
> {
  return {
    'grids.list': async ({ projectId }) => ({ grids: await grids.list(await library.opened(projectId)) }),
    'grids.start': async ({ projectId, request, x, y }) => ({
      gridId: await grids.start(await library.opened(projectId), request, x, y),
    }),
    'grids.takeOfCell': async ({ projectId, gridId, cell }) =>
      grids.takeOfCell(await library.opened(projectId), gridId, cell),
    'ablations.list': async ({ projectId }) => ({ ablations: await ablations.list(await library.opened(projectId)) }),
    'ablations.start': async ({ projectId, request, subjects, prompts }) => ({
      ablationId: await ablations.start(await library.opened(projectId), request, subjects, prompts),
    }),
    'ablations.remove': async ({ projectId, ablationId }) => {
      await ablations.remove(await library.opened(projectId), ablationId);
      return {};
    },
    'alpha.read': async ({ projectId }) => ({ search: await alpha.read(await library.opened(projectId)) }),
    'alpha.start': async ({ projectId, request, weights }) => ({
      searchId: await alpha.start(await library.opened(projectId), request, weights),
    }),
    'alpha.goOn': async ({ projectId }) => {
      await alpha.goOn(await library.opened(projectId));
      return {};
    },
    'takes.attention': async ({ projectId, takeId }) => {
      attention.read(await library.opened(projectId), takeId);
      return {};
    },
    'takes.measure': async ({ projectId, takeId }) => {
      figures.measure(await library.opened(projectId), takeId);
      return {};
    },
    'grids.remove': async ({ projectId, gridId }) => {
      await grids.remove(await library.opened(projectId), gridId);
      return {};
    },
    'grids.export': async ({ projectId, gridId, form }) => ({
      file: await exportGrid(grids.get(await library.opened(projectId), gridId), form, exports),
    }),
  };
}
