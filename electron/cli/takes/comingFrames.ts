import type { TakeResult, WrittenFrames } from '../../engine/engineProtocol.ts';
import { frameFileOf } from '../../engine/frameFiles.ts';
import { readPicture } from '../../media/readPicture.ts';

/** A take's frames while it is made: each can be read once it lies in the take's folder. */
export class ComingFrames {
  #folder = '';
  #written = 0;
  #total = Number.POSITIVE_INFINITY;
  #failure: { cause: unknown } | undefined;
  #wake: (() => void) | undefined;

  /** So many lie there now. */
  heard({ framesFolder, written, frameCount }: WrittenFrames): void {
    this.#folder = framesFolder;
    this.#written = written;
    this.#total = frameCount;
    this.#wake?.();
  }

  /** The engine begins, perhaps anew: none lies there. */
  begun(): void {
    this.#written = 0;
  }

  /** All of them lie there. */
  finished(result: TakeResult): void {
    this.heard({ ...result, written: result.frameCount });
  }

  /** No more will come. */
  failed(cause: unknown): void {
    this.#failure = { cause };
    this.#wake?.();
  }

  /** The frames in order, as RGBA; the next one is read while one is taken. @throws what they failed by */
  async *read(): AsyncGenerator<{ data: Uint8Array }, void, undefined> {
    let next = this.#frame(0);
    for (let index = 1; ; index++) {
      const frame = await next;
      if (!frame) return;
      next = this.#frame(index);
      next.catch(() => undefined);
      yield frame;
    }
  }

  /** A frame, once it is there; undefined behind the last. */
  async #frame(index: number): Promise<{ data: Uint8Array } | undefined> {
    for (;;) {
      if (this.#failure) throw this.#failure.cause;
      if (index >= this.#total) return undefined;
      if (index < this.#written) {
        try {
          return await readPicture(frameFileOf(this.#folder, index));
        } catch (cause) {
          // Begun anew: it will be there again.
          if (index < this.#written) throw cause;
        }
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
