import { type DragEvent, type ReactNode, useState } from 'react';
import { BrushOptions } from '../../canvas/BrushOptions.tsx';
import { ToolStrip } from '../../canvas/ToolStrip.tsx';
import { Viewer } from '../../canvas/Viewer.tsx';
import { ViewerBar } from '../../canvas/ViewerBar.tsx';
import { useProject } from '../../project/hooks.ts';
import { Timeline } from '../../timeline/Timeline.tsx';
import { Transport } from '../../timeline/Transport.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { useShortcuts } from '../useShortcuts.ts';
import { Banner } from './Banner.tsx';
import { LeftPanel } from './LeftPanel.tsx';
import { ProjectDialog } from './ProjectDialog.tsx';
import { RightSide } from './RightSide.tsx';
import { TopBar } from './TopBar.tsx';
import styles from './Workbench.module.css';

/** The page while a project is open. */
export function Workbench(): ReactNode {
  const project = useProject();
  const [dropping, setDropping] = useState(false);
  useShortcuts(project);
  const onDrag = (event: DragEvent): void => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setDropping(true);
  };
  return (
    // Files can be dropped anywhere; the Import button is the keyboard's way.
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has a button beside it that does the same.
    <div
      className={styles.workbench}
      data-testid="workbench"
      onDragOver={onDrag}
      onDragLeave={(event) => event.currentTarget === event.target && setDropping(false)}
      onDrop={(event) => {
        event.preventDefault();
        setDropping(false);
        void project.receiveFiles([...event.dataTransfer.files]);
      }}
    >
      <TopBar />
      <LeftPanel />
      <main className={styles.centre}>
        <ViewerBar />
        <ToolStrip />
        <div className={styles.stage}>
          <Viewer />
          <BrushOptions />
          <Banner />
          {dropping ? <div className={styles.dropVeil}>{texts.media.dropHere}</div> : null}
        </div>
        <Transport />
      </main>
      <RightSide />
      <Timeline />
      <ProjectDialog />
    </div>
  );
}
