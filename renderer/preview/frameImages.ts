/** Pictures by address, decoded and ready to draw; the least used go first. */
export class FrameImages {
  readonly #limit: number;
  readonly #ready = new Map<string, HTMLImageElement>();
  readonly #loading = new Map<string, Promise<HTMLImageElement>>();

  constructor(limit = 400) {
    this.#limit = limit;
  }

  /** The picture, if it is ready. */
  get(url: string): HTMLImageElement | undefined {
    const image = this.#ready.get(url);
    if (image) {
      this.#ready.delete(url);
      this.#ready.set(url, image);
    }
    return image;
  }

  /** Loads and decodes a picture once. Rejects where the address gives none. */
  load(url: string): Promise<HTMLImageElement> {
    const ready = this.get(url);
    if (ready) return Promise.resolve(ready);
    let loading = this.#loading.get(url);
    if (!loading) {
      loading = this.#decode(url).finally(() => this.#loading.delete(url));
      this.#loading.set(url, loading);
    }
    return loading;
  }

  async #decode(url: string): Promise<HTMLImageElement> {
    const image = new Image();
    image.src = url;
    await image.decode();
    this.#ready.set(url, image);
    for (const oldest of this.#ready.keys()) {
      if (this.#ready.size <= this.#limit) break;
      this.#ready.delete(oldest);
    }
    return image;
  }
}

/** The page's pictures. */
export const frameImages = new FrameImages();
