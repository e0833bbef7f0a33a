import { Tooltip } from 'radix-ui';
import type { ReactNode } from 'react';
import { ProjectContext } from '../project/hooks.ts';
import { Workbench } from './frame/Workbench.tsx';
import { StudioContext, useStudioState } from './hooks.ts';
import { StudioDialog } from './StudioDialog.tsx';
import { StartPage } from './start/StartPage.tsx';
import type { Studio } from './studio.ts';
import { Toasts } from './Toasts.tsx';
import { useDroppedFiles } from './useDroppedFiles.ts';

/** The whole page. */
export function App({ studio }: { studio: Studio }): ReactNode {
  useDroppedFiles(studio);
  return (
    <StudioContext.Provider value={studio}>
      <Tooltip.Provider delayDuration={450} skipDelayDuration={200}>
        <Page />
        <StudioDialog />
        <Toasts />
      </Tooltip.Provider>
    </StudioContext.Provider>
  );
}

function Page(): ReactNode {
  const project = useStudioState((state) => state.project);
  if (!project) return <StartPage />;
  // A project read anew keeps the panels as they are; another one begins afresh.
  return (
    <ProjectContext.Provider key={project.id} value={project}>
      <Workbench />
    </ProjectContext.Provider>
  );
}
