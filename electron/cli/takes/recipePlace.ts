import { isAbsolute } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';

/**
 * Refuses a place in a stranger's recipe that is not relative to the recipe: an absolute one tells of this machine, and one on another machine
 * (`\\host\…`) would be asked for over the network before anybody was.
 * @throws StudioError `format-hostile`
 */
export function refuseAbsolutePlace(place: string, name: string): void {
  if (!isAbsolute(place) && !/^[\\/]|^[A-Za-z]:|\0/.test(place)) return;
  throw new StudioError(
    'format-hostile',
    `The recipe names ${JSON.stringify(place)}, a place outside its own folder's reach.`,
    {
      hint: `Put ${name} beside the recipe, or give it with --source or --mask.`,
    },
  );
}
