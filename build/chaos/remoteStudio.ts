import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { StudioError } from '../../models/errors/studioError.ts';
import type { Fault } from './faultyStudio.ts';

/** A studio of its own process, spoken to as its page would. */
export interface RemoteStudio {
  process: ChildProcess;
  /** What it wrote to standard error so far. */
  readonly said: string;
  /** @throws StudioError as the studio answered; another error where it did not answer */
  call(method: string, input: unknown): Promise<Record<string, unknown>>;
  upload(bytes: Uint8Array): Promise<string>;
  /** Lets its file system or clock fail, or heals it. */
  order(fault: Fault): void;
  kill(): Promise<void>;
  /** Kills a process of its own whose command holds `name`, if one runs (Linux only). */
  killChild(name: string): Promise<boolean>;
}

/** Starts one from the bundled `script`; the arguments are those of faultyStudio.ts, `environment` is added to ours. */
export async function startRemote(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<RemoteStudio> {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-100_000);
  });
  const url = await addressOf(child, () => said);
  const { origin } = new URL(url);
  const first = await fetch(url, { redirect: 'manual' });
  const own = { cookie: (first.headers.get('set-cookie') ?? '').split(';')[0] ?? '', origin };
  return {
    process: child,
    get said() {
      return said;
    },
    call: async (method, input) => {
      const response = await fetch(`${origin}/rpc/${method}`, {
        method: 'POST',
        headers: { ...own, 'content-type': 'application/json' },
        body: JSON.stringify(input),
      });
      // The studio's own answers are tables; an error among them has the form that StudioError reads.
      const body = (await response.json()) as Record<string, unknown>;
      if (!response.ok) throw StudioError.fromJSON(body.error as Parameters<typeof StudioError.fromJSON>[0]);
      return body;
    },
    upload: async (bytes) => {
      const id = `upload-${Math.random().toString(36).slice(2).padEnd(12, '0')}`;
      await fetch(`${origin}/assets/${id}`, { method: 'PUT', headers: own, body: new Uint8Array(bytes) });
      return id;
    },
    order: (fault) => void child.send(fault),
    kill: () =>
      new Promise((done) => {
        if (child.exitCode !== null || child.signalCode !== null) done();
        child.once('exit', () => done());
        child.kill('SIGKILL');
      }),
    killChild: (name) => killChildOf(child.pid ?? 0, name),
  };
}

function addressOf(child: ChildProcess, said: () => string): Promise<string> {
  return new Promise((done, fail) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const line = /http\S+/.exec(text)?.[0];
      if (line && text.includes('\n')) done(line);
    });
    child.once('exit', (code) => fail(new Error(`The studio ended with ${code} before it spoke. ${said()}`)));
  });
}

async function killChildOf(pid: number, name: string): Promise<boolean> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  for (const text of children.trim().split(' ')) {
    const child = Number(text);
    const line = child ? await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '') : '';
    if (!line.includes(name)) continue;
    process.kill(child, 'SIGKILL');
    return true;
  }
  return false;
}
