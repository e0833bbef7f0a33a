import type { DocumentDiff } from '../../electron/contract/documentDiff.ts';
import type { SetupRecord } from '../../electron/contract/records.ts';
import type { DocumentStore } from './documentStore.ts';

/** The id of what the inspector holds for a source. */
export const setupIdOf = (sourceId: string): string => `setup-${sourceId}`.slice(0, 64);

/** What the inspector holds: the looked-at source's own, else the project's first. */
export function shownSetup(document: DocumentStore): SetupRecord | undefined {
  const sourceId = document.get('view', 'view')?.sourceId;
  const own = sourceId ? document.get('setup', setupIdOf(sourceId)) : undefined;
  return own ?? document.get('setup', 'setup');
}

/** The change that gives the looked-at source other settings. Another model goes for sources without their own as well. */
export function setupChange(
  document: DocumentStore,
  change: Partial<Pick<SetupRecord, 'modelId' | 'settings'>>,
): DocumentDiff | undefined {
  const first = document.get('setup', 'setup');
  const shown = shownSetup(document);
  if (!first || !shown) return undefined;
  const sourceId = document.get('view', 'view')?.sourceId;
  const next: SetupRecord = { ...shown, ...change, id: sourceId ? setupIdOf(sourceId) : 'setup' };
  const { prompt, negativePrompt, task, keep } = first.settings;
  const forOthers: SetupRecord = {
    ...first,
    modelId: next.modelId,
    settings: { ...next.settings, prompt, negativePrompt, task, keep },
  };
  const others: [SetupRecord, SetupRecord][] =
    next.id !== 'setup' && next.modelId !== first.modelId ? [[first, forOthers]] : [];
  return shown.id === next.id
    ? { added: [], updated: [[shown, next], ...others], removed: [] }
    : { added: [next], updated: others, removed: [] };
}
