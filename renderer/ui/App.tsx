import { Tabs, Tooltip } from 'radix-ui';
import { type DragEvent, type ReactNode, useState } from 'react';
import { BrushOptions, ToolStrip } from '../canvas/ToolStrip.tsx';
import { Viewer } from '../canvas/Viewer.tsx';
import { ViewerBar } from '../canvas/ViewerBar.tsx';
import { Dialogs } from '../panels/Dialogs.tsx';
import { Inspector } from '../panels/Inspector.tsx';
import { MaskPanel } from '../panels/MaskPanel.tsx';
import { MediaPanel } from '../panels/MediaPanel.tsx';
import { TakesPanel } from '../panels/TakesPanel.tsx';
import { Timeline } from '../timeline/Timeline.tsx';
import { Transport } from '../timeline/Transport.tsx';
import { StudioContext, useApp, useDocument, useSession, useStudio } from './hooks.ts';
import { StartPage } from './StartPage.tsx';
import type { StudioController } from './studioController.ts';
import { Toasts } from './Toasts.tsx';
import { TopBar } from './TopBar.tsx';
import { texts } from './texts.ts';
import { useShortcuts } from './useShortcuts.ts';

/** The whole page. */
export function App({ studio }: { studio: StudioController }): ReactNode {
  return (
    <StudioContext.Provider value={studio}>
      <Tooltip.Provider delayDuration={450} skipDelayDuration={200}>
        <Page />
        <Toasts />
      </Tooltip.Provider>
    </StudioContext.Provider>
  );
}

function Page(): ReactNode {
  const phase = useApp((app) => app.phase);
  if (phase === 'project') return <Workbench />;
  return phase === 'start' ? <StartPage /> : null;
}

function Workbench(): ReactNode {
  const studio = useStudio();
  const [dropping, setDropping] = useState(false);
  useShortcuts();
  const onDrag = (event: DragEvent): void => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setDropping(true);
  };
  return (
    // Files can be dropped anywhere; the Import button is the keyboard's way.
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has a button beside it that does the same.
    <div
      className="studio"
      onDragOver={onDrag}
      onDragLeave={(event) => event.currentTarget === event.target && setDropping(false)}
      onDrop={(event) => {
        event.preventDefault();
        setDropping(false);
        void studio.importFiles([...event.dataTransfer.files]);
      }}
    >
      <TopBar />
      <LeftPanel />
      <main className="centre">
        <ViewerBar />
        <ToolStrip />
        <div style={{ position: 'relative', display: 'grid', minHeight: 0, minWidth: 0 }}>
          <Viewer />
          <BrushOptions />
          <Banners />
          {dropping ? <div className="dropVeil">{texts.media.dropHere}</div> : null}
        </div>
        <Transport />
      </main>
      <Inspector />
      <Timeline />
      <Dialogs />
    </div>
  );
}

function LeftPanel(): ReactNode {
  const count = useDocument((document) => document.all('take').length);
  return (
    <aside className="left" aria-label={texts.media.title}>
      <Tabs.Root className="tabs" defaultValue="media">
        <Tabs.List className="tabList" aria-label={texts.media.title}>
          <Tabs.Trigger className="tab" value="media">
            {texts.media.title}
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value="takes">
            {texts.takes.title}
            <span className="count">{count}</span>
          </Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content className="tabBody" value="media">
          <MediaPanel />
        </Tabs.Content>
        <Tabs.Content className="tabBody" value="takes">
          <TakesPanel />
        </Tabs.Content>
      </Tabs.Root>
      <MaskPanel />
    </aside>
  );
}

function Banners(): ReactNode {
  const studio = useStudio();
  const writer = useSession((session) => session.writer);
  const missing = useSession((session) => session.missingSourceIds.length);
  const projectId = useApp((app) => app.projectId);
  if (!writer && projectId)
    return (
      <div className="banner" role="alert">
        {texts.lock.message}
        <button
          type="button"
          className="button primary"
          onClick={() => void studio.attempt(() => studio.openProject(projectId, true))}
        >
          {texts.lock.takeOver}
        </button>
      </div>
    );
  if (missing > 0)
    return (
      <div className="banner" role="alert">
        {texts.missing.banner(missing)}
        <button type="button" className="button" onClick={() => studio.app.set({ dialog: 'missing' })}>
          {texts.missing.show}
        </button>
      </div>
    );
  return null;
}
