import type { TakeSettings } from '../../electron/contract/takeSettings.ts';
import { type Lane, type LaneKey, laneAt, type MovingWeight } from '../../models/lanes/weightsOverTime.ts';
import type { Editor } from './editor.ts';
import { timelineRate } from './timeline/arrangement.ts';
import { timelineFrameOf } from './timelineCommands.ts';

/** A weight as the inspector and the timeline show it. */
export interface WeightFacts {
  /** Its largest value. */
  readonly most: number;
  /** The number it has where its lane has no keys. */
  number(settings: TakeSettings): number;
}

/** The weights that can move. */
export const weightFacts: Readonly<Record<MovingWeight, WeightFacts>> = {
  textAlpha: { most: 2, number: ({ alpha }) => alpha.text },
  imageAlpha: { most: 2, number: ({ alpha }) => alpha.image },
  hfaStrength: { most: 2, number: ({ hfa }) => hfa.strength },
};

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

/** A weight's value at a frame of the take. */
export function weightAt(settings: TakeSettings, weight: MovingWeight, frame: number): number {
  return laneAt(settings.overTime.frames[weight], frame, weightFacts[weight].number(settings));
}

/** The settings' change that gives a weight another lane. */
export function withLane({ overTime }: TakeSettings, weight: MovingWeight, lane: Lane): Pick<TakeSettings, 'overTime'> {
  return { overTime: { ...overTime, frames: { ...overTime.frames, [weight]: [...lane] } } };
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

/** Switches a weight's lane on, with a key of the number it has, or off, with the value at `frame` as its number. */
export function toggleLane(editor: Editor, weight: MovingWeight, frame: number, label: string): void {
  const settings = editor.setup?.settings;
  if (!settings) return;
  const value = weightAt(settings, weight, frame);
  const isOn = settings.overTime.frames[weight].length > 0;
  const lane: Lane = isOn ? [] : [{ frame, value, curve: 'linear' }];
  editor.updateSettings(label, {
    ...withLane(settings, weight, lane),
    ...(isOn ? withNumber(settings, weight, value) : {}),
  });
}

/** The settings' change that gives a weight another number. */
export function withNumber(settings: TakeSettings, weight: MovingWeight, value: number): Partial<TakeSettings> {
  const { alpha, hfa } = settings;
  if (weight === 'hfaStrength') return { hfa: { ...hfa, strength: value } };
  return { alpha: weight === 'textAlpha' ? { ...alpha, text: value } : { ...alpha, image: value } };
}
