import type { Editor } from '../editor/editor.ts';
import { timelineRate } from '../editor/timeline/arrangement.ts';
import { timelineEnd } from '../editor/timelineCommands.ts';
import { TimelineSound } from './TimelineSound.ts';

/** Moves the playhead: steps, plays at any speed in both directions, and keeps the sound beside it. */
export class Playback {
  readonly #editor: Editor;
  readonly #sound: TimelineSound;
  #start = { time: 0, frame: 0 };
  #request = 0;

  constructor(editor: Editor, assetUrl: (assetId: string) => string) {
    this.#editor = editor;
    this.#sound = new TimelineSound(editor, assetUrl);
  }

  /** Last frame of the timeline. */
  get #last(): number {
    return Math.max(0, timelineEnd(this.#editor.document) - 1);
  }

  /** Goes to a frame; playing goes on from there. */
  seek(frame: number): void {
    const playhead = Math.min(Math.max(this.#last, 0), Math.max(0, Math.round(frame)));
    this.#editor.session.set({ playhead });
    this.#start = { time: performance.now(), frame: playhead };
    this.#keepInView(playhead);
    this.#sound.follow(true);
    if (this.#editor.session.state.speed === 0) this.#remember(playhead);
  }

  /** Steps by frames and stops playing. */
  step(frames: number): void {
    this.setSpeed(0);
    this.seek(this.#editor.session.state.playhead + frames);
  }

  /** Plays at a speed: 0 stops, 1 is the timeline's own, negative goes backwards. */
  setSpeed(speed: number): void {
    const { session } = this.#editor;
    if (speed > 0 && session.state.playhead >= this.#last) session.set({ playhead: 0 });
    this.#start = { time: performance.now(), frame: session.state.playhead };
    session.set({ speed });
    cancelAnimationFrame(this.#request);
    if (speed === 0) {
      this.#sound.stop();
      this.#remember(session.state.playhead);
      return;
    }
    this.#sound.follow(true);
    this.#request = requestAnimationFrame(this.#tick);
  }

  toggle(): void {
    this.setSpeed(this.#editor.session.state.speed === 0 ? 1 : 0);
  }

  readonly #tick = (): void => {
    const { session, document } = this.#editor;
    const { speed, loop } = session.state;
    const passed = ((performance.now() - this.#start.time) / 1000) * timelineRate(document) * speed;
    let frame = Math.floor(this.#start.frame + passed + (speed < 0 ? 0.999 : 0));
    if (frame > this.#last || frame < 0) {
      if (!loop) {
        this.seek(frame > 0 ? this.#last : 0);
        this.setSpeed(0);
        return;
      }
      frame = frame > 0 ? 0 : this.#last;
      this.#start = { time: performance.now(), frame };
      session.set({ playhead: frame });
      this.#sound.follow(true);
    }
    session.set({ playhead: frame });
    this.#keepInView(frame);
    this.#sound.follow(false);
    this.#request = requestAnimationFrame(this.#tick);
  };

  /** Scrolls the timeline so that the playhead stays on screen. */
  #keepInView(frame: number): void {
    const { timelineScale, timelineOffset, timelineWidth: width } = this.#editor.session.state;
    if (width === 0) return;
    const x = (frame - timelineOffset) * timelineScale;
    if (x < 0) this.#editor.session.set({ timelineOffset: Math.max(-0.5, frame - (width * 0.1) / timelineScale) });
    else if (x > width - 20) this.#editor.session.set({ timelineOffset: frame - (width * 0.1) / timelineScale });
  }

  #remember(playheadFrame: number): void {
    this.#editor.look({ playheadFrame });
  }

  /** Stops everything, for leaving a project. */
  stop(): void {
    cancelAnimationFrame(this.#request);
    this.#sound.stop();
  }
}
