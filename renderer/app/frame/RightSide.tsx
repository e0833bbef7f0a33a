import { Tabs } from 'radix-ui';
import type { ReactNode } from 'react';
import { ClipPanel } from '../../panels/clip/ClipPanel.tsx';
import { Essentials, Inspector } from '../../panels/inspector/Inspector.tsx';
import { RunBar } from '../../panels/run/RunBar.tsx';
import { useProject, useSession } from '../../project/hooks.ts';
import { Tab } from '../../ui/surfaces/Tab.tsx';
import { texts } from '../../ui/texts/texts.ts';
import styles from './RightSide.module.css';

/** How the next take is made, or the selected piece of the timeline, in turns. */
export function RightSide(): ReactNode {
  const { editor } = useProject();
  const side = useSession((session) => session.rightSide);
  return (
    <aside className={styles.right} aria-label={texts.inspector.title}>
      <Tabs.Root
        className={styles.tabs}
        value={side}
        onValueChange={(value) => editor.session.set({ rightSide: value === 'clip' ? 'clip' : 'make' })}
      >
        <Tabs.List className={styles.list} aria-label={texts.inspector.title}>
          <Tab value="make" label={texts.inspector.make} />
          <Tab value="clip" label={texts.clip.title} />
        </Tabs.List>
        <Tabs.Content className={styles.body} value="make">
          <Essentials />
          <Inspector />
          <RunBar />
        </Tabs.Content>
        <Tabs.Content className={styles.body} value="clip">
          <ClipPanel />
        </Tabs.Content>
      </Tabs.Root>
    </aside>
  );
}
