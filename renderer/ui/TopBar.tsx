import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { Hint, IconButton } from './controls.tsx';
import { useApp, useDocument, useHistoryVersion, useSession, useStudio } from './hooks.ts';
import { Icon } from './Icon.tsx';
import { texts } from './texts.ts';

/** The project's menu, undo and redo, the device, and export. */
export function TopBar(): ReactNode {
  const studio = useStudio();
  const { editor } = studio;
  useHistoryVersion();
  const writer = useSession((session) => session.writer);
  const hasTake = useDocument((document) => document.get('take', document.get('view', 'view')?.takeId) !== undefined);
  const { undoLabel, redoLabel } = editor.history;
  return (
    <header className="topBar">
      <h1 className="visuallyHidden">{texts.appName}</h1>
      <span className="brand">
        <img src="/icon.svg" alt="" />
      </span>
      <ProjectMenu />
      <IconButton
        icon="undo"
        label={texts.top.undo(undoLabel)}
        keys="Ctrl Z"
        onClick={() => editor.undo()}
        disabled={!writer || !undoLabel}
      />
      <IconButton
        icon="redo"
        label={texts.top.redo(redoLabel)}
        keys="Ctrl Shift Z"
        onClick={() => editor.redo()}
        disabled={!writer || !redoLabel}
      />
      <SaveState />
      <span className="grow" />
      <Device />
      <IconButton icon="sun" label={texts.top.theme} onClick={toggleTheme} />
      <IconButton
        icon="keyboard"
        label={texts.top.shortcuts}
        keys="?"
        onClick={() => studio.app.set({ dialog: 'shortcuts' })}
      />
      <Hint text={hasTake ? texts.export.title : texts.top.exportNeedsTake}>
        <button
          type="button"
          className="button"
          aria-disabled={!hasTake}
          onClick={() => (hasTake ? studio.app.set({ dialog: 'export' }) : studio.notify(texts.top.exportNeedsTake))}
        >
          <Icon name="export" />
          {texts.top.export}
        </button>
      </Hint>
    </header>
  );
}

function ProjectMenu(): ReactNode {
  const studio = useStudio();
  const project = useDocument((document) => document.get('project', 'project'));
  const items = [
    [texts.file.new, 'folder', () => studio.showStart()],
    [texts.file.rename, 'brush', async () => studio.app.set({ dialog: 'rename' })],
    [texts.file.saveAs, 'plus', async () => studio.app.set({ dialog: 'saveAs' })],
    [texts.file.pack, 'import', () => studio.pack()],
  ] as const;
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="button quiet" aria-label={`${texts.file.menu}: ${project?.name ?? ''}`}>
        <strong>{project?.name}</strong>
        <Icon name="down" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="start" sideOffset={4}>
          {items.map(([label, icon, action]) => (
            <DropdownMenu.Item key={label} className="menuItem" onSelect={() => void studio.attempt(action)}>
              <Icon name={icon} />
              {label}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function SaveState(): ReactNode {
  const state = useSession((session) => session.saveState);
  const connected = useSession((session) => session.connected);
  const shown = connected ? texts.save[state] : texts.save.offline;
  return (
    <span className={connected && state !== 'failed' ? 'saveState' : 'saveState failed'} role="status">
      {shown}
    </span>
  );
}

function Device(): ReactNode {
  const device = useApp((app) => app.device);
  const warning = device?.warnings.join(' ') ?? '';
  return (
    <Hint text={warning === '' ? texts.top.device : warning}>
      <span className="device">
        <span className={device ? (warning === '' ? 'dot' : 'dot warn') : 'dot off'} />
        {device ? `${device.provider.toUpperCase()} · ${device.name}` : texts.top.deviceUnknown}
      </span>
    </Hint>
  );
}

/** Switches between dark and light and remembers it. */
export function toggleTheme(): void {
  const theme = document.documentElement.dataset.theme === 'light' ? 'dark' : 'light';
  document.documentElement.dataset.theme = theme;
  localStorage.setItem('magdiff-theme', theme);
}
