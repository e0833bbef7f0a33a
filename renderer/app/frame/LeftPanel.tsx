import { Tabs } from 'radix-ui';
import type { ReactNode } from 'react';
import { MaskPanel } from '../../panels/MaskPanel.tsx';
import { MediaPanel } from '../../panels/MediaPanel.tsx';
import { TakesPanel } from '../../panels/TakesPanel.tsx';
import { useDocument } from '../../project/hooks.ts';
import { texts } from '../../ui/texts/texts.ts';
import styles from './LeftPanel.module.css';

/** Media and takes in turns, and the subject below them. */
export function LeftPanel(): ReactNode {
  const count = useDocument((document) => document.all('take').length);
  return (
    <aside className={styles.left} aria-label={texts.media.title}>
      <Tabs.Root className={styles.tabs} defaultValue="media">
        <Tabs.List className={styles.list} aria-label={texts.media.title}>
          <Tabs.Trigger className={styles.tab} value="media">
            {texts.media.title}
          </Tabs.Trigger>
          <Tabs.Trigger className={styles.tab} value="takes">
            {texts.takes.title}
            <span className={styles.count}>{count}</span>
          </Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content className={styles.body} value="media">
          <MediaPanel />
        </Tabs.Content>
        <Tabs.Content className={styles.body} value="takes">
          <TakesPanel />
        </Tabs.Content>
      </Tabs.Root>
      <MaskPanel />
    </aside>
  );
}
