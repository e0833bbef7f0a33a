import { join } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { openBackbone } from '../../../models/families/backbones/openBackbone.ts';
import { openWorldReaders } from '../../../models/families/backbones/worldReaders.ts';
import { openModel } from '../../../models/families/openModel.ts';
import type { MeasureReaders, WorldReaders } from '../../../models/measure/readers.ts';
import type { Model } from '../../../models/model/model.ts';
import { ownPictureReader, ownSentenceReader } from '../../../models/pipeline/measuring/ownReaders.ts';
import { knownFolders } from '../../../models/recognise/knownFolders.ts';
import { type FoundFile, scanFolders } from '../../../models/recognise/scanFolders.ts';
import { promptWorldOf } from '../models/promptWorldOf.ts';
import { cacheRoot, modelRoots } from '../studioPlaces.ts';
import type { WorldReading } from './measureTake.ts';

/** Readers for measures, and which backbones were not there. */
export interface OpenedReaders extends MeasureReaders {
  /** The model's own readers of its world's values, where it brings any. */
  readonly world: WorldReading | undefined;
  /** The video model, opened; absent where none was wished for. */
  readonly model: Model | undefined;
  readonly missing: readonly (keyof MeasureReaders)[];
  dispose(): Promise<void>;
}

/** Which readers to open. */
export interface ReaderWishes {
  /** Files or folders of backbones; later ones take the place of earlier ones that read the same. */
  readonly backbones: readonly string[];
  /** The video model whose own encoders read where there is no backbone; absent: nobody does. */
  readonly modelFolder: string | undefined;
}

/** What each reader is for, and which file would read it. */
const wanted: Readonly<Record<keyof MeasureReaders, { readonly for: string; readonly files: string }>> = {
  pictures: { for: 'frame consistency', files: 'a CLIP, such as openai/clip-vit-base-patch32' },
  sentences: { for: 'text alignment', files: 'a whole CLIP, text and pictures, such as openai/clip-vit-base-patch32' },
  subjects: { for: 'subject fidelity', files: 'a DINO, such as facebook/dino-vits16 or dinov2-small' },
  clips: { for: 'Fréchet video distance', files: 'an I3D, such as i3d_pretrained_400.pt' },
  classes: { for: 'inception score', files: 'an Inception v3, such as pt_inception-2015-12-05-6726825d.pth' },
};

/** How networks that look into takes are opened. */
export const readerOptions = () => ({ cacheFolder: join(cacheRoot(), 'graphs') });

/** Names of readers, as figures are listed. */
const readerNames = ['pictures', 'sentences', 'subjects', 'clips', 'classes'] as const;

/**
 * Opens who reads: backbones where they lie, and the model's own encoders for frame consistency, text alignment and subject fidelity where
 * no backbone does. `missing` has what no backbone reads. Dispose when done.
 */
export async function openReaders({ backbones, modelFolder }: ReaderWishes): Promise<OpenedReaders> {
  const options = readerOptions();
  const disposals: (() => Promise<void>)[] = [];
  const dispose = async (): Promise<void> => void (await Promise.all(disposals.map((done) => done())));
  try {
    let readers: MeasureReaders = {};
    for (const path of backbones) {
      const backbone = await openBackbone(path, options);
      disposals.push(() => backbone.dispose());
      const { dispose: _, ...own } = backbone;
      readers = { ...readers, ...own };
    }
    const missing = readerNames.filter((name) => readers[name] === undefined);
    let world: WorldReading | undefined;
    const model = modelFolder === undefined ? undefined : await openModel(modelFolder, options);
    if (model) {
      disposals.push(() => model.dispose());
      const { folder, title } = model.description;
      const ownReaders = await openWorldReaders(folder, title, options);
      if (ownReaders) disposals.push(() => ownReaders.dispose());
      const own = ownPictureReader(model);
      const { pictures = own, subjects = own } = ownReaders ?? {};
      readers = { pictures, sentences: ownSentenceReader(model), subjects, ...readers };
      const words = ownReaders && (await promptWorldOf(folder));
      if (ownReaders && words) world = { words, readers: ownReaders.values };
    }
    return { ...readers, world, model, missing, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Reads the same as another, from the smallest file: which of those found are used. */
const readsOf = ({ role, variant, imageWidths }: FoundFile): string | undefined => {
  if (role === 'image-encoder') return imageWidths?.embedding === undefined ? undefined : 'clip';
  if (role !== 'backbone') return undefined;
  return variant === 'r3d' ? 'i3d' : variant;
};

/** How early a file is taken among those that read the same: whole CLIPs before image towers, I3D before R3D, then the smallest. */
const rankOf = ({ what, variant, sizeBytes }: FoundFile): number =>
  (what.startsWith('a whole CLIP') || variant === 'i3d' ? 0 : 2 ** 50) + sizeBytes;

/** Backbones in the folders where models commonly lie; of those that read the same, the one that is best known and quickest. */
export async function findBackbones(
  more: readonly string[] = modelRoots().slice(1),
  home?: string,
): Promise<readonly string[]> {
  const known = (await knownFolders(home)).map(({ path }) => path);
  const found = await scanFolders([...new Set([...more, ...known])]);
  const chosen = new Map<string, FoundFile>();
  for (const file of [...found].sort((a, b) => rankOf(a) - rankOf(b))) {
    const reads = readsOf(file);
    if (reads !== undefined && !chosen.has(reads)) chosen.set(reads, file);
  }
  return [...chosen.values()].map(({ path }) => path);
}

/** What is needed for figures as papers have them, as a sentence. */
export const missingSentence = (reader: keyof MeasureReaders): string =>
  `For ${wanted[reader].for} as papers have it, ${wanted[reader].files} is needed.`;

/** Who reads what, and whether its figures can be held against papers', one sentence each. */
export const readerNotes = (readers: MeasureReaders & Pick<OpenedReaders, 'world'>): readonly string[] => [
  ...readerNames.flatMap((name) => {
    const reader = readers[name];
    if (!reader) return [];
    const { title, comparable } = reader;
    return [`${wanted[name].for}: ${title}${comparable ? '' : ', not comparable with figures of papers'}`];
  }),
  ...worldNotes(readers.world?.readers ?? {}),
];

/** The same of the readers of a small world. */
const worldNotes = (readers: WorldReaders): readonly string[] =>
  (['place', 'motion', 'subject'] as const).flatMap((part) => {
    const title = readers[part]?.title;
    return title === undefined ? [] : [`${part} read: ${title}, not comparable with figures of papers`];
  });

/** The reader, or an error that says what would read. @throws StudioError `model-missing` */
export function requireReader<Name extends keyof MeasureReaders>(
  readers: MeasureReaders,
  name: Name,
): NonNullable<MeasureReaders[Name]> {
  const reader = readers[name];
  if (reader) return reader;
  throw new StudioError('model-missing', `There is nothing to read the ${wanted[name].for} with.`, {
    hint: `Put ${wanted[name].files} into a models folder, or name it with --backbone.`,
  });
}
