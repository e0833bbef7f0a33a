import type { FoundFile } from '../../../../models/recognise/scanFolders.ts';
import { childEntry } from '../../../children/childEntry.ts';
import { type ChildProgram, startChild } from '../../../children/childProgram.ts';
import type { FileVerdict, ModelFilesAnswer, ModelFilesRequest } from './modelFilesProtocol.ts';

/** Who hears of a look through folders. */
export interface ScanListener {
  onFound(files: readonly FoundFile[]): void;
  /** It is over; `trouble`: why before its end. */
  onDone(trouble: string | undefined): void;
}

const stopped = 'The process that reads model files stopped unexpectedly.';

/** Looks through folders and reads whole files in a process of its own, which is there while there is something to do. */
export class ModelFilesProgram {
  #child: ChildProgram | undefined;
  #scan: { id: number; listener: ScanListener } | undefined;
  readonly #checks = new Map<number, (verdict: FileVerdict) => void>();
  #nextId = 1;

  /** Looks through folders; an earlier look that is not over is given up, and its listener hears no more. */
  scan(roots: readonly string[], listener: ScanListener): void {
    const id = this.#nextId++;
    this.#scan = { id, listener };
    this.#send({ kind: 'scan', scanId: id, roots });
  }

  /** Reads a whole file. */
  check(path: string): Promise<FileVerdict> {
    const checkId = this.#nextId++;
    return new Promise((done) => {
      this.#checks.set(checkId, done);
      this.#send({ kind: 'check', checkId, path });
    });
  }

  /** Ends it. */
  close(): void {
    const child = this.#child;
    this.#child = undefined;
    this.#scan = undefined;
    this.#checks.clear();
    child?.kill();
  }

  #send(request: ModelFilesRequest): void {
    this.#child ??= this.#start();
    this.#child.hold(true);
    this.#child.send(request);
  }

  #start(): ChildProgram {
    const child = startChild<ModelFilesAnswer>(childEntry('modelFilesProcess', import.meta.url), {
      title: 'MagDiff model files',
      onMessage: (answer) => {
        this.#receive(answer);
        if (this.#scan === undefined && this.#checks.size === 0) child.hold(false);
      },
      onExit: () => {
        if (this.#child !== child) return;
        this.#child = undefined;
        const scan = this.#scan;
        this.#scan = undefined;
        scan?.listener.onDone(stopped);
        const checks = [...this.#checks.values()];
        this.#checks.clear();
        for (const done of checks) done({ state: 'broken', why: stopped });
      },
    });
    return child;
  }

  #receive(answer: ModelFilesAnswer): void {
    if (answer.kind === 'checked') {
      const done = this.#checks.get(answer.checkId);
      this.#checks.delete(answer.checkId);
      done?.(answer.verdict);
      return;
    }
    const scan = this.#scan;
    if (scan?.id !== answer.scanId) return;
    if (answer.kind === 'found') scan.listener.onFound(answer.files);
    else {
      this.#scan = undefined;
      scan.listener.onDone(answer.trouble);
    }
  }
}
