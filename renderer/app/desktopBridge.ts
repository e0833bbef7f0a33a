/** What the desktop shell adds to a browser's abilities. Everything works without it. */
export interface DesktopBridge {
  /** Asks for a folder; answers a word that the server takes once, or null when the dialog was closed. */
  chooseFolder(): Promise<string | null>;
  /** A word for the folder in which a dropped file lies; null where that cannot be known. */
  folderOf(file: File): Promise<string | null>;
  /** Calls back with commands of the native menu, and `open-granted` with a grant for a folder that the system asked to open. */
  onCommand(listener: (command: string, value?: string) => void): void;
}

declare global {
  interface Window {
    desktop?: DesktopBridge;
  }
}

/** The bridge, where the page runs in the desktop shell. */
export const desktopBridge: DesktopBridge | undefined = window.desktop;
