/** The bridge: the little a page may ask of the desktop. Runs sandboxed, before the page. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';

type Listener = (command: string, value?: string) => void;

let listener: Listener | undefined;
/** Commands that came before the page listened: a file that the program was opened with, above all. */
const early: [string, string | undefined][] = [];

ipcRenderer.on('desktop:command', (_event, name: unknown, value: unknown) => {
  if (typeof name !== 'string') return;
  const given = typeof value === 'string' ? value : undefined;
  if (listener) listener(name, given);
  else early.push([name, given]);
});

contextBridge.exposeInMainWorld('desktop', {
  chooseFolder: (): Promise<string | null> => ipcRenderer.invoke('desktop:chooseFolder'),
  // The page cannot make up a file's place: only a file that was really dropped or chosen has one.
  folderOf: (file: File): Promise<string | null> =>
    ipcRenderer.invoke('desktop:folderOf', webUtils.getPathForFile(file)),
  onCommand: (wanted: Listener): void => {
    listener = wanted;
    for (const [name, value] of early.splice(0)) wanted(name, value);
  },
});
