/** Work that goes on beside what comes next, so many pieces at a time. A piece's failure is thrown by the next call. */
export class Pending {
  readonly #most: number;
  readonly #running = new Set<Promise<void>>();
  #failure: { cause: unknown } | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  /** Begins a piece; resolves once there is room for the next. */
  async add(work: () => Promise<void>): Promise<void> {
    this.#check();
    const piece: Promise<void> = work()
      .catch((cause: unknown) => {
        this.#failure ??= { cause };
      })
      .finally(() => this.#running.delete(piece));
    this.#running.add(piece);
    while (this.#running.size >= this.#most) await Promise.race(this.#running);
    this.#check();
  }

  /** Resolves once all of it is done. */
  async end(): Promise<void> {
    await Promise.all(this.#running);
    this.#check();
  }

  #check(): void {
    if (this.#failure) throw this.#failure.cause;
  }
}
