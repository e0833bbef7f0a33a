import { StudioError } from '../errors/studioError.ts';
import { readExactly, withFile } from '../weights/openFile.ts';
import { readSafetensorsHeader } from '../weights/safetensors.ts';
import type { StoredType } from '../weights/storedTensor.ts';
import { readTorchHeader } from '../weights/torch/torchZip.ts';

/** What a weight file says before any of its numbers is read. */
export interface FileHeader {
  readonly tensors: ReadonlyMap<string, { readonly dtype: StoredType; readonly shape: readonly number[] }>;
  /** What a safetensors file says about itself. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Classes and functions of other programs that a torch file names. */
  readonly foreign: readonly string[];
}

/** Reads the header of a safetensors or torch file, told by its content. Throws StudioError for what is neither, or damaged. */
export async function readFileHeader(path: string): Promise<FileHeader> {
  const { start, sizeBytes } = await withFile(path, async (file, size) => ({
    start: await readExactly(file, path, 0, Math.min(size, 16)),
    sizeBytes: size,
  }));
  if (sizeBytes === 0) throw new StudioError('format-damaged', `${path} is empty.`, { hint: 'Fetch it again.' });
  if (start.length >= 4 && start.readUInt32LE() === 0x04034b50) {
    const { tensors, foreign } = await readTorchHeader(path);
    return { tensors, foreign, metadata: new Map() };
  }
  // The length before a header may look like the beginning of anything else; what follows it does not.
  if (start[8] !== 0x7b) throw otherForm(path, start);
  const { tensors, metadata } = await readSafetensorsHeader(path);
  return { tensors, metadata, foreign: [] };
}

/** What a file is that is neither: forms people meet, pages of an error where weights were expected, pointers to a file elsewhere. */
function otherForm(path: string, start: Buffer): StudioError {
  const text = start.toString('latin1');
  if (text.startsWith('GGUF'))
    return new StudioError(
      'format-unknown',
      `${path} is a GGUF file of quantised weights, which this program does not read.`,
      {
        hint: 'Get the same model as safetensors.',
      },
    );
  if (/^(<!DOC|<html|version )/i.test(text))
    return new StudioError('format-damaged', `${path} is a web page or a pointer in place of the weights.`, {
      hint: 'The download was refused or not finished; fetch the file itself.',
    });
  if (start[0] === 0x80 && (start[1] ?? 0) <= 5)
    return new StudioError('format-unknown', `${path} is a torch file of the form before 2020 (a bare pickle).`, {
      hint: 'Save it again as safetensors.',
    });
  return new StudioError('format-unknown', `${path} is neither a safetensors file nor a torch zip.`, {
    hint: 'Weights come as .safetensors, .ckpt, .pth, .pt or .bin.',
  });
}
