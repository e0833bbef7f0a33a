import { type ReactNode, useRef } from 'react';
import type { SourceRecord } from '../../electron/contract/records.ts';
import { removeSource } from '../editor/timelineCommands.ts';
import { frameUrl } from '../preview/shownFrames.ts';
import { useDocument, useProject, useProjectState, useSession } from '../project/hooks.ts';
import { Button } from '../ui/controls/Button.tsx';
import { IconButton } from '../ui/controls/IconButton.tsx';
import { Progress } from '../ui/controls/Progress.tsx';
import { Field, HintText } from '../ui/fields/Field.tsx';
import { Icon } from '../ui/Icon.tsx';
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
          accept="image/*,video/*"
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
  const { id, editor, view, playback } = useProject();
  const active = useDocument((document) => document.get('view', 'view')?.sourceId === source.id);
  const strip = useSession((session) => session.thumbnails[source.assetId]);
  const missing = useSession((session) => session.missingSourceIds.includes(source.id));
  const thumbnail = strip?.[0] ?? (source.media === 'picture' && !missing ? frameUrl(id, source, 0) : undefined);
  const size = `${source.width} × ${source.height}`;
  const facts = source.media === 'clip' ? `${size} · ${source.durationSeconds.toFixed(1)} ${texts.unit.seconds}` : size;
  return (
    <li className={active ? `${styles.item} ${styles.active}` : styles.item}>
      <button
        type="button"
        className={styles.open}
        aria-current={active}
        onClick={() => {
          view.showSource(source.id);
          editor.session.set({ viewMode: 'source' });
          const item = editor.document.all('item').find((candidate) => candidate.targetId === source.id);
          if (item) playback.seek(item.startFrame);
        }}
      >
        {thumbnail ? <img className={styles.thumb} src={thumbnail} alt="" /> : <span className={styles.thumb} />}
        <span className={styles.name}>
          {source.name}
          <br />
          <HintText warn={missing}>{missing ? texts.missing.title : facts}</HintText>
        </span>
      </button>
      <span className={styles.remove}>
        <IconButton icon="trash" small label={texts.media.remove} onClick={() => removeSource(editor, source)} />
      </span>
    </li>
  );
}
