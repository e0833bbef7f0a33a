import type { ReactNode } from 'react';
import type { AblationView } from '../../electron/contract/grid/ablations.ts';
import { download } from '../client/download.ts';
import { useProject } from '../project/hooks.ts';
import { Button } from '../ui/controls/Button.tsx';
import { texts } from '../ui/texts/texts.ts';
import styles from './Ablation.module.css';

const text = texts.ablation;

/** A finished report as its page shows it, in a frame that runs nothing. */
export function AblationReport({ ablation: { label, page } }: { ablation: AblationView }): ReactNode {
  const { ablations } = useProject();
  if (!page) return null;
  return (
    <>
      <div className={styles.head}>
        <Button onClick={() => ablations.state.set({ shownId: null })}>{text.back}</Button>
        <span className={styles.name}>{label}</span>
        <Button primary onClick={() => download(page.url, page.name)}>
          {text.save}
        </Button>
      </div>
      <iframe className={styles.page} title={text.title} src={page.url} sandbox="allow-downloads" />
    </>
  );
}
