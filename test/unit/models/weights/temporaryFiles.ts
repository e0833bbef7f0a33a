import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A folder for a test file's own data, removed when its tests are over; returns a function that writes files into it. */
export function temporaryFiles(): { folder: string; write: (name: string, bytes: Uint8Array | string) => string } {
  const folder = mkdtempSync(join(tmpdir(), 'weights-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    write: (name, bytes) => {
      const path = join(folder, name);
      writeFileSync(path, bytes);
      return path;
    },
  };
}
