import type { ReactNode } from 'react';
import { useDocument, useProject, useSession } from '../project/hooks.ts';
import { Button } from '../ui/controls/Button.tsx';
import { texts } from '../ui/texts/texts.ts';
import styles from './LiveBadge.module.css';

/** What a running or live preview is, and how far. */
export function LiveBadge(): ReactNode {
  const { takes, messages } = useProject();
  const view = useDocument((document) => document.get('view', 'view'));
  const live = useSession((session) => session.livePreview);
  const mode = useSession((session) => session.viewMode);
  const liveMode = useSession((session) => session.liveMode);
  if (!live || mode === 'source' || live.sourceId !== view?.sourceId) return null;
  const label = liveMode ? texts.viewer.live : texts.viewer.preview;
  const reduced = live.sheet?.reduced;
  const running = live.state === 'denoising' && live.total > 0;
  return (
    <div className={styles.bar}>
      <span className={styles.badge} data-testid="live-badge" data-state={live.state} data-step={live.step}>
        {label}
        {reduced ? ` · ${texts.viewer.reduced(reduced)}` : ''}
        {running ? ` · ${texts.viewer.step(live.step, live.total)}` : ''}
      </span>
      {liveMode && live.state === 'done' ? (
        <Button
          onPointerDown={(event) => event.stopPropagation()}
          onClick={() => void messages.attempt(() => takes.keepLive())}
        >
          {reduced ? texts.viewer.keepWhole : texts.viewer.keep}
        </Button>
      ) : null}
    </div>
  );
}
