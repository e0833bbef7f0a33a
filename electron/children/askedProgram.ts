import type { ChildEntry } from './childEntry.ts';
import { type ChildProgram, startChild } from './childProgram.ts';

/** A question on its way to a program, and its answer on the way back. */
export interface Numbered<Content> {
  readonly id: number;
  readonly content: Content;
}

/** Which program is asked. */
export interface AskedProgramOptions {
  readonly entry: ChildEntry;
  /** Names it in lists of processes. */
  readonly title: string;
  readonly environment?: NodeJS.ProcessEnv | undefined;
  /** How long it is kept with nothing to do; absent: until this program ends. */
  readonly idleMilliseconds?: number;
}

/** The program, and who waits for its answers. */
interface Running<Answer> {
  readonly program: ChildProgram;
  readonly waiting: Map<number, (answer: Answer | undefined) => void>;
}

/**
 * Asks a program of ours question by question, each answered by itself; the other end is `answerParent`. It is started with the first
 * question, and does not keep this program from ending while it has nothing to do.
 */
export class AskedProgram<Question, Answer> {
  readonly #options: AskedProgramOptions;
  #running: Running<Answer> | undefined;
  #nextId = 1;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: AskedProgramOptions) {
    this.#options = options;
  }

  /** The answer; undefined where the program ended before it came. */
  ask(content: Question): Promise<Answer | undefined> {
    clearTimeout(this.#idle);
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#running ??= this.#start();
      const { program, waiting } = this.#running;
      waiting.set(id, resolve);
      program.hold(true);
      program.send({ id, content } satisfies Numbered<Question>);
    });
  }

  /** Ends the program; what it was asked is not answered any more. */
  close(): void {
    clearTimeout(this.#idle);
    this.#running?.program.kill();
    this.#running = undefined;
  }

  #start(): Running<Answer> {
    const { entry, title, environment } = this.#options;
    const waiting: Running<Answer>['waiting'] = new Map();
    const program = startChild<Numbered<Answer>>(entry, {
      ...{ title, environment },
      onMessage: ({ id, content }) => {
        const answered = waiting.get(id);
        waiting.delete(id);
        answered?.(content);
        if (waiting.size === 0) this.#rest(program);
      },
      onExit: () => {
        if (this.#running?.program === program) this.#running = undefined;
        for (const answered of waiting.values()) answered(undefined);
        waiting.clear();
      },
    });
    return { program, waiting };
  }

  #rest(program: ChildProgram): void {
    program.hold(false);
    const { idleMilliseconds } = this.#options;
    if (idleMilliseconds === undefined) return;
    this.#idle = setTimeout(() => this.close(), idleMilliseconds);
    this.#idle.unref();
  }
}
