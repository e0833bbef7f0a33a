/** The bridge: the little a page may ask of the desktop. Runs sandboxed, before the page. */
import { contextBridge, ipcRenderer } from 'electron';

contextBridge.exposeInMainWorld('desktop', {
  chooseFolder: (): Promise<string | null> => ipcRenderer.invoke('desktop:chooseFolder'),
  onCommand: (listener: (command: string, value?: string) => void): void => {
    ipcRenderer.on('desktop:command', (_event, name: unknown, value: unknown) => {
      if (typeof name === 'string') listener(name, typeof value === 'string' ? value : undefined);
    });
  },
});
