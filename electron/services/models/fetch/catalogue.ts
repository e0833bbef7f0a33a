import { z } from 'zod';
import shipped from '../../../../models/catalogue.json' with { type: 'json' };

const fileEntry = z.strictObject({
  /** Name it gets here: plain letters, so that it can name no other place. */
  file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.(safetensors|ckpt|pt|pth|bin)$/),
  /** What it must be found to be, once it is here. */
  role: z.string(),
  url: z.url({ protocol: /^https$/ }),
  /** Exact size, where it is known, else about how large it is. */
  sizeBytes: z.int().positive().optional(),
  aboutBytes: z.int().positive().optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});

const modelEntry = z.strictObject({
  id: z.string().regex(/^[a-z0-9.-]{1,60}$/),
  name: z.string(),
  licence: z.string(),
  licenceUrl: z.url({ protocol: /^https$/ }),
  /** What else it takes to use it, as half a sentence. */
  needs: z.string(),
  /** A part of sets, or a helper for masks. */
  kind: z.enum(['part', 'helper']).default('part'),
  files: z.array(fileEntry).min(1),
});

const catalogue = z.strictObject({ hosts: z.array(z.string()), models: z.array(modelEntry) });

/** A file that can be fetched. */
export type CatalogueFile = z.output<typeof fileEntry>;
/** A model that can be fetched, with all its files. */
export type CatalogueModel = z.output<typeof modelEntry>;
/** What can be fetched, and the only hosts that are asked. */
export type FetchCatalogue = z.output<typeof catalogue>;

/** The catalogue that comes with the program. */
export const readCatalogue = (): FetchCatalogue => catalogue.parse(shipped);

/** Bytes of a model's files together, as far as the catalogue knows. */
export const modelBytes = ({ files }: CatalogueModel): number =>
  files.reduce((sum, { sizeBytes, aboutBytes }) => sum + (sizeBytes ?? aboutBytes ?? 0), 0);

/** Whether an address may be asked: https, a host of the catalogue (`*.name` stands for those below it), no user and no port of its own. */
export function isAllowed(hosts: readonly string[], address: URL): boolean {
  if (address.protocol !== 'https:' || address.username || address.password || address.port) return false;
  return hosts.some((host) =>
    host.startsWith('*.') ? address.hostname.endsWith(host.slice(1)) : address.hostname === host,
  );
}
