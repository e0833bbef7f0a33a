import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { readTakeFile } from '../../electron/cli/takes/takeFiles.ts';
import { fileName } from '../../electron/contract/fileName.ts';
import { maskDrawing } from '../../electron/contract/masks/maskOperations.ts';
import { methods } from '../../electron/contract/methods.ts';
import { parseProjectFile } from '../../electron/contract/projectFile.ts';
import type { DocumentRecord } from '../../electron/contract/records.ts';
import { writeJournalLine } from '../../electron/services/projects/store/journalLine.ts';
import { readPack } from '../../electron/services/projects/store/packFile.ts';
import { readJournal, replayJournal } from '../../electron/services/projects/store/readJournal.ts';
import { readSet } from '../../models/families/sd15/setFile.ts';
import { parseBoundedJson } from '../../models/files/boundedJson.ts';
import { MaskSequence } from '../../models/masks/maskSequence.ts';
import { rasterizeMask } from '../../models/masks/rasterizeMask.ts';
import { folderRunStore } from '../../models/weights/runStore.ts';
import { readSafetensors } from '../../models/weights/safetensors.ts';
import { readTorchZip } from '../../models/weights/torch/torchZip.ts';
import { unpickle } from '../../models/weights/torch/unpickler.ts';
import { squareMask } from '../../test/fixtures/maskRecords.ts';
import { floatTensorPickle, tablePickle, torchFile } from '../../test/fixtures/models/torchFiles.ts';
import { clipRecord, emptyProject, plainSettings } from '../../test/fixtures/projectRecords.ts';

/** A reader of strangers' bytes, with honest inputs to begin from. */
export interface FuzzedReader {
  seeds: Buffer[];
  /** Reads the input; a StudioError or a SyntaxError is a refusal, anything else thrown is a crash. A text it answers says how it took it. */
  read(input: Buffer): Promise<unknown> | unknown;
}

const hex = 'a'.repeat(64);
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** Every reader by name. `folder`: where inputs are put that are read from files. */
export async function fuzzedReaders(folder: string): Promise<Record<string, FuzzedReader>> {
  const file = (name: string): string => join(folder, name);
  const fromFile =
    (name: string, read: (path: string) => Promise<unknown>) =>
    async (input: Buffer): Promise<unknown> => {
      // Written in one go: a turn through the thread pool would take longer than most readers.
      writeFileSync(file(name), input);
      return read(file(name));
    };
  const pickle = tablePickle('weight', floatTensorPickle({}));
  const records: DocumentRecord[] = [
    ...emptyProject,
    clipRecord('clip'),
    ...squareMask('clip', { x: 1, y: 1, side: 4 }),
  ];
  const project = { format: 'magdiff-project', schemaVersion: 1, sequence: 3, records };
  const diff = { added: records.slice(3), updated: [], removed: [] };
  const runs = folderRunStore(folder);
  await runs.save('run', { facts: { step: 3, key: 'k' }, arrays: { latents: Float32Array.of(1, 2, 3) } });
  const header = json({ __metadata__: { a: 'b' }, w: { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] } });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return {
    safetensors: {
      seeds: [Buffer.concat([length, header, Buffer.alloc(16)])],
      read: fromFile('a.safetensors', readSafetensors),
    },
    torchZip: { seeds: [torchFile(pickle)], read: fromFile('a.pth', readTorchZip) },
    pickle: { seeds: [pickle], read: (input) => unpickle(input, 'a.pth') },
    project: {
      seeds: [json(project), json({ ...project, records: [] })],
      read: (input) => parseProjectFile(parseBoundedJson(input.toString(), 'it'), 'it'),
    },
    followedMasks: {
      seeds: [Buffer.from(MaskSequence.write({ width: 40, height: 30 }, [[200, 300, 400], [], [1200], [0, 1200]]))],
      read: (input) => {
        const masks = MaskSequence.read(input);
        for (let frame = 0; frame < Math.min(64, masks.count); frame++) masks.runs(frame);
      },
    },
    journal: {
      seeds: [Buffer.from(`${writeJournalLine(1, diff)}\n${JSON.stringify({ sequence: 2, diff })}\n`)],
      read: fromFile('journal.ndjson', async (path) => {
        const { lost } = replayJournal(new Map(), 0, await readJournal(path));
        return lost === 0 ? 'taken' : 'recovered';
      }),
    },
    pack: {
      seeds: [await packOf(json(project))],
      read: fromFile('a.magdiff', async (path) => {
        const out = file('unpacked');
        rmSync(out, { recursive: true, force: true });
        mkdirSync(join(out, 'assets'), { recursive: true });
        await readPack(path, out);
      }),
    },
    recipe: { seeds: [json(recipe)], read: fromFile('take.json', readTakeFile) },
    runState: {
      seeds: [await readFile(file('run.safetensors'))],
      read: fromFile('state.safetensors', async () => ((await runs.load('state')) ? 'taken' : 'refused')),
    },
    set: {
      seeds: [
        json({ format: 'magdiff-set', version: 1, name: 's', base: 'a.ckpt', loras: [{ file: 'b', weight: 0.5 }] }),
      ],
      read: fromFile('set.json', () => readSet(folder)),
    },
    drawing: { seeds: [json(drawing)], read: readDrawing },
    exportName: { seeds: ['Take 1', '50 %', 'con.txt'].map((name) => Buffer.from(name)), read: readName },
    call: {
      seeds: [json({ projectId: 'p', windowId: 'w', diff })],
      read: (input) =>
        methods['document.apply'].input.safeParse(parseBoundedJson(input.toString(), 'it')).success
          ? 'taken'
          : 'refused',
    },
  };
}

