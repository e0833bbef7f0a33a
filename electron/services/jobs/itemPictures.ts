import { sizeToRead } from '../../composition/drawFrame.ts';
import type { ItemRecord, SourceRecord, TakeRecord } from '../../contract/records.ts';
import type { FrameSize } from '../../contract/timeline/shownMedia.ts';
import type { MediaPort, RgbaPicture } from '../media/mediaPort.ts';
import type { OpenProject } from '../projects/openProject.ts';
import { takeFramePaths } from './takeFramePaths.ts';

/** The pictures of an item of the timeline, asked for in the order in which they are shown, read no larger than the frame needs. */
export class ItemPictures {
  /** Size of what the pictures are frames of. */
  readonly media: FrameSize;
  readonly #next: (index: number) => Promise<RgbaPicture | undefined>;
  readonly #close: () => Promise<unknown>;

  constructor(
    project: OpenProject,
    media: MediaPort,
    of: { item: ItemRecord; target: SourceRecord | TakeRecord; frame: FrameSize; signal: AbortSignal },
  ) {
    const { target } = of;
    this.media = target.kind === 'take' ? target.result : target;
    const size = sizeToRead(of.item, this.media, of.frame);
    const reader =
      target.kind === 'take'
        ? takeReader(project, media, target, size)
        : sourceReader(project, media, target, size, of.signal);
    this.#next = reader.at;
    this.#close = reader.close;
  }

  /** A frame of the media; never an earlier one than the last. */
  at(index: number): Promise<RgbaPicture | undefined> {
    return this.#next(index);
  }

  async close(): Promise<void> {
    await this.#close();
  }
}

interface Reader {
  at(index: number): Promise<RgbaPicture | undefined>;
  close(): Promise<unknown>;
}

function takeReader(project: OpenProject, media: MediaPort, take: TakeRecord, size: FrameSize): Reader {
  let paths: Promise<(frame: number) => string> | undefined;
  return {
    at: async (index) => {
      paths ??= takeFramePaths(project.store.assets, take);
      return media.readScaled((await paths)(index), size);
    },
    close: async () => undefined,
  };
}

function sourceReader(
  project: OpenProject,
  media: MediaPort,
  source: SourceRecord,
  size: FrameSize,
  signal: AbortSignal,
): Reader {
  const path = project.store.assets.pathOf(source.assetId);
  let frames: AsyncIterator<RgbaPicture> | undefined;
  let at = -1;
  let picture: RgbaPicture | undefined;
  return {
    at: async (index) => {
      if (!frames) {
        const options = { firstFrame: index, frameCount: source.frameCount - index, everyNth: 1, ...size, signal };
        frames = media.readFrames(path, source, options)[Symbol.asyncIterator]();
        at = index - 1;
      }
      for (; at < index; at++) {
        const next = await frames.next();
        // A container may promise a frame more than its stream holds: the last frame stands in for it.
        if (next.done) break;
        picture = next.value;
      }
      return picture;
    },
    close: async () => frames?.return?.(),
  };
}
