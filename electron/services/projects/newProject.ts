import type { ModelView } from '../../contract/models/modelView.ts';
import type { DocumentRecord } from '../../contract/records.ts';
import { takeSettings } from '../../contract/takeSettings.ts';
import { firstTracks } from '../../contract/timeline/tracks.ts';

/** What a new project holds: itself, its first tracks, the inspector's first settings, as the model was made to be run, and the view. */
export function newProject(name: string, model: Pick<ModelView, 'id' | 'sampler'> | undefined): DocumentRecord[] {
  const sampler = model?.sampler ? { sampler: model.sampler } : {};
  const own = { placeLight: 0.6, finishSide: 512 };
  const settings = takeSettings.parse({ task: 'generate', prompt: '', seed: 1, ...own, ...sampler });
  return [
    { kind: 'project', id: 'project', name, createdAt: new Date().toISOString(), framesPerSecond: 8 },
    ...firstTracks,
    { kind: 'setup', id: 'setup', modelId: model?.id ?? '', settings },
    { kind: 'view', id: 'view', sourceId: null, maskId: null, takeId: null, compareTakeId: null, playheadFrame: 0 },
  ];
}
