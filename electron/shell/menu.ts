import type { MenuItemConstructorOptions } from 'electron';

/** The native menu; its commands go to the page, which already has them all. */
export function menuTemplate(command: (name: string) => void, platform: NodeJS.Platform): MenuItemConstructorOptions[] {
  const item = (label: string, name: string, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    click: () => command(name),
    ...(accelerator ? { accelerator } : {}),
  });
  const project: MenuItemConstructorOptions = {
    label: 'Project',
    submenu: [
      item('All Projects', 'projects', 'CmdOrCtrl+O'),
      item('Models…', 'models'),
      item('Save a Copy as…', 'save-as', 'CmdOrCtrl+Shift+S'),
      item('Pack to One File', 'pack'),
      { type: 'separator' },
      item('Export…', 'export', 'CmdOrCtrl+E'),
      { type: 'separator' },
      platform === 'darwin' ? { role: 'close' } : { role: 'quit' },
    ],
  };
  const view: MenuItemConstructorOptions = {
    label: 'View',
    submenu: [{ role: 'togglefullscreen' }, { role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }],
  };
  const help: MenuItemConstructorOptions = {
    role: 'help',
    submenu: [item('Keyboard Shortcuts', 'shortcuts'), item('About MagDiff Studio', 'about')],
  };
  const edit: MenuItemConstructorOptions = { role: 'editMenu' };
  return [...(platform === 'darwin' ? [{ role: 'appMenu' as const }] : []), project, edit, view, help];
}
