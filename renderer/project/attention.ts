import { errorFromWire } from '../../electron/contract/errorOnWire.ts';
import type { StudioEvent } from '../../electron/contract/events.ts';
import type { AttentionView } from '../../electron/contract/measures/attention.ts';
import { StateStore } from '../editor/stateStore.ts';
import type { ProjectScope } from './projectScope.ts';

/** A take's maps as they were fetched. */
export interface TakeAttention extends AttentionView {
  readonly takeId: string;
  readonly bytes: Uint8Array;
}

/** What is shown of where a take's words and pictures were looked at. Never in history. */
export interface AttentionState {
  isOn: boolean;
  maps: TakeAttention | null;
  /** The take that is being read. */
  readingId: string | null;
  /** Indices of the words that are pointed at, and the index of the one that stays; behind the words comes the picture. */
  pointed: readonly number[] | null;
  kept: number | null;
  level: number;
  group: number;
}

/** Attention over the shown take: asking for its maps, and which of them is looked at. */
export class Attention {
  readonly state = new StateStore<AttentionState>({
    ...{ isOn: false, maps: null, readingId: null, pointed: null, kept: null, level: 1, group: 2 },
  });
  readonly #project: ProjectScope;

  constructor(project: ProjectScope) {
    this.#project = project;
  }

  /** Shows maps of the take, or hides them. */
  toggle(takeId: string | null): void {
    const isOn = !this.state.state.isOn;
    this.state.set({ isOn, pointed: null });
    if (isOn) this.follow(takeId);
  }

  /** Asks for the shown take's maps where they are wanted and not there. */
  follow(takeId: string | null): void {
    const { isOn, maps, readingId } = this.state.state;
    if (!isOn || takeId === null || maps?.takeId === takeId || readingId === takeId) return;
    this.state.set({ maps: null, readingId: takeId, pointed: null, kept: null });
    const { client, messages, id: projectId } = this.#project;
    void messages.attempt(async () => {
      try {
        await client.call('takes.attention', { projectId, takeId });
      } catch (error) {
        this.state.set({ readingId: null, isOn: false });
        throw error;
      }
    });
  }

  /** Shows where words act together for as long as they are pointed at; none: what stays is shown again. */
  point(words: readonly number[] | null): void {
    const next = words && words.length > 0 ? words : null;
    if (next?.join() !== this.state.state.pointed?.join()) this.state.set({ pointed: next });
  }

  /** Takes in what the studio tells. */
  receive(event: Extract<StudioEvent, { type: 'attention' }>): void {
    const { takeId, attention, error } = event;
    if (event.projectId !== this.#project.id || this.state.state.readingId !== takeId) return;
    if (!attention) {
      this.state.set({ readingId: null, isOn: false });
      if (error) this.#project.messages.fail(errorFromWire(error));
      return;
    }
    void this.#project.messages.attempt(async () => {
      const bytes = new Uint8Array(await (await fetch(attention.url)).arrayBuffer());
      const { level, group } = this.state.state;
      this.state.set({
        ...{ maps: { ...attention, takeId, bytes }, readingId: null, kept: attention.words.length - 1 },
        level: Math.min(level, attention.levels.length - 1),
        group: Math.min(group, attention.groups.length - 1),
      });
    });
  }
}

/** The words that are looked at: those that are pointed at, else the one that stays. */
export const wordsLookedAt = ({ pointed, kept }: AttentionState): readonly number[] => pointed ?? [kept ?? 0];

/** Words' map at a level and group: bytes (frames, height, width), of which 255 stands for a share of `peak`. */
export interface WordsMap {
  readonly bytes: Uint8Array;
  readonly peak: number;
}

/** Sums of several words' maps, by take: they are asked for at every frame. */
const summed = new WeakMap<TakeAttention, Map<string, WordsMap>>();

/** Where words act together: the sum of their maps; behind the words comes the picture. */
export function mapOf(
  maps: TakeAttention,
  { level, group, words }: { level: number; group: number; words: readonly number[] },
): WordsMap {
  const { groups, frames, height, width } = maps;
  const size = frames * height * width;
  const parts = words.map((word) => {
    const map = (level * groups.length + group) * (maps.words.length + 1) + word;
    return { bytes: maps.bytes.subarray(map * size, (map + 1) * size), peak: maps.peaks[map] ?? 0 };
  });
  const [first, ...others] = parts;
  if (!first) return { bytes: new Uint8Array(size), peak: 0 };
  if (others.length === 0) return first;
  const ofTake = summed.get(maps) ?? new Map<string, WordsMap>();
  summed.set(maps, ofTake);
  const key = [level, group, ...words].join();
  const known = ofTake.get(key) ?? sumOf(parts, size);
  ofTake.set(key, known);
  return known;
}

function sumOf(parts: readonly WordsMap[], size: number): WordsMap {
  const sum = new Float32Array(size);
  for (const { bytes, peak } of parts) for (let at = 0; at < size; at++) sum[at] += ((bytes[at] ?? 0) * peak) / 255;
  const peak = sum.reduce((most, value) => Math.max(most, value), 0);
  return { bytes: Uint8Array.from(sum, (value) => (peak > 0 ? Math.round((255 * value) / peak) : 0)), peak };
}
