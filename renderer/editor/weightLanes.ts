import { loraIn, withLora } from '../../electron/contract/models/loraPrompts.ts';
import type { TakeSettings } from '../../electron/contract/takeSettings.ts';
import {
  type Lane,
  type LaneKey,
  type LaneWeight,
  laneAt,
  loraOf,
  loraWeight,
  movingWeights,
} from '../../models/lanes/weightsOverTime.ts';
import type { Editor } from './editor.ts';
import { timelineRate } from './timeline/arrangement.ts';
import { timelineFrameOf } from './timelineCommands.ts';

/** The largest value that weights are drawn and slid to. */
export const mostWeight = 2;

/** The number that a weight has where its lane has no keys; a LoRA's is the prompt's, else `own`. */
function numberOf({ alpha, hfa, prompt }: TakeSettings, weight: LaneWeight, own: number): number {
  if (weight === 'textAlpha') return alpha.text;
  if (weight === 'imageAlpha') return alpha.image;
  return weight === 'hfaStrength' ? hfa.strength : (loraIn(prompt, loraOf(weight) ?? '') ?? own);
}

const isOf = (lora: string) => (lane: { readonly lora: string }) => lane.lora.toLowerCase() === lora.toLowerCase();

/** A weight's keys; none where it stands still. */
export function laneOf({ overTime: { frames, loras } }: TakeSettings, weight: LaneWeight): Lane {
  if (weight === 'textAlpha' || weight === 'imageAlpha' || weight === 'hfaStrength') return frames[weight];
  return loras.find(isOf(loraOf(weight) ?? ''))?.keys ?? [];
}

/** The weights that move over the frames, in the order in which they are shown. */
export const weightsInMotion = (settings: TakeSettings): readonly LaneWeight[] =>
  [...movingWeights, ...settings.overTime.loras.map(({ lora }) => loraWeight(lora))].filter(
    (weight) => laneOf(settings, weight).length > 0,
  );

/** Where the next take lies on the timeline: the timeline frame of its first frame, timeline frames per frame of it, and its length. */
export interface TakePlace {
  readonly start: number;
  readonly perFrame: number;
  readonly frames: number;
}

/** Where the next take of the looked-at source will lie; undefined where no source is. An edit begins at its range, a generation at its source. */
export function nextTakePlace({ document, view, setup }: Editor, modelRate = 8): TakePlace | undefined {
  const source = document.get('source', view?.sourceId);
  const item = document.all('item').find((candidate) => candidate.targetId === source?.id);
  if (!source || !setup) return undefined;
  const { settings } = setup;
  const isEdit = settings.task === 'edit';
  const rate = isEdit ? source.framesPerSecond : (settings.framesPerSecond ?? modelRate);
  const start = item && isEdit ? timelineFrameOf(document, item, source, source.inFrame) : (item?.startFrame ?? 0);
  const frames = isEdit ? Math.max(1, source.outFrame - source.inFrame) : settings.frames;
  return { start, perFrame: timelineRate(document) / rate, frames };
}

/** The take's frame at a timeline frame, held within the take. */
export function takeFrameOf({ start, perFrame, frames }: TakePlace, timelineFrame: number): number {
  return Math.min(frames - 1, Math.max(0, Math.floor((timelineFrame - start) / perFrame + 1e-6)));
}

/** A weight's value at a frame of the take; `own`: a LoRA's strength by itself. */
export function weightAt(settings: TakeSettings, weight: LaneWeight, frame: number, own = 1): number {
  return laneAt(laneOf(settings, weight), frame, numberOf(settings, weight, own));
}

/** The settings' change that gives a weight another lane. */
export function withLane({ overTime }: TakeSettings, weight: LaneWeight, lane: Lane): Pick<TakeSettings, 'overTime'> {
  const lora = loraOf(weight);
  if (lora === undefined) return { overTime: { ...overTime, frames: { ...overTime.frames, [weight]: [...lane] } } };
  const { loras } = overTime;
  const at = loras.findIndex(isOf(lora));
  if (lane.length === 0) return { overTime: { ...overTime, loras: loras.filter((_, index) => index !== at) } };
  const moving = { lora, keys: [...lane] };
  return { overTime: { ...overTime, loras: at < 0 ? [...loras, moving] : loras.with(at, moving) } };
}

/** A lane with a key: in place of the one at its frame, which keeps its curve unless one is given. */
export function withKey(lane: Lane, key: Omit<LaneKey, 'curve'> & Partial<Pick<LaneKey, 'curve'>>): Lane {
  const there = lane.find(({ frame }) => frame === key.frame);
  const curve = key.curve ?? there?.curve ?? lane.findLast(({ frame }) => frame < key.frame)?.curve ?? 'linear';
  const others = lane.filter(({ frame }) => frame !== key.frame);
  return [...others, { frame: key.frame, value: key.value, curve }].sort((a, b) => a.frame - b.frame);
}

/** A lane without the key at a frame. */
export function withoutKey(lane: Lane, frame: number): Lane {
  return lane.filter((key) => key.frame !== frame);
}

/** A lane with a key moved to another frame and value; it stays between its neighbours, so that no other key is lost. */
export function withMovedKey(lane: Lane, from: number, to: { frame: number; value: number }): Lane {
  const index = lane.findIndex(({ frame }) => frame === from);
  const key = lane[index];
  if (!key) return lane;
  const least = (lane[index - 1]?.frame ?? -1) + 1;
  const most = (lane[index + 1]?.frame ?? Number.MAX_SAFE_INTEGER) - 1;
  const frame = Math.min(most, Math.max(least, Math.round(to.frame)));
  return lane.with(index, { ...key, frame, value: to.value });
}

/**
 * Switches a weight's lane on, with a key of the number it has, or off, with the value at `frame` as its number; `own` as for
 * {@link weightAt}.
 */
export function toggleLane(editor: Editor, weight: LaneWeight, frame: number, label: string, own = 1): void {
  const settings = editor.setup?.settings;
  if (!settings) return;
  const value = weightAt(settings, weight, frame, own);
  const isOn = laneOf(settings, weight).length > 0;
  const lane: Lane = isOn ? [] : [{ frame, value, curve: 'linear' }];
  editor.updateSettings(label, {
    ...withLane(settings, weight, lane),
    ...(isOn ? withNumber(settings, weight, value) : {}),
  });
}

/** The settings' change that gives a weight another number. */
export function withNumber(settings: TakeSettings, weight: LaneWeight, value: number): Partial<TakeSettings> {
  const { alpha, hfa, prompt } = settings;
  const lora = loraOf(weight);
  if (lora !== undefined) return { prompt: withLora(prompt, lora, value) };
  if (weight === 'hfaStrength') return { hfa: { ...hfa, strength: value } };
  return { alpha: weight === 'textAlpha' ? { ...alpha, text: value } : { ...alpha, image: value } };
}
