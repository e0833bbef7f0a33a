import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { openModel } from '../../../models/families/openModel.ts';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import type { AttentionMaps } from '../../../models/pipeline/measuring/attentionMaps.ts';
import { providerNames } from '../../contract/takeSettings.ts';
import { EngineHost } from '../../engine/engineHost.ts';
import type { EngineJob } from '../../engine/engineProtocol.ts';
import { jobOfRecipe } from '../../engine/jobOfRecipe.ts';
import { jobResult } from '../../engine/jobResult.ts';
import { encodeMaskPng } from '../../media/readPicture.ts';
import { readerOptions } from '../../services/measures/openReaders.ts';
import { readTakeAttention } from '../../services/measures/takeAttention.ts';
import { cacheRoot } from '../../services/studioPlaces.ts';
import type { Console } from '../console.ts';
import { encodeNpy } from '../masks/npyFile.ts';
import { recipeModelFolder } from '../models/recipeModel.ts';
import { baseOfRetake, framesIn } from '../retake/baseFrames.ts';
import { type FoundTake, foundTake } from '../takes/foundTake.ts';
import { interruptible } from '../takes/interruptible.ts';
import type { TakeOptionValues } from '../takes/takeOptions.ts';
import { mapStrip } from './mapStrip.ts';

/** The name under which a job keeps its latents in its folder. */
const latentsName = 'latents.safetensors';

/**
 * `magdiff attention RECIPE`: where each word of a take acts, and where its subject's picture is read. Writes a picture a word, all frames
 * side by side, and every map as numbers (levels, groups, words + 1, frames, height, width).
 */
export async function attentionCommand(path: string, values: TakeOptionValues, console: Console): Promise<void> {
  const found = await foundTake(path, values);
  const { recipe } = found.take;
  const modelFolder = await recipeModelFolder(recipe, values);
  const provider = providerNames.find((name) => name === recipe.provider);
  const kept = typeof values.keepJob === 'string' ? resolve(values.keepJob) : undefined;
  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'magdiff-attention-')));
  try {
    const base = await baseOfRetake(found, { modelFolder, provider }, values, console);
    const job = jobOfRecipe(recipe, {
      ...{ id: 'take', folder, previews: false, modelFolder, provider },
      ...{ sourcePath: found.sourcePath, maskPath: found.maskPath, drawing: found.drawing, ...base.places },
    });
    await requireLatents(found, job, console).finally(base.dispose);
    const model = await openModel(modelFolder, { ...readerOptions(), ...(provider ? { provider } : {}) });
    try {
      const maps = await readTakeAttention(model, folder, job);
      const out = resolve(typeof values.out === 'string' ? values.out : join(found.folder, `${found.name}-attention`));
      const pictures = await writeMaps(out, maps);
      console.result(`${out}: ${pictures.length} pictures, maps.npy and maps.json`, {
        ...{ path: out, words: maps.words, levels: maps.levels, groups: maps.groups, frames: maps.frames },
        ...{ height: maps.height, width: maps.width, pictures },
      });
    } finally {
      await model.dispose();
    }
  } finally {
    if (kept === undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** Sees to the take's latents in the job's folder: the project's, those of a kept job whose frames are the take's, else made again. */
async function requireLatents(found: FoundTake, job: EngineJob, console: Console): Promise<void> {
  await mkdir(job.folder, { recursive: true });
  if (found.latentsPath !== undefined) {
    await copyFile(found.latentsPath, join(job.folder, latentsName));
    return;
  }
  const wanted = found.take.result.framesSha256;
  if ((await framesIn(join(job.folder, 'frames'))).sha256 === wanted) return;
  console.note(
    'base',
    `${found.name} is made again first, for its latents; --keep-job with its job’s folder spares that.`,
  );
  const host = new EngineHost({ cacheFolder: cacheRoot() });
  try {
    const result = await interruptible((signal) =>
      jobResult(host, job, signal, (news) => {
        if (news.type === 'progress') console.progress(news.progress);
      }),
    );
    if (result.framesSha256 !== wanted)
      throw new StudioError('conflict', 'The take that is to be looked into came out differently from its recipe.', {
        hint: 'Another processor or runtime rounds differently: look into it on the machine that made it, or give its job’s folder with --keep-job.',
      });
  } finally {
    await host.close();
  }
}

/** Writes a picture a word and one of the subject's picture, the maps as numbers, and what they are. */
async function writeMaps(out: string, maps: AttentionMaps): Promise<string[]> {
  const { words, levels, groups, frames, height, width, data } = maps;
  await mkdir(out, { recursive: true });
  const pictures: string[] = [];
  for (const [index, word] of [...words, 'picture'].entries()) {
    const plain = word.replace(/[^\p{L}\p{N}]+/gu, '').slice(0, 60);
    const name = index === words.length ? 'picture.png' : `${[index + 1, plain].filter(Boolean).join('-')}.png`;
    await writeFileAtomic(join(out, name), await encodeMaskPng(mapStrip(maps, index)));
    pictures.push(name);
  }
  const shape = [levels.length, groups.length, words.length + 1, frames, height, width];
  await writeFileAtomic(join(out, 'maps.npy'), encodeNpy(shape, data));
  const facts = { shape, words, levels, groups, pictures };
  await writeFileAtomic(join(out, 'maps.json'), `${JSON.stringify(facts, undefined, 2)}\n`);
  return pictures;
}
