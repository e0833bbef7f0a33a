import type { ReactNode } from 'react';
import { About } from './about/About.tsx';
import { useStudio, useStudioState } from './hooks.ts';
import { ModelPage } from './models/ModelPage.tsx';

/** The dialog of the studio as a whole that is open, if one is. */
export function StudioDialog(): ReactNode {
  const studio = useStudio();
  const dialog = useStudioState((state) => state.dialog);
  const onClose = (): void => studio.state.set({ dialog: 'none' });
  if (dialog === 'models') return <ModelPage onClose={onClose} />;
  return dialog === 'about' ? <About onClose={onClose} /> : null;
}
