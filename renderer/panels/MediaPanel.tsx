import { type ReactNode, useRef, useState } from 'react';
import type { SourceRecord } from '../../electron/contract/records.ts';
import { placeSource } from '../editor/timeline/itemCommands.ts';
import { removeSource } from '../editor/timelineCommands.ts';
import { frameUrl } from '../preview/shownFrames.ts';
import { useDocument, useProject, useProjectState, useSession } from '../project/hooks.ts';
import { Button } from '../ui/controls/Button.tsx';
import { IconButton } from '../ui/controls/IconButton.tsx';
import { Progress } from '../ui/controls/Progress.tsx';
import { NameInput } from '../ui/fields/EditableName.tsx';
import { Field, HintText } from '../ui/fields/Field.tsx';
import { Icon } from '../ui/Icon.tsx';
import { type Commands, ContextCommands } from '../ui/surfaces/Commands.tsx';
import { EmptyPanel, PanelHead } from '../ui/surfaces/Panel.tsx';
import { texts } from '../ui/texts/texts.ts';
import styles from './MediaPanel.module.css';

/** The project's pictures and clips, and the way to bring more in. */
export function MediaPanel(): ReactNode {
  const project = useProject();
  const input = useRef<HTMLInputElement>(null);
  const sources = useDocument((document) => document.all('source'));
  const uploads = useProjectState((state) => state.uploads);
  const writer = useSession((session) => session.writer);
  return (
    <>
      <PanelHead title={texts.media.title}>
        <Button onClick={() => input.current?.click()} disabled={!writer}>
          <Icon name="import" />
          {texts.media.import}
        </Button>
        <input
          ref={input}
          type="file"
          hidden
          multiple
          accept="image/*,video/*,audio/*"
          data-testid="import-input"
          onChange={(event) => {
            void project.receiveFiles([...(event.target.files ?? [])]);
            event.target.value = '';
          }}
        />
      </PanelHead>
      {uploads.map((upload) => (
        <Field key={upload.name}>
          <HintText>{texts.media.importing(upload.name, Math.round(upload.share * 100))}</HintText>
          <Progress label={upload.name} share={upload.share} />
        </Field>
      ))}
      {sources.length === 0 && uploads.length === 0 ? (
        <EmptyPanel icon="film">{texts.media.empty}</EmptyPanel>
      ) : (
        <ul className={styles.list}>
          {sources.map((source) => (
            <MediaItem key={source.id} source={source} />
          ))}
        </ul>
      )}
    </>
  );
}

function MediaItem({ source }: { source: SourceRecord }): ReactNode {
  const project = useProject();
  const { id, editor, view, playback } = project;
  const active = useDocument((document) => document.get('view', 'view')?.sourceId === source.id);
  const strip = useSession((session) => session.thumbnails[source.assetId]);
  const missing = useSession((session) => session.missingSourceIds.includes(source.id));
  const writer = useSession((session) => session.writer);
  const [isRenaming, setRenaming] = useState(false);
  const thumbnail = strip?.[0] ?? (source.media === 'picture' && !missing ? frameUrl(id, source, 0) : undefined);
  const size = `${source.width} × ${source.height}`;
  const isSound = source.media === 'sound';
  const length = `${source.durationSeconds.toFixed(1)} ${texts.unit.seconds}`;
  const facts = isSound ? length : source.media === 'clip' ? `${size} · ${length}` : size;
  const show = (): void => {
    const item = editor.document.all('item').find((candidate) => candidate.targetId === source.id);
    if (isSound) editor.session.set({ selectedItemId: item?.id ?? null });
    else {
      view.showSource(source.id);
      editor.session.set({ viewMode: 'source' });
    }
    if (item) playback.seek(item.startFrame);
  };
  const reason = writer ? undefined : texts.lock.message;
  const commands: Commands = [
    { icon: 'eye', label: texts.media.show, onSelect: show },
    { icon: 'brush', label: texts.media.rename, keys: 'F2', reason, onSelect: () => setRenaming(true) },
    {
      icon: 'film',
      label: texts.media.place,
      reason,
      onSelect: () => placeSource(editor, source, editor.session.state.playhead),
    },
    'line',
    { icon: 'trash', label: texts.media.remove, reason, onSelect: () => removeSource(editor, source) },
  ];
  const picture = thumbnail ? (
    <img className={styles.thumb} src={thumbnail} alt="" />
  ) : (
    <span className={styles.thumb}>{isSound ? <Icon name="sound" /> : null}</span>
  );
  return (
    <ContextCommands commands={commands}>
      <li className={active ? `${styles.item} ${styles.active}` : styles.item}>
        {isRenaming ? (
          <span className={styles.open}>
            {picture}
            <NameInput
              value={source.name}
              label={texts.media.rename}
              onName={(name) => editor.update('Rename media', source, { name })}
              onDone={() => setRenaming(false)}
            />
          </span>
        ) : (
          <button
            type="button"
            className={styles.open}
            aria-current={active}
            title={source.name}
            onClick={show}
            onDoubleClick={() => writer && setRenaming(true)}
            onKeyDown={(event) => event.key === 'F2' && writer && setRenaming(true)}
          >
            {picture}
            <span className={styles.name}>
              {source.name}
              <br />
              <HintText warn={missing}>{missing ? texts.missing.title : facts}</HintText>
            </span>
          </button>
        )}
        <span className={styles.remove}>
          <IconButton
            icon="trash"
            small
            label={texts.media.remove}
            reason={reason}
            onClick={() => removeSource(editor, source)}
          />
        </span>
      </li>
    </ContextCommands>
  );
}
