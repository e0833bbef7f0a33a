import type { ReactNode } from 'react';
import { GridPage } from '../../grid/GridPage.tsx';
import { TakeFiguresDialog } from '../../grid/TakeFiguresDialog.tsx';
import { CompareSheet } from '../../panels/dialogs/CompareSheet.tsx';
import { ExportDialog } from '../../panels/dialogs/ExportDialog.tsx';
import { MissingMedia } from '../../panels/dialogs/MissingMedia.tsx';
import { NameDialog } from '../../panels/dialogs/NameDialog.tsx';
import { RetakeDialog } from '../../panels/dialogs/RetakeDialog.tsx';
import { ShortcutSheet } from '../../panels/dialogs/ShortcutSheet.tsx';
import { useDocument, useProject, useProjectState } from '../../project/hooks.ts';
import { texts } from '../../ui/texts/texts.ts';
import { useStudio } from '../hooks.ts';

/** The dialog that is open, if one is. */
export function ProjectDialog(): ReactNode {
  const studio = useStudio();
  const project = useProject();
  const record = useDocument((document) => document.get('project', 'project'));
  const dialog = useProjectState((state) => state.dialog);
  const onClose = (): void => project.state.set({ dialog: 'none' });
  switch (dialog) {
    case 'export':
      return <ExportDialog onClose={onClose} />;
    case 'shortcuts':
      return <ShortcutSheet onClose={onClose} />;
    case 'missing':
      return <MissingMedia onClose={onClose} />;
    case 'grid':
      return <GridPage onClose={onClose} />;
    case 'figures':
      return <TakeFiguresDialog onClose={onClose} />;
    case 'compare':
      return <CompareSheet onClose={onClose} />;
    case 'retakeFrames':
    case 'retakeRegion':
      return <RetakeDialog inRegion={dialog === 'retakeRegion'} onClose={onClose} />;
    case 'saveAs':
      return (
        <NameDialog
          title={texts.file.saveAs}
          label={texts.file.copyName}
          name={record?.name ?? ''}
          onClose={onClose}
          onName={(name) => studio.saveAs(project, name)}
        />
      );
    case 'rename':
      return (
        <NameDialog
          title={texts.file.rename}
          label={texts.file.newName}
          name={record?.name ?? ''}
          onClose={onClose}
          onName={async (name) => record && project.editor.update('Rename', record, { name })}
        />
      );
    default:
      return null;
  }
}
