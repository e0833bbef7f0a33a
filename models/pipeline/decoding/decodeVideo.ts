import { CancelledError } from '../../errors/studioError.ts';
import { type LatentShape, sliceFrames } from '../../math/frames.ts';
import type { Model } from '../../model/model.ts';
import type { Picture } from '../subject/picture.ts';
import type { RunContext } from '../takeEvents.ts';
import { checkedPicture, chooseTiling, frameDecoder } from './decodeLatents.ts';
import { joinCells } from './joinCells.ts';

/** Decodes finished latents frame by frame from `first` up to `end`, in tiles when memory is short. Can be run alone, any number of times. */
export async function* decodeVideo(
  model: Model,
  latents: Float32Array,
  shape: LatentShape,
  context: Pick<RunContext, 'signal' | 'decoderMemoryBytes'>,
  { first, end }: { first: number; end: number } = { first: 0, end: shape.frames },
): AsyncGenerator<Picture, void, undefined> {
  const tiling = await chooseTiling(
    model,
    shape.height,
    shape.width,
    context.decoderMemoryBytes ?? Number.POSITIVE_INFINITY,
  );
  const decode = await frameDecoder(model, shape.height, shape.width, tiling);
  const { factor, ownCells } = model.description.vae;
  const size = { width: shape.width * factor, height: shape.height * factor };
  const area = shape.height * shape.width;
  for (let frame = first; frame < end; frame++) {
    if (context.signal?.aborted) throw new CancelledError();
    const planes = await decode(sliceFrames(latents, shape.channels, shape.frames, area, frame, frame + 1));
    if (ownCells > 0) joinCells({ ...size, channels: 3, data: planes }, ownCells);
    yield checkedPicture(planes, size.width, size.height, frame);
  }
}
