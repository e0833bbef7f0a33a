import type { ReactNode } from 'react';
import type { TrackRecord } from '../../../electron/contract/records.ts';
import { addTrack, removeTrack } from '../../editor/timeline/itemCommands.ts';
import { useDocument, useProject, useSession } from '../../project/hooks.ts';
import { IconButton } from '../../ui/controls/IconButton.tsx';
import { EditableName } from '../../ui/fields/EditableName.tsx';
import { ContextCommands } from '../../ui/surfaces/Commands.tsx';
import { texts } from '../../ui/texts/texts.ts';
import type { TimelineRows, TrackRow } from '../timelineLayout.ts';
import styles from './TrackHeads.module.css';

const text = texts.timeline;

/** The tracks' names with what they can be: hidden, muted, locked. */
export function TrackHeads({ rows }: { rows: TimelineRows }): ReactNode {
  return (
    <div className={styles.heads} style={{ height: rows.height }}>
      {rows.tracks.map((row) => (
        <TrackHead key={row.track.id} row={row} />
      ))}
      {(
        [
          [text.keys, rows.keys],
          [text.lane, rows.lane],
        ] as const
      ).map(([name, row]) => (
        <span key={name} className={styles.lane} style={{ top: row.top, height: row.height }}>
          {name}
        </span>
      ))}
    </div>
  );
}

function TrackHead({ row: { track, top, height } }: { row: TrackRow }): ReactNode {
  const { editor } = useProject();
  const writer = useSession((session) => session.writer);
  const reason = writer ? undefined : texts.lock.message;
  const tracks = useDocument((document) => document.all('track'));
  const isLast = tracks.filter(({ media }) => media === track.media).length === 1 && track.media === 'video';
  const change = (label: string, part: Partial<TrackRecord>) => () => editor.update(label, track, part);
  const toggles = [
    ...(track.media === 'video'
      ? [
          <IconButton
            key="hidden"
            icon={track.hidden ? 'hidden' : 'eye'}
            small
            label={`${track.hidden ? text.show : text.hide}: ${track.name}`}
            pressed={track.hidden}
            reason={reason}
            onClick={change('Hide track', { hidden: !track.hidden })}
          />,
        ]
      : []),
    <IconButton
      key="muted"
      icon={track.muted ? 'silent' : 'sound'}
      small
      label={`${track.muted ? text.unmute : text.mute}: ${track.name}`}
      pressed={track.muted}
      reason={reason}
      onClick={change('Mute track', { muted: !track.muted })}
    />,
    <IconButton
      key="locked"
      icon={track.locked ? 'lock' : 'unlock'}
      small
      label={`${track.locked ? text.unlock : text.lockTrack}: ${track.name}`}
      pressed={track.locked}
      reason={reason}
      onClick={change('Lock track', { locked: !track.locked })}
    />,
  ];
  return (
    <ContextCommands
      commands={[
        { icon: 'film', label: text.addVideoTrack, reason, onSelect: () => addTrack(editor, 'video') },
        { icon: 'sound', label: text.addSoundTrack, reason, onSelect: () => addTrack(editor, 'sound') },
        'line',
        {
          icon: 'trash',
          label: text.removeTrack,
          reason: reason ?? (isLast ? text.lastTrack : undefined),
          onSelect: () => removeTrack(editor, track),
        },
      ]}
    >
      <div className={styles.head} style={{ top, height }}>
        <EditableName
          value={track.name}
          label={`${text.renameTrack}: ${track.name}`}
          disabled={!writer}
          onName={(name) => editor.update('Rename track', track, { name })}
        />
        <span className={styles.toggles}>{toggles}</span>
      </div>
    </ContextCommands>
  );
}
