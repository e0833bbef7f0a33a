import { Tabs } from 'radix-ui';
import type { ReactNode } from 'react';
import { MaskPanel } from '../../panels/MaskPanel.tsx';
import { MediaPanel } from '../../panels/MediaPanel.tsx';
import { TakesPanel } from '../../panels/TakesPanel.tsx';
import { useDocument } from '../../project/hooks.ts';
import { Tab, TabBody } from '../../ui/surfaces/Tab.tsx';
import { texts } from '../../ui/texts/texts.ts';
import styles from './LeftPanel.module.css';

/** Media and takes in turns, and the subject below them. */
export function LeftPanel(): ReactNode {
  const count = useDocument((document) => document.all('take').length);
  return (
    <aside className={styles.left} aria-label={texts.media.title}>
      <Tabs.Root className={styles.tabs} defaultValue="media">
        <Tabs.List className={styles.list} aria-label={texts.media.title}>
          <Tab value="media" label={texts.media.title} />
          <Tab value="takes" label={texts.takes.title} count={count} />
        </Tabs.List>
        <TabBody value="media">
          <MediaPanel />
        </TabBody>
        <TabBody value="takes">
          <TakesPanel />
        </TabBody>
      </Tabs.Root>
      <MaskPanel />
    </aside>
  );
}
