import { z } from 'zod';
import { errorOnWire } from '../errorOnWire.ts';

const identity = z.string().regex(/^[0-9a-f]{16}$/);

/** What a file was found to be when every byte of it was read. */
export const fileCheck = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('running') }),
  z.strictObject({
    state: z.literal('whole'),
    sha256: z.string(),
    /** The short hash by which other programs name it. */
    autoV2: z.string(),
  }),
  z.strictObject({ state: z.literal('broken'), why: z.string() }),
]);

/** A weight file that was found, or a folder that is one model. */
export const foundFileView = z.strictObject({
  id: identity,
  name: z.string(),
  /** The folder it lies in, to be shown. */
  place: z.string(),
  sizeBytes: z.number(),
  role: z.string(),
  what: z.string(),
  needs: z.string().nullable(),
  usable: z.boolean(),
  /** As the file itself says it; null where it does not. */
  licence: z.string().nullable(),
  /** Taken off the list by the user. */
  removed: z.boolean(),
  check: fileCheck.nullable(),
});

/** See {@link foundFileView}. */
export type FoundFileView = z.output<typeof foundFileView>;

/** A part that would make a set run, or better. */
export const missingPartView = z.strictObject({
  what: z.string(),
  sizeBytes: z.number(),
  licence: z.string(),
  link: z.string(),
});

/** A set that is kept, or could be. */
export const modelSetView = z.strictObject({
  id: identity,
  name: z.string(),
  /** What it is made of, a line a part. */
  parts: z.array(z.strictObject({ role: z.string(), name: z.string(), isThere: z.boolean() })),
  /** Parts without which it cannot run, and parts that would add to it. */
  lacks: z.array(missingPartView),
  wishes: z.array(missingPartView),
  /** The model it is in the inspector; null where it is not kept. */
  modelId: z.string().nullable(),
});

/** See {@link modelSetView}. */
export type ModelSetView = z.output<typeof modelSetView>;

/** A folder that is looked through. */
export const modelFolderView = z.strictObject({
  id: identity,
  path: z.string(),
  /** Whose it is: a program's name, or yours. */
  owner: z.string(),
  /** Added by the user, so that it can be taken away. */
  added: z.boolean(),
});

/** See {@link modelFolderView}. */
export type ModelFolderView = z.output<typeof modelFolderView>;

/** Something that can be fetched. */
export const fetchEntryView = z.strictObject({
  id: z.string(),
  name: z.string(),
  licence: z.string(),
  licenceUrl: z.string(),
  needs: z.string(),
  /** A part of sets, or a helper for masks. */
  kind: z.enum(['part', 'helper']),
  files: z.array(z.strictObject({ name: z.string(), url: z.string() })),
  /** As far as the catalogue knows. */
  sizeBytes: z.number(),
  state: z.enum(['none', 'partly', 'fetching', 'checking', 'here', 'failed']),
  doneBytes: z.number(),
  error: errorOnWire.nullable(),
});

/** See {@link fetchEntryView}. */
export type FetchEntryView = z.output<typeof fetchEntryView>;

/** Everything that the model page shows. */
export const modelLibraryView = z.strictObject({
  scanning: z.boolean(),
  folders: z.array(modelFolderView),
  files: z.array(foundFileView),
  /** Those kept first. */
  sets: z.array(modelSetView),
  entries: z.array(fetchEntryView),
  /** Where fetched files are put. */
  fetchedFolder: z.string(),
  /** The user's home folder, which is written as ~ in what is shown. */
  home: z.string(),
});

/** See {@link modelLibraryView}. */
export type ModelLibraryView = z.output<typeof modelLibraryView>;

const none = z.strictObject({});
const grant = z.string().max(100);

/** The calls of the model page. What takes long goes on by itself and is told by events. */
export const modelMethods = {
  /** The page's content; `scan` looks through all folders again. */
  'models.library': { input: z.strictObject({ scan: z.boolean() }), output: modelLibraryView },
  /** Adds a folder that was chosen, remembers it and looks through it. */
  'models.addFolder': { input: z.strictObject({ grant }), output: none },
  'models.removeFolder': { input: z.strictObject({ folderId: identity }), output: none },
  /** Takes a file off the list, or puts it on again; the file itself stays where it is. */
  'models.listFile': { input: z.strictObject({ fileId: identity, listed: z.boolean() }), output: none },
  /** Reads a whole file: its hash, and whether every number in it is finite. */
  'models.check': { input: z.strictObject({ fileId: identity }), output: none },
  /** Keeps a set, so that the inspector offers it. */
  'models.keepSet': { input: z.strictObject({ setId: identity }), output: z.strictObject({ modelId: z.string() }) },
  /** Takes a kept set away; its files stay. */
  'models.dropSet': { input: z.strictObject({ modelId: z.string().max(200) }), output: none },
  'models.fetch': { input: z.strictObject({ entryId: z.string().max(60) }), output: none },
  'models.stopFetch': { input: z.strictObject({ entryId: z.string().max(60) }), output: none },
  /** The folders within one, to choose from where there is no desktop dialog; without a grant, where to begin. */
  'folders.browse': {
    input: z.strictObject({ grant: grant.nullable() }),
    output: z.strictObject({
      path: z.string(),
      /** For the folder itself; null for the list of places to begin. */
      grant: grant.nullable(),
      parent: grant.nullable(),
      folders: z.array(z.strictObject({ name: z.string(), grant })),
    }),
  },
} as const;