const drawing = {
  ...{ width: 32, height: 24, growPixels: 2, featherPixels: 1 },
  keys: [
    {
      frameIndex: 0,
      interpolation: 'linear',
      operations: [
        { kind: 'stroke', mode: 'paint', radius: 4, hardness: 0.5, points: [3, 4, 1, 20, 14, 0.5] },
        { kind: 'lasso', mode: 'erase', points: [1, 1, 9, 2, 4, 8] },
        { kind: 'region', mode: 'paint', width: 4, height: 2, runs: [3, 2, 3] },
        { kind: 'flood', mode: 'paint', x: 3, y: 3 },
      ],
    },
    {
      frameIndex: 4,
      interpolation: 'hold',
      operations: [{ kind: 'rectangle', mode: 'paint', x: 2, y: 2, width: 9, height: 9 }],
    },
  ],
};

/** A drawing that is taken can be turned into pixels. */
function readDrawing(input: Buffer): string {
  const parsed = maskDrawing.safeParse(parseBoundedJson(input.toString(), 'it'));
  if (!parsed.success) return 'refused';
  rasterizeMask(parsed.data, { width: 48, height: 48, frameIndex: 2 });
  return 'taken';
}

/** A name that is taken must be one place in its folder and nothing else. */
function readName(input: Buffer): string {
  const parsed = fileName.safeParse(input.toString());
  if (!parsed.success) return 'refused';
  const name = parsed.data;
  const isOnePlace = join('/folder', name) === `/folder/${name}`;
  if (!isOnePlace || [...name].some((letter) => letter < ' ' || letter === '/' || letter === '\\'))
    throw new Error(`the name ${JSON.stringify(name)} was taken`);
  return 'taken';
}

const recipe = {
  format: 'magdiff-take',
  version: 2,
  recipe: {
    settings: plainSettings,
    source: {
      ...{ sourceId: null, assetId: hex, media: 'picture', name: 'cat.png', frameIndex: 0, inFrame: 0, outFrame: 1 },
      place: 'cat.png',
    },
    ...{ drawingAssetId: null, maskId: null, maskFile: null, provider: 'cpu', studioVersion: '1' },
    model: { id: 'm', title: 'm', hash: 'h' },
  },
  drawing: null,
  output: null,
  result: { framesSha256: hex, frameCount: 1, width: 16, height: 16, framesPerSecond: 8 },
};

async function packOf(project: Buffer): Promise<Buffer> {
  const content = Buffer.from('asset');
  const archive = pack();
  archive.entry({ name: 'project.json' }, project);
  archive.entry({ name: `assets/${createHash('sha256').update(content).digest('hex')}` }, content);
  archive.finalize();
  // tar-stream's streams are read like Node's own.
  return buffer(archive as AsyncIterable<Uint8Array>);
}
