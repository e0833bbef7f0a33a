import type { FoundFile } from '../../../../models/recognise/scanFolders.ts';

/** To the process that reads model files. */
export type ModelFilesRequest =
  /** Looks through folders; an earlier look that is not over is given up. */
  | { kind: 'scan'; scanId: number; roots: readonly string[] }
  /** Reads a whole file. */
  | { kind: 'check'; checkId: number; path: string };

/** What reading a whole file came to. */
export type FileVerdict = { state: 'whole'; sha256: string; autoV2: string } | { state: 'broken'; why: string };

/** From it. */
export type ModelFilesAnswer =
  | { kind: 'found'; scanId: number; files: readonly FoundFile[] }
  | { kind: 'scanned'; scanId: number; trouble: string | undefined }
  | { kind: 'checked'; checkId: number; verdict: FileVerdict };
