import type { ReactNode } from 'react';
import type { MaskOperation } from '../../models/masks/maskDrawing.ts';
import { activeMask, addOperation } from '../editor/maskCommands.ts';
import type { ToolName } from '../editor/session.ts';
import { shownSourceFrame } from '../preview/shownFrames.ts';
import { useDocument, useProject, useSession } from '../project/hooks.ts';
import { IconButton } from '../ui/controls/IconButton.tsx';
import type { IconName } from '../ui/Icon.tsx';
import { texts } from '../ui/texts/texts.ts';
import styles from './ToolStrip.module.css';

const tools: readonly { name: ToolName; icon: IconName; keys: string }[] = [
  { name: 'brush', icon: 'brush', keys: 'B' },
  { name: 'eraser', icon: 'eraser', keys: 'E' },
  { name: 'lasso', icon: 'lasso', keys: 'Q' },
  { name: 'rectangle', icon: 'rectangle', keys: 'R' },
  { name: 'fill', icon: 'fill', keys: 'G' },
  { name: 'smart', icon: 'wand', keys: 'W' },
  { name: 'pan', icon: 'hand', keys: 'H' },
];

/** The tools, one under the other, and what acts on the whole mask. */
export function ToolStrip(): ReactNode {
  const { editor } = useProject();
  const tool = useSession((session) => session.tool);
  const writer = useSession((session) => session.writer);
  const view = useDocument((document) => document.get('view', 'view'));
  const source = useDocument((document) => document.get('source', view?.sourceId));
  const reason = writer ? (source ? undefined : texts.inspector.needSource) : texts.lock.message;
  const whole = (operation: MaskOperation, label: string) => () => {
    if (source) addOperation(editor, source, shownSourceFrame(editor, source), operation, label);
  };
  return (
    <div className={styles.strip} role="toolbar" aria-label={texts.tools.label} aria-orientation="vertical">
      {tools.map(({ name, icon, keys }) => (
        <IconButton
          key={name}
          icon={icon}
          label={texts.tools[name]}
          keys={keys}
          pressed={tool === name}
          onClick={() => editor.session.set({ tool: name })}
        />
      ))}
      <span className={styles.line} />
      <IconButton
        icon="invert"
        label={texts.masks.invert}
        reason={reason}
        onClick={whole({ kind: 'invert' }, 'Invert mask')}
      />
      <IconButton
        icon="all"
        label={texts.masks.fillAll}
        reason={reason}
        onClick={whole({ kind: 'fill', mode: 'paint' }, 'Select all')}
      />
      <IconButton
        icon="close"
        label={texts.masks.clear}
        reason={reason ?? (activeMask(editor) ? undefined : texts.masks.noMask)}
        onClick={whole({ kind: 'fill', mode: 'erase' }, 'Clear mask')}
      />
    </div>
  );
}
