import type { ReactNode } from 'react';
import { useDocument, useHistoryVersion, useProject, useSession } from '../../project/hooks.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Hint } from '../../ui/controls/Hint.tsx';
import { IconButton } from '../../ui/controls/IconButton.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Menu, MenuItem, MenuLine } from '../../ui/surfaces/Menu.tsx';
import { UnseenTitle } from '../../ui/surfaces/Unseen.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { Brand } from '../Brand.tsx';
import { useStudio, useStudioState } from '../hooks.ts';
import { toggleTheme } from '../theme.ts';
import { JobsChip } from './JobsChip.tsx';
import styles from './TopBar.module.css';

/** The project's menu, undo and redo, the device, and export. */
export function TopBar(): ReactNode {
  const { editor, state, messages } = useProject();
  useHistoryVersion();
  const writer = useSession((session) => session.writer);
  const canExport = useDocument(
    (document) =>
      document.all('item').length > 0 || document.get('take', document.get('view', 'view')?.takeId) !== undefined,
  );
  const { undoLabel, redoLabel } = editor.history;
  return (
    <header className={styles.topBar}>
      <UnseenTitle>{texts.appName}</UnseenTitle>
      <Brand />
      <ProjectMenu />
      <IconButton
        icon="undo"
        label={texts.top.undo(undoLabel)}
        keys="Ctrl Z"
        onClick={() => editor.undo()}
        aria-disabled={!writer || !undoLabel}
      />
      <IconButton
        icon="redo"
        label={texts.top.redo(redoLabel)}
        keys="Ctrl Shift Z"
        onClick={() => editor.redo()}
        aria-disabled={!writer || !redoLabel}
      />
      <SaveState />
      <JobsChip />
      <Device />
      <IconButton icon="sun" label={texts.top.theme} onClick={toggleTheme} />
      <IconButton
        icon="keyboard"
        label={texts.top.shortcuts}
        keys="?"
        onClick={() => state.set({ dialog: 'shortcuts' })}
      />
      <Hint text={canExport ? texts.export.title : texts.top.exportNeedsTake}>
        <Button
          aria-disabled={!canExport}
          onClick={() => (canExport ? state.set({ dialog: 'export' }) : messages.notify(texts.top.exportNeedsTake))}
        >
          <Icon name="export" />
          {texts.top.export}
        </Button>
      </Hint>
    </header>
  );
}

function ProjectMenu(): ReactNode {
  const studio = useStudio();
  const project = useProject();
  const name = useDocument((document) => document.get('project', 'project')?.name ?? '');
  const attempt = (work: () => Promise<void>) => () => void studio.messages.attempt(work);
  return (
    <Menu
      align="start"
      trigger={
        <Button quiet aria-label={`${texts.file.menu}: ${name}`}>
          <strong>{name}</strong>
          <Icon name="down" />
        </Button>
      }
    >
      <MenuItem icon="folder" label={texts.file.new} onSelect={attempt(() => studio.showStart())} />
      <MenuItem icon="brush" label={texts.file.rename} onSelect={() => project.state.set({ dialog: 'rename' })} />
      <MenuItem icon="plus" label={texts.file.saveAs} onSelect={() => project.state.set({ dialog: 'saveAs' })} />
      <MenuItem icon="import" label={texts.file.pack} onSelect={attempt(() => studio.pack(project))} />
      <MenuLine />
      <MenuItem icon="film" label={texts.models.open} onSelect={() => studio.state.set({ dialog: 'models' })} />
      <MenuItem icon="sparkle" label={texts.about.open} onSelect={() => studio.state.set({ dialog: 'about' })} />
    </Menu>
  );
}

function SaveState(): ReactNode {
  const state = useSession((session) => session.saveState);
  const connected = useStudioState((studio) => studio.connected);
  const isWell = connected && state !== 'failed';
  return (
    <span
      className={isWell ? styles.saveState : `${styles.saveState} ${styles.failed}`}
      role="status"
      data-testid="save-state"
    >
      {connected ? texts.save[state] : texts.save.offline}
    </span>
  );
}

function Device(): ReactNode {
  const device = useStudioState((state) => state.device);
  const warning = device?.warnings.join(' ') ?? '';
  const light = device ? (warning === '' ? styles.dot : `${styles.dot} ${styles.warn}`) : `${styles.dot} ${styles.off}`;
  return (
    <Hint text={warning === '' ? texts.top.device : warning}>
      <span className={styles.device}>
        <span className={light} />
        {device
          ? `${device.provider.toUpperCase()}${device.precision === 'float16' ? ' FP16' : ''} · ${device.name}`
          : texts.top.deviceUnknown}
      </span>
    </Hint>
  );
}
