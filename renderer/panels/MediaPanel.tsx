import { type ReactNode, useRef } from 'react';
import type { SourceRecord } from '../../electron/contract/records.ts';
import { removeSource } from '../editor/timelineCommands.ts';
import { frameUrl } from '../preview/shownFrames.ts';
import { IconButton, Progress } from '../ui/controls.tsx';
import { useApp, useDocument, useSession, useStudio } from '../ui/hooks.ts';
import { Icon } from '../ui/Icon.tsx';
import { texts } from '../ui/texts.ts';

/** The project's pictures and clips, and the way to bring more in. */
export function MediaPanel(): ReactNode {
  const studio = useStudio();
  const input = useRef<HTMLInputElement>(null);
  const sources = useDocument((document) => document.all('source'));
  const uploads = useApp((app) => app.uploads);
  const writer = useSession((session) => session.writer);
  return (
    <>
      <div className="panelHead">
        <h2 className="panelTitle">{texts.media.title}</h2>
        <button type="button" className="button" onClick={() => input.current?.click()} disabled={!writer}>
          <Icon name="import" />
          {texts.media.import}
        </button>
        <input
          ref={input}
          type="file"
          hidden
          multiple
          accept="image/*,video/*"
          data-testid="import-input"
          onChange={(event) => {
            void studio.importFiles([...(event.target.files ?? [])]);
            event.target.value = '';
          }}
        />
      </div>
      {uploads.map((upload) => (
        <div key={upload.name} className="field">
          <span className="hint">{texts.media.importing(upload.name, Math.round(upload.share * 100))}</span>
          <Progress label={upload.name} share={upload.share} />
        </div>
      ))}
      {sources.length === 0 && uploads.length === 0 ? (
        <div className="empty">
          <Icon name="film" />
          <p>{texts.media.empty}</p>
        </div>
      ) : (
        <ul className="mediaList">
          {sources.map((source) => (
            <MediaItem key={source.id} source={source} />
          ))}
        </ul>
      )}
    </>
  );
}

function MediaItem({ source }: { source: SourceRecord }): ReactNode {
  const studio = useStudio();
  const projectId = useApp((app) => app.projectId);
  const active = useDocument((document) => document.get('view', 'view')?.sourceId === source.id);
  const strip = useSession((session) => session.thumbnails[source.assetId]);
  const missing = useSession((session) => session.missingSourceIds.includes(source.id));
  const thumbnail =
    strip?.[0] ?? (source.media === 'picture' && projectId && !missing ? frameUrl(projectId, source, 0) : undefined);
  const size = `${source.width} × ${source.height}`;
  const facts = source.media === 'clip' ? `${size} · ${source.durationSeconds.toFixed(1)} ${texts.unit.seconds}` : size;
  return (
    <li className={active ? 'mediaItem active' : 'mediaItem'}>
      <button
        type="button"
        className="mediaOpen"
        aria-current={active}
        onClick={() => {
          studio.looking.showSource(source.id);
          studio.editor.session.set({ viewMode: 'source' });
          const item = studio.editor.document.all('item').find((candidate) => candidate.targetId === source.id);
          if (item) studio.playback.seek(item.startFrame);
        }}
      >
        {thumbnail ? <img className="thumb" src={thumbnail} alt="" /> : <span className="thumb" />}
        <span className="mediaName">
          {source.name}
          <br />
          <span className={missing ? 'hint warn' : 'hint'}>{missing ? texts.missing.title : facts}</span>
        </span>
      </button>
      <span className="mediaRemove">
        <IconButton icon="trash" small label={texts.media.remove} onClick={() => removeSource(studio.editor, source)} />
      </span>
    </li>
  );
}
