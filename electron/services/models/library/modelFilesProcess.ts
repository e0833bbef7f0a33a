/** The process behind modelFilesProgram.ts: looks through folders and reads whole files, so that the studio's server never waits. */
import { statSync } from 'node:fs';
import { inspectFile } from '../../../../models/recognise/inspectFile.ts';
import { foldersWithin } from '../../../../models/recognise/knownFolders.ts';
import { type FoundFile, scanFolders } from '../../../../models/recognise/scanFolders.ts';
import { hashFile } from '../../../../models/weights/fileHash.ts';
import { listenToParent } from '../../../children/parentChannel.ts';
import type { FileVerdict, ModelFilesAnswer, ModelFilesRequest } from './modelFilesProtocol.ts';

/** How long found files wait for others, so that a thousand of them are not a thousand messages. */
const togetherMilliseconds = 120;

let scanning: AbortController | undefined;

const send = listenToParent<ModelFilesRequest, ModelFilesAnswer>((request) => {
  if (request.kind === 'scan') void scan(request.scanId, request.roots);
  else void check(request.path).then((verdict) => send({ kind: 'checked', checkId: request.checkId, verdict }));
});

async function scan(scanId: number, roots: readonly string[]): Promise<void> {
  scanning?.abort();
  const controller = new AbortController();
  scanning = controller;
  let waiting: FoundFile[] = [];
  const tell = (): void => {
    if (waiting.length > 0) send({ kind: 'found', scanId, files: waiting });
    waiting = [];
  };
  const timer = setInterval(tell, togetherMilliseconds);
  let trouble: string | undefined;
  try {
    const folders: string[] = [];
    for (const root of roots) folders.push(...(await foldersWithin(root)));
    await scanFolders(folders, { onFile: (file) => waiting.push(file), signal: controller.signal });
  } catch (error) {
    trouble = error instanceof Error ? error.message : String(error);
  } finally {
    clearInterval(timer);
  }
  if (controller.signal.aborted) return;
  tell();
  send({ kind: 'scanned', scanId, trouble });
}

async function check(path: string): Promise<FileVerdict> {
  try {
    // A whole model in diffusers' form is a folder; its files are checked when it is used.
    if (statSync(path).isDirectory())
      return { state: 'broken', why: 'This is a folder of several files; check those that are listed by themselves.' };
    const { notFinite } = await inspectFile(path);
    if (notFinite !== undefined) return { state: 'broken', why: `${notFinite} holds numbers that are not finite.` };
    const sha256 = await hashFile(path);
    return { state: 'whole', sha256, autoV2: sha256.slice(0, 10) };
  } catch (error) {
    return { state: 'broken', why: error instanceof Error ? error.message : String(error) };
  }
}
