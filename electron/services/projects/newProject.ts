import type { DocumentRecord } from '../../contract/records.ts';
import { takeSettings } from '../../contract/takeSettings.ts';
import { firstTracks } from '../../contract/timeline/tracks.ts';

/** What a new project holds: itself, its first tracks, the inspector's first settings, and the view. */
export function newProject(name: string, modelId: string): DocumentRecord[] {
  return [
    { kind: 'project', id: 'project', name, createdAt: new Date().toISOString(), framesPerSecond: 8 },
    ...firstTracks,
    { kind: 'setup', id: 'setup', modelId, settings: takeSettings.parse({ task: 'generate', prompt: '', seed: 1 }) },
    { kind: 'view', id: 'view', sourceId: null, maskId: null, takeId: null, compareTakeId: null, playheadFrame: 0 },
  ];
}
