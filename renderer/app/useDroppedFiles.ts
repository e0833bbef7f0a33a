import { useEffect } from 'react';
import type { Studio } from './studio.ts';

/** Takes files that are dropped anywhere and that nothing on the page has taken: a browser would open them in the studio's place. */
export function useDroppedFiles(studio: Studio): void {
  useEffect(() => {
    const onDragOver = (event: DragEvent): void => event.preventDefault();
    const onDrop = (event: DragEvent): void => {
      if (event.defaultPrevented) return;
      event.preventDefault();
      const files = [...(event.dataTransfer?.files ?? [])];
      const { project } = studio.state.state;
      void studio.messages.attempt(() => (project ?? studio).receiveFiles(files));
    };
    window.addEventListener('dragover', onDragOver);
    window.addEventListener('drop', onDrop);
    return () => {
      window.removeEventListener('dragover', onDragOver);
      window.removeEventListener('drop', onDrop);
    };
  }, [studio]);
}
