import { type DocumentDiff, documentDiff, isEmptyDiff } from '../../electron/contract/documentDiff.ts';

const keyOf = (projectId: string): string => `magdiff-unsent-${projectId}`;

/** Keeps changes with the page that the studio has not got yet: they outlive a reload and the studio's own end. */
export function keepUnsent(projectId: string, diff: DocumentDiff): void {
  try {
    if (isEmptyDiff(diff)) localStorage.removeItem(keyOf(projectId));
    else localStorage.setItem(keyOf(projectId), JSON.stringify(diff));
  } catch {
    // The browser keeps no more: they are in the page's memory still.
  }
}

/** The changes that were kept; undefined where there are none. */
export function keptUnsent(projectId: string): DocumentDiff | undefined {
  try {
    const kept = localStorage.getItem(keyOf(projectId));
    const parsed = documentDiff.safeParse(kept === null ? undefined : JSON.parse(kept));
    return parsed.success ? parsed.data : undefined;
  } catch {
    // No store, or nothing in it that means anything.
    return undefined;
  }
}
