import { StudioError } from '../../models/errors/studioError.ts';
import type { Progress, WorkStage } from '../../models/progress/progress.ts';

/** Where a command speaks: people read lines and a progress bar on standard error, programs read JSON on standard output. */
export interface Console {
  readonly json: boolean;
  /** A result: for people as text, for programs as one JSON line. */
  result(text: string, value: Record<string, unknown>): void;
  /** A remark for people; for programs a JSON line of its own. */
  note(kind: string, text: string): void;
  /** How far a take is. Programs get a JSON line each time, people a bar drawn over itself. */
  progress(progress: Progress): void;
  /** A failure, as a sentence and its way out. */
  failure(cause: unknown): void;
}

/** What people are told of each stage; of those without a name nothing. */
const stageNames: Readonly<Partial<Record<WorkStage, string>>> = {
  loading: 'Loading',
  encoding: 'Reading',
  denoising: 'Sampling',
  decoding: 'Decoding',
  writing: 'Encoding',
};

/** A console on this process's own streams. */
export function createConsole(json: boolean): Console {
  let barIsOpen = false;
  const isTerminal = process.stderr.isTTY === true;
  let lastText = '';
  const closeBar = (): void => {
    if (barIsOpen) process.stderr.write('\n');
    barIsOpen = false;
  };
  const line = (value: Record<string, unknown>): void => {
    process.stdout.write(`${JSON.stringify(value)}\n`);
  };
  return {
    json,
    result(text, value) {
      closeBar();
      if (json) line({ type: 'result', ...value });
      else process.stdout.write(`${text}\n`);
    },
    note(kind, text) {
      if (json) line({ type: kind, message: text });
      else {
        closeBar();
        process.stderr.write(`${kind === 'warning' ? 'Warning: ' : ''}${text}\n`);
      }
    },
    progress(progress) {
      const { state, step: done, total, secondsLeft, note } = progress;
      if (json) {
        line({ type: 'progress', ...progress, secondsLeft: secondsLeft && Math.round(secondsLeft * 10) / 10 });
        return;
      }
      const what = stageNames[state];
      if (!what) return;
      if (total === 0) {
        const text = `${what}${note ? ` the ${note}` : ''} ...`;
        if (text !== lastText) this.note(state, text);
        lastText = text;
        return;
      }
      const text = `${what} ${bar(done, total)} ${done} of ${total}${secondsLeft ? `, ${duration(secondsLeft)} left` : ''}`;
      if (isTerminal) {
        process.stderr.write(`\r\u001b[K${text}`);
        barIsOpen = true;
      } else if (what !== lastText || done === total) {
        // Without a terminal a line per stage is enough.
        process.stderr.write(`${text}\n`);
        lastText = what;
      }
    },
    failure(cause) {
      closeBar();
      const error =
        cause instanceof StudioError
          ? cause.toJSON()
          : { code: 'internal', message: cause instanceof Error ? cause.message : String(cause) };
      if (json) line({ type: 'error', ...error });
      else {
        const hint = cause instanceof StudioError && cause.hint ? `\n${cause.hint}` : '';
        process.stderr.write(`Error: ${error.message}${hint}\n`);
        if (!(cause instanceof StudioError) && cause instanceof Error && cause.stack)
          process.stderr.write(`${cause.stack}\n`);
      }
    },
  };
}

function bar(done: number, total: number): string {
  const width = 24;
  const filled = Math.round((width * done) / Math.max(1, total));
  return `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}]`;
}

/** A time span for people: seconds below two minutes, minutes above. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** Bytes for people. */
export function byteCount(bytes: number): string {
  if (bytes < 1 << 20) return `${Math.round(bytes / 1024)} KiB`;
  return bytes < 1 << 30 ? `${(bytes / (1 << 20)).toFixed(1)} MiB` : `${(bytes / (1 << 30)).toFixed(2)} GiB`;
}
