import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef } from 'react';
import type { TakeSettings } from '../../../electron/contract/takeSettings.ts';
import type { Lane, LaneWeight } from '../../../models/lanes/weightsOverTime.ts';
import {
  laneOf,
  mostWeight,
  type TakePlace,
  takeFrameOf,
  weightAt,
  withKey,
  withLane,
  withMovedKey,
  withoutKey,
} from '../../editor/weightLanes.ts';
import { useProject, useSession } from '../../project/hooks.ts';
import { weightName } from '../../ui/texts/laneTexts.ts';
import { texts } from '../../ui/texts/texts.ts';
import { frameOfX, xOfFrame } from '../timelineLayout.ts';
import { shownWindow } from '../timelineWindow.ts';
import styles from './WeightLanes.module.css';

/** Height of a lane on screen, and the room above its largest and below its least value. */
const height = 46;
const margin = 6;

/** Points of the curve at most so far apart, in pixels. */
const grain = 3;

const text = texts.lanes;

/**
 * One weight over the frames of the next take. A press on the empty lane makes a key, a drag moves one, its keyboard moves it by a
 * frame or a hundredth, Delete takes it away. A drag is one step.
 */
export function WeightLane({
  settings,
  place,
  weight,
  width,
  chosen,
  onChoose,
}: {
  settings: TakeSettings;
  place: TakePlace;
  weight: LaneWeight;
  width: number;
  chosen: number | undefined;
  onChoose: (frame: number | undefined) => void;
}): ReactNode {
  const { editor } = useProject();
  const writer = useSession((session) => session.writer);
  const picture = useRef<SVGSVGElement>(null);
  const dragged = useRef<number | undefined>(undefined);
  const lane = laneOf(settings, weight);
  const most = mostWeight;
  const window = shownWindow(editor);
  const label = weightName(weight);
  const xOf = (frame: number): number => xOfFrame(place.start + (frame + 0.5) * place.perFrame, window);
  const yOf = (value: number): number => height - margin - (Math.min(most, value) / most) * (height - 2 * margin);
  const pointOf = (event: PointerEvent): { frame: number; value: number } => {
    const box = picture.current?.getBoundingClientRect();
    const [x, y] = [event.clientX - (box?.left ?? 0), event.clientY - (box?.top ?? 0)];
    const share = (height - margin - y) / (height - 2 * margin);
    const value = Math.round(Math.min(1, Math.max(0, share)) * most * 100) / 100;
    return { frame: takeFrameOf(place, frameOfX(x, window)), value };
  };
  const write = (next: Lane): void => editor.updateSettings(label, withLane(now(), weight, next));
  // The settings as they are, which in a drag are further than those that were drawn.
  const now = (): TakeSettings => editor.setup?.settings ?? settings;
  const laneNow = (): Lane => laneOf(now(), weight);

  const begin = (event: PointerEvent, frame: number): void => {
    if (event.button !== 0 || !writer) return;
    event.stopPropagation();
    picture.current?.setPointerCapture(event.pointerId);
    dragged.current = frame;
    onChoose(frame);
  };
  const move = (event: PointerEvent): void => {
    const from = dragged.current;
    if (from === undefined) return;
    if (!editor.history.isGesturing) editor.begin(label);
    const to = pointOf(event);
    const next = withMovedKey(laneNow(), from, to);
    const index = laneNow().findIndex(({ frame }) => frame === from);
    dragged.current = next[index]?.frame ?? from;
    onChoose(dragged.current);
    write(next);
  };
  const end = (): void => {
    if (dragged.current !== undefined) editor.commit();
    dragged.current = undefined;
  };
  const add = (event: PointerEvent): void => {
    if (event.button !== 0 || !writer) return;
    const { frame, value } = pointOf(event);
    editor.begin(label);
    write(withKey(laneNow(), { frame, value }));
    begin(event, frame);
  };
  const nudge = (event: KeyboardEvent, frame: number): void => {
    const key = lane.find((each) => each.frame === frame);
    if (!key || !writer) return;
    const large = event.shiftKey ? 10 : 1;
    const by = {
      ArrowLeft: { frame: -large, value: 0 },
      ArrowRight: { frame: large, value: 0 },
      ArrowUp: { frame: 0, value: 0.01 * large },
      ArrowDown: { frame: 0, value: -0.01 * large },
    }[event.key];
    if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault();
      event.stopPropagation();
      write(withoutKey(lane, frame));
      onChoose(undefined);
    } else if (by) {
      event.preventDefault();
      event.stopPropagation();
      const value = Math.round(Math.min(most, Math.max(0, key.value + by.value)) * 100) / 100;
      const next = withMovedKey(lane, frame, {
        frame: Math.max(0, Math.min(place.frames - 1, frame + by.frame)),
        value,
      });
      write(next);
      onChoose(next[lane.indexOf(key)]?.frame);
    }
  };

  const last = place.frames - 1;
  const step = Math.max(1, Math.floor(grain / (place.perFrame * window.scale)));
  const frames = Array.from({ length: Math.floor(last / step) + 1 }, (_, index) => index * step);
  const line = [...frames, last].map((frame) => `${xOf(frame)},${yOf(weightAt(settings, weight, frame))}`).join(' ');
  const [left, right] = [xOf(-0.5), xOf(last + 0.5)];
  const own = yOf(1);
  return (
    <svg
      ref={picture}
      className={styles.lane}
      width={width}
      height={height}
      onPointerDown={add}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={() => {
        if (dragged.current !== undefined) editor.bail();
        dragged.current = undefined;
      }}
    >
      <title>{text.help(label)}</title>
      <rect x={left} y={0} width={Math.max(0, right - left)} height={height} className={styles.extent} />
      <line x1={left} x2={right} y1={own} y2={own} className={styles.own} />
      <polyline points={line} className={styles.curve} />
      <Playhead />
      {lane.map(({ frame, value }) => (
        // biome-ignore lint/a11y/useSemanticElements: a key of a curve is drawn
        <path
          key={frame}
          role="button"
          tabIndex={0}
          aria-label={text.key(label, frame + 1, value)}
          aria-pressed={frame === chosen}
          className={frame === chosen ? `${styles.key} ${styles.chosen}` : styles.key}
          d={`M${xOf(frame)} ${yOf(value) - 6}l6 6-6 6-6-6Z`}
          onPointerDown={(event) => begin(event, frame)}
          onFocus={() => onChoose(frame)}
          onKeyDown={(event) => nudge(event, frame)}
        />
      ))}
    </svg>
  );
}

/** Drawn by itself, so that playing does not draw the lanes again. */
function Playhead(): ReactNode {
  const { editor } = useProject();
  const x = xOfFrame(
    useSession((session) => session.playhead),
    shownWindow(editor),
  );
  return <line x1={x} x2={x} y1={0} y2={height} className={styles.playhead} />;
}
