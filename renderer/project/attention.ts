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
  /** Index of the word that is pointed at, and of the one that stays; behind the words comes the picture. */
  pointed: number | null;
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

/** A word's map of a frame, height × width bytes; the picture's where `word` is behind the words. */
export function mapOf(
  maps: TakeAttention,
  at: { level: number; group: number; word: number; frame: number },
): Uint8Array {
  const { groups, words, frames, height, width, bytes } = maps;
  const map = (at.level * groups.length + at.group) * (words.length + 1) + at.word;
  const start = (map * frames + Math.min(frames - 1, at.frame)) * height * width;
  return bytes.subarray(start, start + height * width);
}
