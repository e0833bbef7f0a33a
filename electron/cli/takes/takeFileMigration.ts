import { basename, dirname, resolve } from 'node:path';
import { z } from 'zod';
import { StudioError } from '../../../models/errors/studioError.ts';
import { exportFormatNames, exportQualities } from '../../contract/exportFormats.ts';
import type { TakeFile } from '../../contract/takeRecipe.ts';
import { providerNames, takeSettings } from '../../contract/takeSettings.ts';
import { probeMedia } from '../../media/probeMedia.ts';
import { issueSentence } from './issueSentence.ts';
import { refuseAbsolutePlace } from './recipePlace.ts';

const reference = z.strictObject({ path: z.string().max(4096), sha256: z.string().regex(/^[0-9a-f]{64}$/) });

/** A take's file as the first version wrote it: ranges in seconds. */
const firstVersion = z.strictObject({
  format: z.literal('magdiff-take'),
  version: z.literal(1),
  inputs: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('generate'),
      picture: reference,
      pictureTimeSeconds: z.number().min(0).optional(),
    }),
    z.strictObject({
      kind: z.literal('edit'),
      clip: reference,
      startSeconds: z.number().min(0),
      endSeconds: z.number().min(0),
    }),
  ]),
  mask: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('alpha') }),
    z.strictObject({ kind: z.literal('file'), file: reference }),
    z.strictObject({ kind: z.literal('folder'), file: reference }),
  ]),
  settings: takeSettings,
  model: z.strictObject({ name: z.string(), folder: z.string(), hash: z.string() }),
  provider: z.enum(providerNames),
  result: z.strictObject({
    framesSha256: z.string(),
    frameCount: z.int(),
    width: z.int(),
    height: z.int(),
    frameRate: z.string(),
  }),
  output: z.strictObject({ path: z.string(), format: z.enum(exportFormatNames), quality: z.enum(exportQualities) }),
});

/** Whether a file's content says that it is of the first version. */
export const isFirstVersion = (json: unknown): boolean =>
  typeof json === 'object' && json !== null && 'version' in json && json.version === 1;

/** Brings a file of the first version up to date; the clip's own rate turns seconds into frames. */
export async function upgradeFirstVersion(json: unknown, path: string): Promise<TakeFile> {
  const parsed = firstVersion.safeParse(json);
  if (!parsed.success)
    throw new StudioError('format-damaged', `${path} is not a take's recipe: ${issueSentence(parsed.error)}.`, {
      hint: 'Give the take.json that lies beside a video.',
    });
  const { inputs, mask, settings, model, provider, result, output } = parsed.data;
  const input = inputs.kind === 'edit' ? inputs.clip : inputs.picture;
  refuseAbsolutePlace(input.path, basename(input.path));
  const isClip = inputs.kind === 'edit' || inputs.pictureTimeSeconds !== undefined;
  const rate = isClip ? (await probeMedia(resolve(dirname(path), input.path))).framesPerSecond : 1;
  const frameAt = (seconds = 0): number => Math.round(seconds * rate);
  const [numerator = 0, denominator = 1] = result.frameRate.split('/').map(Number);
  return {
    format: 'magdiff-take',
    version: 2,
    recipe: {
      settings,
      source: {
        sourceId: null,
        assetId: input.sha256,
        media: isClip ? 'clip' : 'picture',
        name: basename(input.path),
        frameIndex: inputs.kind === 'generate' ? frameAt(inputs.pictureTimeSeconds) : 0,
        inFrame: inputs.kind === 'edit' ? frameAt(inputs.startSeconds) : 0,
        outFrame: inputs.kind === 'edit' ? frameAt(inputs.endSeconds) : 1,
        place: input.path,
      },
      drawingAssetId: null,
      maskId: null,
      maskFile: mask.kind === 'alpha' ? null : { kind: mask.kind, assetId: mask.file.sha256, place: mask.file.path },
      model: { id: model.folder, title: model.name, hash: model.hash },
      provider,
      studioVersion: '',
    },
    drawing: null,
    result: {
      framesSha256: result.framesSha256,
      frameCount: result.frameCount,
      width: result.width,
      height: result.height,
      framesPerSecond: numerator / denominator,
    },
    output,
  };
}
