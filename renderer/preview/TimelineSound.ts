import { gainAt, type HeardPiece, heardPieces } from '../../electron/contract/timeline/heardPieces.ts';
import { mediaPerFrame } from '../../electron/contract/timeline/shownItems.ts';
import { shownMedia } from '../../electron/contract/timeline/shownMedia.ts';
import type { Editor } from '../editor/editor.ts';
import { timelineRate } from '../editor/timeline/arrangement.ts';

/** A file that sounds; `boost` is there once it was louder than itself. */
interface Channel {
  readonly audio: HTMLAudioElement;
  assetId: string;
  boost?: GainNode;
}

/** How far, in seconds, a file may be from where it should be before it is set right: a jump is heard, a small drift is not. */
const drift = 0.25;

/** Plays what is heard on the timeline beside the moving playhead, mixed as an export mixes it. */
export class TimelineSound {
  readonly #editor: Editor;
  readonly #assetUrl: (assetId: string) => string;
  readonly #channels = new Map<string, Channel>();
  readonly #idle: Channel[] = [];
  #context: AudioContext | undefined;
  #known: { parts: readonly unknown[]; pieces: readonly HeardPiece[] } = { parts: [], pieces: [] };

  constructor(editor: Editor, assetUrl: (assetId: string) => string) {
    this.#editor = editor;
    this.#assetUrl = assetUrl;
  }

  /** Sounds as the playhead's frame does, forwards at up to double speed; `jump`: it was set there. */
  follow(jump: boolean): void {
    const { speed, playhead } = this.#editor.session.state;
    const heard = speed > 0 && speed <= 2 ? this.#pieces().filter((piece) => gainAt(piece, playhead) > 0) : [];
    for (const [itemId, channel] of this.#channels)
      if (!heard.some(({ item }) => item.id === itemId)) this.#release(itemId, channel);
    for (const piece of heard) this.#play(piece, { playhead, speed, jump });
  }

  /** Falls silent. */
  stop(): void {
    for (const [itemId, channel] of this.#channels) this.#release(itemId, channel);
  }

  #pieces(): readonly HeardPiece[] {
    const { document } = this.#editor;
    const project = document.get('project', 'project');
    const [tracks, items, sources] = [document.all('track'), document.all('item'), document.all('source')];
    const parts = [project, tracks, items, sources];
    if (parts.every((part, index) => part === this.#known.parts[index])) return this.#known.pieces;
    const heard = { tracks, items, rate: timelineRate(document), volume: project?.timeline?.volume };
    const pieces = heardPieces(heard, (item) => {
      const source = document.get('source', item.targetId);
      return source?.hasAudio ? shownMedia(source) : undefined;
    });
    this.#known = { parts, pieces };
    return pieces;
  }

  #play(piece: HeardPiece, { playhead, speed, jump }: { playhead: number; speed: number; jump: boolean }): void {
    const { item } = piece;
    const { document } = this.#editor;
    const source = document.get('source', item.targetId);
    if (!source) return;
    const channel = this.#channels.get(item.id) ?? this.#idle.pop() ?? { audio: new Audio(), assetId: '' };
    const isNew = !this.#channels.has(item.id);
    this.#channels.set(item.id, channel);
    const { audio } = channel;
    if (channel.assetId !== source.assetId) {
      channel.assetId = source.assetId;
      audio.preload = 'auto';
      audio.src = this.#assetUrl(source.assetId);
    }
    const perFrame = mediaPerFrame(item, shownMedia(source), timelineRate(document));
    const seconds = (item.inFrame + (playhead - item.startFrame) * perFrame) / source.framesPerSecond;
    audio.playbackRate = speed * (item.speed ?? 1);
    if (jump || isNew || Math.abs(audio.currentTime - seconds) > drift) audio.currentTime = Math.max(0, seconds);
    this.#setGain(channel, gainAt(piece, playhead));
    // A browser without the clip's sound codec plays silently.
    if (audio.paused) audio.play().catch(() => undefined);
  }

  /** An element alone is never louder than its file; above that it is led through an amplifier, which it then stays on. */
  #setGain(channel: Channel, gain: number): void {
    if (gain > 1 && !channel.boost) {
      this.#context ??= new AudioContext();
      channel.boost = this.#context.createGain();
      this.#context.createMediaElementSource(channel.audio).connect(channel.boost).connect(this.#context.destination);
    }
    channel.audio.volume = Math.min(1, gain);
    if (channel.boost) channel.boost.gain.value = Math.max(1, gain);
  }

  #release(itemId: string, channel: Channel): void {
    channel.audio.pause();
    this.#channels.delete(itemId);
    this.#idle.push(channel);
  }
}
