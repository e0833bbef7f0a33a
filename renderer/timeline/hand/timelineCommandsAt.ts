import type { ItemRecord, TrackRecord } from '../../../electron/contract/records.ts';
import { neighbours } from '../../../electron/contract/timeline/shownItems.ts';
import { endOf } from '../../../electron/contract/timeline/tracks.ts';
import { timelineRate } from '../../editor/timeline/arrangement.ts';
import {
  addTitle,
  changeItem,
  closeGap,
  detachSound,
  duplicateItem,
  removeItem,
  setSpeed,
  splitItem,
} from '../../editor/timeline/itemCommands.ts';
import type { OpenProject } from '../../project/openProject.ts';
import type { Command, Commands } from '../../ui/surfaces/Commands.tsx';
import { texts } from '../../ui/texts/texts.ts';
import type { TimelineHit } from '../timelineLayout.ts';

const text = texts.timeline;

/** Seconds of a fade or cross-fade put in from the menu. */
const fadeSeconds = 0.5;

/** What can be done where the menu was asked for: with an item, in a gap of a track, or at a frame of the timeline. */
export function timelineCommandsAt(
  project: OpenProject,
  { hit, frame }: { hit: TimelineHit; frame: number },
): Commands {
  const reason = project.editor.session.state.writer ? undefined : texts.lock.message;
  if (hit.kind === 'item') return itemCommands(project, hit.item, reason);
  const title: Command = {
    icon: 'text',
    label: text.addTitleHere,
    reason,
    onSelect: () => selectTitle(project, addTitle(project.editor, frame, text.newTitle)),
  };
  const marks: Command = {
    icon: 'close',
    label: text.clearMarks,
    reason:
      reason ??
      (project.editor.document.get('project', 'project')?.timeline?.inFrame === undefined ? text.noMarks : undefined),
    onSelect: () => project.view.clearPart(),
  };
  if (hit.kind === 'ruler') return [title, marks];
  return hit.kind === 'track' ? [title, gapCommand(project, hit.track, frame, reason)] : [title];
}

/** Selects a new title and shows its words, to be typed over. */
export function selectTitle({ editor }: OpenProject, item: ItemRecord): void {
  editor.session.set({ selectedItemId: item.id, rightSide: 'clip', viewMode: 'timeline', viewport: null });
}

function gapCommand({ editor }: OpenProject, track: TrackRecord, frame: number, reason: string | undefined): Command {
  const isLast = !editor.document.all('item').some((item) => item.trackId === track.id && item.startFrame > frame);
  const why = reason ?? (track.locked ? text.trackLocked : isLast ? text.nothingAfter : undefined);
  return { icon: 'ripple', label: text.closeGap, reason: why, onSelect: () => closeGap(editor, track.id, frame) };
}

function itemCommands(project: OpenProject, item: ItemRecord, readOnly: string | undefined): Commands {
  const { editor, playback } = project;
  const { document, session } = editor;
  const now = (): ItemRecord => document.get('item', item.id) ?? item;
  const reason = readOnly ?? (document.get('track', item.trackId)?.locked ? text.trackLocked : undefined);
  const { playhead } = session.state;
  const isUnderPlayhead = playhead > item.startFrame && playhead < endOf(item);
  const source = document.get('source', item.targetId);
  const isOnSound = document.get('track', item.trackId)?.media === 'sound';
  const before = neighbours(document.all('item'), item).before;
  const meets = before && endOf(before) === item.startFrame;
  const frames = Math.max(1, Math.round(fadeSeconds * timelineRate(document)));
  const toggled = (has: number | undefined): number => (has ? 0 : frames);
  return [
    {
      icon: 'sliders',
      label: text.properties,
      onSelect: () => session.set({ selectedItemId: item.id, rightSide: 'clip' }),
    },
    'line',
    {
      ...{ icon: 'split', label: text.split, keys: 'S' },
      reason: reason ?? (isUnderPlayhead ? undefined : text.playheadElsewhere),
      onSelect: () => splitItem(editor, now(), playhead),
    },
    { icon: 'plus', label: text.duplicate, reason, onSelect: () => duplicateItem(editor, now()) },
    ...(item.title || source?.media === 'picture'
      ? []
      : [0.5, 1, 2].map(
          (speed): Command => ({
            icon: 'speed',
            label: text.speedOf(speed * 100),
            reason: reason ?? ((item.speed ?? 1) === speed ? text.isSo : undefined),
            onSelect: () => setSpeed(editor, now(), speed),
          }),
        )),
    'line',
    {
      icon: 'lane',
      label: item.fadeInFrames ? text.noFadeIn : text.fadeIn,
      reason,
      onSelect: () => changeItem(editor, 'Fade', now(), { fadeInFrames: toggled(item.fadeInFrames) }),
    },
    {
      icon: 'lane',
      label: item.fadeOutFrames ? text.noFadeOut : text.fadeOut,
      reason,
      onSelect: () => changeItem(editor, 'Fade', now(), { fadeOutFrames: toggled(item.fadeOutFrames) }),
    },
    {
      icon: 'cross',
      label: item.crossFadeFrames ? text.noCrossFade : text.crossFade,
      reason: reason ?? (meets || item.crossFadeFrames ? undefined : text.nothingBefore),
      onSelect: () => changeItem(editor, 'Cross-fade', now(), { crossFadeFrames: toggled(item.crossFadeFrames) }),
    },
    ...(source?.hasAudio && !isOnSound
      ? [
          {
            icon: 'sound',
            label: text.detachSound,
            reason: reason ?? (item.volume === 0 ? text.isSilent : undefined),
            onSelect: () => detachSound(editor, now()),
          } as const,
        ]
      : []),
    'line',
    {
      icon: 'first',
      label: text.goToStart,
      onSelect: () => playback.seek(item.startFrame),
    },
    { ...{ icon: 'trash', label: text.remove, keys: 'Del', reason }, onSelect: () => removeItem(editor, now()) },
    {
      ...{ icon: 'ripple', label: text.rippleRemove, keys: 'Shift Del', reason },
      onSelect: () => removeItem(editor, now(), true),
    },
  ];
}
