import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';

/** A studio of its own process, spoken to as its page would. */
export interface RemoteStudio {
  process: ChildProcess;
  call(method: string, input: unknown): Promise<Record<string, unknown>>;
  upload(bytes: Uint8Array): Promise<string>;
  kill(): Promise<void>;
}

/** Starts one; the arguments are those of scriptedStudio.ts. */
export async function startRemote(args: string[]): Promise<RemoteStudio> {
  const script = resolve(import.meta.dirname, 'scriptedStudio.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise<string>((done, fail) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const line = /http\S+/.exec(text)?.[0];
      if (line && text.includes('\n')) done(line);
    });
    child.once('exit', (code) => fail(new Error(`The studio ended with ${code} before it spoke.`)));
  });
  const { origin } = new URL(url);
  const first = await fetch(url, { redirect: 'manual' });
  const own = { cookie: (first.headers.get('set-cookie') ?? '').split(';')[0] ?? '', origin };
  return {
    process: child,
    call: async (method, input) => {
      const response = await fetch(`${origin}/rpc/${method}`, {
        method: 'POST',
        headers: { ...own, 'content-type': 'application/json' },
        body: JSON.stringify(input),
      });
      const body: unknown = await response.json();
      if (!response.ok) throw new Error(JSON.stringify(body));
      return body as Record<string, unknown>;
    },
    upload: async (bytes) => {
      const id = `upload-${Math.random().toString(36).slice(2).padEnd(12, '0')}`;
      await fetch(`${origin}/assets/${id}`, { method: 'PUT', headers: own, body: new Uint8Array(bytes) });
      return id;
    },
    kill: () =>
      new Promise((done) => {
        child.once('exit', () => done());
        child.kill('SIGKILL');
      }),
  };
}
