import type { FileHandle } from 'node:fs/promises';
import { StudioError } from '../../errors/studioError.ts';
import { readExactly, withFile } from '../openFile.ts';
import type { StoredTensor, TensorIndex } from '../storedTensor.ts';
import type { PickledTensor } from './pickleValues.ts';
import { type Unpickled, unpickle } from './unpickler.ts';
import { readZipDirectory, type ZipEntry } from './zipDirectory.ts';

/** Pickles beyond this are refused: a state dict's is a few megabytes at most. */
const largestPickle = 2 ** 26;

/**
 * Reads which tensors a torch file (a zip written by torch.save since 2020) holds, and where their bytes lie. Its pickle is
 * interpreted by an unpickler that knows tensors and containers and nothing else. Keys of nested tables are joined with
 * dots; a table called `state_dict` at the top is taken for the whole.
 */
export async function readTorchZip(path: string): Promise<TensorIndex> {
  return withFile(path, async (file, sizeBytes) => {
    const { entries, root, tensors } = await openTorchZip(file, path, sizeBytes);
    const index = new Map<string, StoredTensor>();
    const starts = new Map<string, number>();
    for (const [key, tensor] of tensors) {
      const entry = entries.get(`${root}data/${tensor.storage}`);
      if (!entry)
        throw new StudioError('format-damaged', `${path} lacks the data of its tensor ${key}.`, {
          hint: 'Fetch the file again.',
        });
      const start = starts.get(entry.name) ?? (await dataStart(file, path, entry));
      starts.set(entry.name, start);
      index.set(key, place(path, key, tensor, entry, start));
    }
    return index;
  });
}

/** What a torch file holds, without where: enough to tell what it is, and quick for thousands of tensors. */
export async function readTorchHeader(path: string): Promise<Unpickled> {
  return withFile(path, (file, sizeBytes) => openTorchZip(file, path, sizeBytes));
}

async function openTorchZip(
  file: FileHandle,
  path: string,
  sizeBytes: number,
): Promise<Unpickled & { entries: ReadonlyMap<string, ZipEntry>; root: string }> {
  const entries = await readZipDirectory(file, path, sizeBytes);
  const pickle = [...entries.values()].find(({ name }) => /^[^/]+\/data\.pkl$/.test(name));
  if (!pickle)
    throw new StudioError('format-unknown', `${path} is a zip archive but no torch checkpoint: it holds no data.pkl.`);
  if (pickle.sizeBytes > largestPickle) throw hostile(path, `its pickle is ${pickle.sizeBytes} bytes`);
  const root = pickle.name.slice(0, -'data.pkl'.length);
  const order = entries.get(`${root}byteorder`);
  if (order && (await readEntry(file, path, order, 16)).toString('latin1') !== 'little')
    throw new StudioError(
      'format-unknown',
      `${path} was written by a big-endian machine, which this program does not read.`,
    );
  return { entries, root, ...unpickle(await readEntry(file, path, pickle, largestPickle), path) };
}

function place(path: string, key: string, tensor: PickledTensor, entry: ZipEntry, start: number): StoredTensor {
  if (entry.compressed)
    throw new StudioError(
      'format-unknown',
      `${path} keeps its tensors compressed, so they cannot be used where they lie.`,
      {
        hint: 'Save it again with torch.save, or convert it to safetensors.',
      },
    );
  const { dtype, shape, offsetBytes, lengthBytes } = tensor;
  if (offsetBytes + lengthBytes > entry.sizeBytes) throw hostile(path, `its tensor ${key} reaches beyond its data`);
  return { dtype, shape, path, offset: start + offsetBytes, length: lengthBytes };
}

/** Where an entry's data starts: behind its local header, whose name and extra field have lengths of their own. */
async function dataStart(file: FileHandle, path: string, entry: ZipEntry): Promise<number> {
  const header = await readExactly(file, path, entry.headerOffset, 30);
  if (header.readUInt32LE(0) !== 0x04034b50) throw hostile(path, `its directory points at no entry for ${entry.name}`);
  const start = entry.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (start + entry.sizeBytes > entry.fileSizeBytes)
    throw hostile(path, `its entry ${entry.name} reaches beyond the file`);
  return start;
}

async function readEntry(file: FileHandle, path: string, entry: ZipEntry, limit: number): Promise<Buffer> {
  if (entry.compressed)
    throw new StudioError('format-unknown', `${path} is a compressed archive; torch files are not.`);
  if (entry.sizeBytes > limit) throw hostile(path, `its entry ${entry.name} is ${entry.sizeBytes} bytes`);
  return readExactly(file, path, await dataStart(file, path, entry), entry.sizeBytes);
}

function hostile(path: string, reason: string): StudioError {
  return new StudioError('format-hostile', `${path} is refused: ${reason}.`, {
    hint: 'Get the weights from their own source.',
  });
}
