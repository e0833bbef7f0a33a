import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../models/files/atomicFile.ts';
import { parseBoundedJson } from '../../models/files/boundedJson.ts';

/** Where a workspace's studio was reached last, and with which token: a page that is still open finds one that was started again there. */
const keptAddress = z.strictObject({
  port: z.int().min(1).max(65_535),
  token: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});

/** See {@link keptAddress}. */
export type KeptAddress = z.output<typeof keptAddress>;

const placeOf = (workspace: string): string => join(workspace, '.address.json');

/** The address that was kept; undefined where there is none that can be read. */
export async function readAddress(workspace: string): Promise<KeptAddress | undefined> {
  try {
    return keptAddress.parse(parseBoundedJson(await readFile(placeOf(workspace), 'utf8'), 'the kept address'));
  } catch {
    // The first start, or a file that means nothing: a new address is as good.
    return undefined;
  }
}

/** Keeps an address, for this user's eyes alone; where it cannot be kept the next start has another. */
export async function keepAddress(workspace: string, address: KeptAddress): Promise<void> {
  try {
    await mkdir(workspace, { recursive: true });
    await writeFileAtomic(placeOf(workspace), JSON.stringify(address), { lasting: false });
  } catch {
    // A full or read-only disk must not keep the studio from starting.
  }
}
