import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import type { ChildEntry } from '../../../../electron/children/childEntry.ts';
import { startChild } from '../../../../electron/children/childProgram.ts';
import { temporaryFiles } from '../../../fixtures/temporaryFiles.ts';

const files = temporaryFiles();
const channel = pathToFileURL(resolve(import.meta.dirname, '../../../../electron/children/parentChannel.ts'));

/** A program that answers what it is sent, doubled, and its environment. */
async function echo(): Promise<ChildEntry> {
  const path = `${files.folder}/echo.mjs`;
  const text = `import { listenToParent } from ${JSON.stringify(channel.href)};
const send = listenToParent((bytes) => send({ bytes: bytes.map((byte) => byte * 2), word: process.env.WORD }));`;
  await writeFile(path, text);
  return { path, execArgv: ['--import', import.meta.resolve('tsx')] };
}

test('a program is sent bytes and answers with bytes, in the environment it is given', async () => {
  const entry = await echo();
  let ends = 0;
  const ended = new Promise<void>((done) => {
    const answers: unknown[] = [];
    const child = startChild(entry, {
      title: 'echo',
      environment: { ...process.env, WORD: 'here' },
      onMessage: (answer) => {
        answers.push(answer);
        expect(answers).toEqual([{ bytes: Uint8Array.of(2, 4), word: 'here' }]);
        expect(child.processId).toBeGreaterThan(0);
        child.hold(false);
        child.hold(true);
        child.kill();
      },
      onExit: () => {
        ends++;
        // Lost, and nothing is thrown.
        child.send(Uint8Array.of(3));
        setTimeout(done, 100);
      },
    });
    child.send(Uint8Array.of(1, 2));
  });
  await ended;
  expect(ends).toBe(1);
});

test('a program that is not there has ended', async () => {
  await new Promise<void>((done) =>
    startChild(
      { path: `${files.folder}/none.mjs`, execArgv: [] },
      { title: '', onMessage: () => undefined, onExit: done },
    ),
  );
});
