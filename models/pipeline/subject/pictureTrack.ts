import type { Planes } from '../../math/resample.ts';
import { forgetful, type Remember } from '../../memory/memory.ts';
import type { CutOut, Size } from '../../model/conditions.ts';
import type { ModelDescription } from '../../model/description.ts';
import type { Model } from '../../model/model.ts';
import { laySubject } from '../compositing/composite.ts';
import { enlargePicture } from '../compositing/enlarge.ts';
import { groundOf, namesGround } from '../compositing/groundShadow.ts';
import { withoutSubject } from '../compositing/withoutSubject.ts';
import { finishedSize, type ResolvedParameters } from '../takeParameters.ts';
import { alignSubject } from './cutOut.ts';
import { colourPlanes, contain, coverageOf, type Mask, type Picture } from './picture.ts';
import { type Pose, planPath, poseSubject, posesOver, restingPose, subjectStart } from './poses.ts';
import { prepareSubject } from './prepare/prepareSubject.ts';
import type { SubjectTrack } from './subjectTrack.ts';

/** A picture and the mask of its subject; the key names both. */
interface MaskedPicture {
  readonly picture: Picture;
  readonly mask: Mask;
  readonly inputsKey: string;
  /** What the subject's path is planned from. */
  readonly motion: { readonly prompt: string; readonly seed: number };
}

/**
 * The track of a picture's subject. A model with a motion planner has it in every frame, where the plan made from the sentence and the
 * seed puts it; for the others it is in the first frame, and HFA shows the frames after it the first again, or nothing, as the model was trained.
 */
export async function pictureTrack(
  model: Model,
  { picture, mask, inputsKey, motion }: MaskedPicture,
  parameters: ResolvedParameters,
  remember: Remember = forgetful,
): Promise<SubjectTrack> {
  const { sda, width, height, frames, ownPixels, placeLight, prepare } = parameters;
  const own = colourPlanes(picture);
  const coverage = coverageOf(mask);
  const colours = prepareSubject(own, coverage, Math.max(width, height), prepare);
  const viewOf =
    (shown: Planes) =>
    (w: number, h: number): CutOut =>
      alignSubject({ colours: shown, coverage, placement: contain(picture, w, h) }, w, h, { sda });
  const view = viewOf(colours);
  const seen = JSON.stringify([inputsKey, sda, width, height, prepare]);
  const { planner } = model.conditions;
  const start = subjectStart(view(width, height).mask);
  if (!planner || !start || frames === 1) return stillTrack(seen, view, parameters, model.description);

  const path = await remember(JSON.stringify(['motion', motion, start]), () =>
    planPath(planner, motion.prompt, start, motion.seed),
  );
  const poses = posesOver(path, frames);
  const posed = posedViews(view, start);
  const laid = colours === own ? posed : posedViews(viewOf(own), start);
  const hasGround = namesGround(parameters.prompt, model.description.ground ?? []);
  return {
    key: JSON.stringify([seen, start, poses]),
    views: frames,
    async *read() {
      for (const pose of poses) yield { cutOut: (w, h) => posed(pose, w, h), subject: posed(pose, width, height).mask };
    },
    shown: (frame) => ({ tokens: frame, latents: frame }),
    async *finish(made, first) {
      const size = finishedSize(parameters);
      const ground = hasGround ? groundOf(laid(restingPose, size.width, size.height).mask) : undefined;
      let frame = first;
      for await (const picture of made) {
        const pose = poses[frame++];
        const cutOut = ({ width: w, height: h }: Size): CutOut => laid(pose, w, h);
        if (!sda || !ownPixels) {
          yield enlargePicture(picture, size);
          continue;
        }
        const place = enlargePicture(picture, size, (made) => withoutSubject(made, cutOut(made).mask));
        yield laySubject(cutOut(size), place, placeLight, ground);
      }
    },
  };
}

/** The subject in any pose, read from its cut-out at twice the canvas. */
function posedViews(
  view: (width: number, height: number) => CutOut,
  start: NonNullable<ReturnType<typeof subjectStart>>,
): (pose: Pose, width: number, height: number) => CutOut {
  const known = new Map<string, CutOut>();
  const viewAt = (w: number, h: number): CutOut => {
    const size = `${w}×${h}`;
    const cutOut = known.get(size) ?? view(w, h);
    known.set(size, cutOut);
    return cutOut;
  };
  return (pose, w, h) => (pose === restingPose ? viewAt(w, h) : poseSubject(viewAt(2 * w, 2 * h), start, pose, w, h));
}

/** The subject in the first frame of each window alone, or there and in the frames after it, as the model wants it. */
function stillTrack(
  key: string,
  view: (width: number, height: number) => CutOut,
  parameters: ResolvedParameters,
  { otherFrames, showsAllFrames }: Pick<ModelDescription, 'otherFrames' | 'showsAllFrames'>,
): SubjectTrack {
  return {
    key,
    views: 1,
    async *read() {
      yield { cutOut: view };
    },
    shown: (frame, opening) => ({
      tokens: frame === opening || showsAllFrames ? 0 : undefined,
      latents: frame === opening || otherFrames === 'repeat' ? 0 : undefined,
    }),
    async *finish(made) {
      const size = finishedSize(parameters);
      for await (const picture of made) yield enlargePicture(picture, size);
    },
  };
}
