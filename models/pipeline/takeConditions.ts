import { type Planes, resample } from '../math/resample.ts';
import { type FloatTensor, floatTensor } from '../math/tensor.ts';
import { forgetful } from '../memory/memory.ts';
import type { Size, WindowConditions } from '../model/conditions.ts';
import type { Model } from '../model/model.ts';
import { progressOf } from '../progress/progress.ts';
import type { Retake } from './retake/retake.ts';
import type { PlaceShare } from './sampling/onePlace.ts';
import type { SampleSource } from './sampling/sampleVideo.ts';
import type { FrameSpan } from './sampling/windows.ts';
import { blackFrame } from './subject/cutOut.ts';
import type { SubjectTrack, TrackView } from './subject/subjectTrack.ts';
import type { RunContext, TakeEvent } from './takeEvents.ts';
import type { ResolvedParameters } from './takeParameters.ts';

/** What a generation and an edit open a take with. */
export interface Opening {
  readonly parameters: ResolvedParameters;
  readonly frames: number;
  /** Identifies the inputs (content hashes) for resuming. */
  readonly inputsKey: string;
  readonly track: SubjectTrack;
  /** What is made anew of a take that is there; absent: everything is made. */
  readonly retake?: Retake | undefined;
}

/** A take's conditions, encoded. */
interface TakeConditions {
  /** The conditions of a window's frames, in a clip (or a part of one made by itself) that opens at `opening`; absent: at its own first. */
  windowConditions(window: FrameSpan, opening?: number): WindowConditions;
  /** What an edit starts from, where it does not start from pure noise. */
  readonly source: SampleSource | undefined;
  /** Where each frame shows its place; absent where that is not known. */
  readonly place: PlaceShare | undefined;
}

/** What a subject track gives the network. */
interface EncodedTrack {
  /** Image tokens and HFA latents of each view, and of a black frame at the end. */
  readonly tokens: readonly FloatTensor[];
  readonly latents: readonly Float32Array[];
  /** The clip's own latents, frame by frame, where they were wanted. */
  readonly source: readonly Float32Array[] | undefined;
  /** How much of each latent cell is not the subject, view by view, where that is known. */
  readonly place: PlaceShare | undefined;
}

/** Encodes what a take shows the network: the subject track and the sentences. Says by warnings which words were left out. */
export async function* encodeConditions(
  model: Model,
  opening: Opening,
  { remember = forgetful, tell }: RunContext,
): AsyncGenerator<TakeEvent, TakeConditions, undefined> {
  const { track, parameters } = opening;
  const { prompt, negativePrompt, strength, inversion } = parameters;
  const needsSource = strength < 1 || inversion;
  const { tokens, latents, source, place } = await remember(JSON.stringify(['subject', track.key, needsSource]), () =>
    encodeTrack(model, opening, needsSource, tell),
  );
  const [text, negative] = await remember(JSON.stringify(['text', prompt, negativePrompt]), () =>
    model.conditions.encodeText([prompt, negativePrompt]),
  );
  for (const [kind, { cutWords }] of [['prompt', text] as const, ['negative prompt', negative] as const]) {
    if (cutWords.length === 0) continue;
    const message = `The ${kind} is longer than the model's ${model.description.text.tokens} tokens; left out: "${cutWords.join(' ')}".`;
    yield { kind: 'warning', message };
  }
  const windowConditions = ({ start, frames }: FrameSpan, opening = start): WindowConditions => {
    const shown = Array.from({ length: frames }, (_, i) => track.shown(start + i, opening));
    return {
      start,
      key: JSON.stringify([track.key, prompt, negativePrompt, shown.map((frame) => frame.tokens)]),
      text: text.states,
      negative: negative.states,
      imageTokens: shown.map((frame) => tokens[frame.tokens ?? track.views]),
      blackTokens: tokens[track.views],
      subject: shown.map((frame) => latents[frame.latents ?? track.views]),
      blackSubject: latents[track.views],
    };
  };
  return { windowConditions, source: source && { latents: source, strength, inversion }, place };
}

async function encodeTrack(
  model: Model,
  { track, parameters }: Opening,
  needsSource: boolean,
  tell: RunContext['tell'],
): Promise<EncodedTrack> {
  const { conditions } = model;
  const { width, height } = parameters;
  const canvas = { width, height };
  const tokens: FloatTensor[] = [];
  const latents: Float32Array[] = [];
  const source: Float32Array[] = [];
  const place: Float32Array[] = [];
  const encode = async (view: TrackView): Promise<void> => {
    tokens.push(...(await conditions.encodeImageTokens([view.cutOut(width, height)])));
    latents.push(...(await conditions.encodeSubjectLatents(1, (_, w, h) => view.cutOut(w, h), canvas)));
  };
  for await (const view of track.read([canvas, ...conditions.subjectSizes(canvas)], needsSource)) {
    await encode(view);
    if (view.whole) source.push(await encodeLatents(model, view.whole, canvas));
    if (view.subject) place.push(placeOf(view.subject, model.description.vae.factor));
    tell?.(progressOf('encoding', { step: tokens.length, total: track.views }));
  }
  // The view behind the last is a frame without a subject: black images are encoded too, as the models were trained.
  await encode({ cutOut: blackFrame });
  return {
    tokens,
    latents,
    source: source.length > 0 ? source : undefined,
    place: place.length === track.views ? place : undefined,
  };
}

/** How much of each latent cell is not the subject; a cell that is so in part alone counts for little. */
function placeOf(subject: Planes, factor: number): Float32Array {
  const cells = resample(subject, subject.width / factor, subject.height / factor, 'area');
  return cells.data.map((cover) => (1 - cover) ** 4);
}

/** VAE latents, scaled, of a picture (3, height, width from −1 to 1): what an edit starts from. */
async function encodeLatents(model: Model, frame: Float32Array, { width, height }: Size): Promise<Float32Array> {
  const encoder = await model.part('vae_encoder', { batch: 1, height, width });
  const { mean } = await encoder.run({ image: floatTensor([1, 3, height, width], frame) });
  return mean.data.map((value) => value * model.description.vae.scalingFactor);
}
