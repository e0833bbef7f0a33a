import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { AskedProgram } from '../../../../electron/children/askedProgram.ts';
import { temporaryFiles } from '../../../fixtures/temporaryFiles.ts';

const files = temporaryFiles();
const channel = pathToFileURL(resolve(import.meta.dirname, '../../../../electron/children/parentChannel.ts'));
let asked: AskedProgram<string, string> | undefined;
afterEach(() => asked?.close());

/** A program that answers with what it is asked and its own number; it ends at the word "end". */
async function program(): Promise<AskedProgram<string, string>> {
  const path = `${files.folder}/answers.mjs`;
  const text = `import { answerParent } from ${JSON.stringify(channel.href)};
answerParent(async (word) => {
  if (word === 'end') process.exit(1);
  await new Promise((done) => setTimeout(done, word === 'slow' ? 200 : 0));
  return word + process.pid;
});`;
  await writeFile(path, text);
  asked = new AskedProgram({ entry: { path, execArgv: ['--import', import.meta.resolve('tsx')] }, title: 'answers' });
  return asked;
}

test('every question has its own answer, whichever comes first', async () => {
  const answers = await program();
  const [slow, quick] = await Promise.all([answers.ask('slow'), answers.ask('quick')]);
  expect(slow).toMatch(/^slow\d+$/);
  expect(quick?.slice(5)).toBe(slow?.slice(4));
});

test('a program that ends leaves its questions without answers, and the next question starts it anew', async () => {
  const answers = await program();
  const before = await answers.ask('a');
  expect(await Promise.all([answers.ask('slow'), answers.ask('end')])).toEqual([undefined, undefined]);
  const after = await answers.ask('a');
  expect(after).toMatch(/^a\d+$/);
  expect(after).not.toBe(before);
});
