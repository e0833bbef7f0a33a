import type { ReactNode } from 'react';
import type { PreviewSheet } from '../../electron/contract/jobs.ts';
import styles from './GridPage.module.css';

/** One frame of a sheet of frames, as large as there is room; the last one where the sheet has fewer. */
export function SheetFrame({ sheet, frame }: { sheet: PreviewSheet; frame: number }): ReactNode {
  const { url, frameCount, frameWidth, frameHeight, columns } = sheet;
  const at = Math.min(frame, frameCount - 1);
  const rows = Math.ceil(frameCount / columns);
  const share = (index: number, count: number): string => (count <= 1 ? '0%' : `${(100 * index) / (count - 1)}%`);
  return (
    <span
      className={styles.frame}
      style={{
        aspectRatio: `${frameWidth} / ${frameHeight}`,
        backgroundImage: `url("${url}")`,
        backgroundSize: `${100 * columns}% ${100 * rows}%`,
        backgroundPosition: `${share(at % columns, columns)} ${share(Math.floor(at / columns), rows)}`,
      }}
    />
  );
}
