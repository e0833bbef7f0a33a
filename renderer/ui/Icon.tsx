import type { ReactNode } from 'react';
import styles from './Icon.module.css';

const paths = {
  undo: 'M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3',
  redo: 'm15 14 5-5-5-5M20 9H10a6 6 0 0 0 0 12h3',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2v2M12 20v2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M2 12h2M20 12h2M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4',
  keyboard: 'M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M18 10h.01M8 14h8',
  down: 'm6 9 6 6 6-6',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  close: 'M6 6l12 12M18 6 6 18',
  trash: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  brush:
    'M18.4 3.6a2 2 0 0 1 2 2c0 1-6 8.4-8.4 10.4l-3-3C11 10.600 17.400 3.600 18.400 3.600ZM8 14c-2.500 0-3.500 1.800-3.500 4 0 1.200-1 2-2 2 1 1 2.600 1.500 4 1.500 2.500 0 4.500-2 4.500-4.500',
  eraser: 'm7 20-4-4a1.500 1.500 0 0 1 0-2L13 4a1.500 1.500 0 0 1 2 0l5 5a1.500 1.500 0 0 1 0 2l-9 9ZM20 20H7M9 8l7 7',
  lasso:
    'M7 17c-3-1-4.500-3-4.500-5.500C2.500 7 7 4 12 4s9.500 3 9.500 7-4.500 7-9.500 7c-1 0-2-.1-3-.4M7 15a2 2 0 1 0 0 4 2 2 0 0 0 0-4ZM7 19c0 1.500-.5 2.500-2 3',
  rectangle: 'M4 6h16v12H4z',
  fill: 'm10 3 9 9-7 7a2 2 0 0 1-3 0l-5-5a2 2 0 0 1 0-3l7-7M4 13h14M20 16s2 2.500 2 4a2 2 0 0 1-4 0c0-1.500 2-4 2-4Z',
  wand: 'm4 20 11-11M14 6l1-3 1 3 3 1-3 1-1 3-1-3-3-1ZM19 14l.6 1.800 1.800.6-1.800.6L19 19l-.6-2-1.800-.6 1.800-.6Z',
  hand: 'M8 12V5a1.500 1.500 0 0 1 3 0v6M11 11V4a1.500 1.500 0 0 1 3 0v7M14 11V5.500a1.500 1.500 0 0 1 3 0V15c0 4-2.500 6.500-6 6.500-3 0-4.500-1.500-6-4l-2-4c-.5-1 .8-2.400 2-1.500L8 14',
  invert: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 3v18',
  all: 'M5 5h14v14H5zM9 9h6v6H9z',
  fit: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  first: 'M6 5v14M19 5 9 12l10 7Z',
  back: 'M15 5 7 12l8 7Z',
  forward: 'm9 5 8 7-8 7Z',
  last: 'M18 5v14M5 5l10 7-10 7Z',
  play: 'M7 4.500v15l12-7.500Z',
  pause: 'M8 5v14M16 5v14',
  markIn: 'M9 4H5v16h4M12 12h8M16 8l-4 4 4 4',
  markOut: 'M15 4h4v16h-4M12 12H4M8 8l4 4-4 4',
  loop: 'M17 2l4 4-4 4M3 11V9a3 3 0 0 1 3-3h15M7 22l-4-4 4-4M21 13v2a3 3 0 0 1-3 3H3',
  split: 'M12 3v18M4 8h4v8H4M20 8h-4v8h4',
  flag: 'M6 21V4M6 4h11l-2 4 2 4H6',
  magnet: 'M6 4v8a6 6 0 0 0 12 0V4M6 4h4v8a2 2 0 0 0 4 0V4h4M6 8h4M14 8h4',
  lock: 'M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3',
  unlock: 'M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 6.800-1.200',
  dice: 'M4 4h16v16H4zM8.500 8.500h.01M15.500 15.500h.01M12 12h.01M15.500 8.500h.01M8.500 15.500h.01',
  star: 'm12 3.500 2.600 5.400 5.900.8-4.300 4.100 1 5.900-5.200-2.800-5.200 2.800 1-5.900L3.500 9.700l5.900-.8Z',
  export: 'M12 15V4M8 8l4-4 4 4M5 15v4h14v-4',
  import: 'M12 4v11M8 11l4 4 4-4M5 16v4h14v-4',
  film: 'M4 5h16v14H4zM8 5v14M16 5v14M4 9.500h4M4 14.500h4M16 9.500h4M16 14.500h4',
  picture: 'M4 5h16v14H4zM8.500 8.500a1.500 1.500 0 1 0 0 3 1.500 1.500 0 0 0 0-3ZM20 15l-5-5-8 9',
  folder: 'M3 6h6l2 2h10v11H3z',
  sparkle: 'm12 3 2 6 6 2-6 2-2 6-2-6-6-2 6-2Z',
  compare: 'M12 3v18M5 6h4v12H5zM15 6h4v12h-4z',
  eye: 'M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12ZM12 9.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5Z',
  follow: 'M13 12a4 4 0 1 0 8 0 4 4 0 0 0-8 0ZM4 7h6M2 12h7M4 17h6',
  doubt: 'M12 4 21 20H3ZM12 10v4M12 17h.01',
  lane: 'M3 17h4l5-9h4l5 5M10 8h4v0M5 15v4M19 11v4',
  heat: 'M12 3c1 4 5 5.500 5 10a5 5 0 0 1-10 0c0-2 1-3 2-4 0 2 1 3 2 3 0-4-1-6 1-9Z',
  grid: 'M4 4h16v16H4zM4 9.300h16M4 14.700h16M9.300 4v16M14.700 4v16',
  sound: 'M4 9.500h3.500L12 5.500v13L7.500 14.500H4ZM15.500 9a4 4 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11',
  silent: 'M4 9.500h3.500L12 5.500v13L7.500 14.500H4ZM16 9.500l5 5M21 9.500l-5 5',
  text: 'M5 6V4h14v2M12 4v16M9 20h6',
  sliders: 'M5 4v6M5 14v6M12 4v3M12 11v9M19 4v9M19 17v3M2.500 10h5v4h-5ZM9.500 7h5v4h-5ZM16.500 13h5v4h-5Z',
  ripple: 'M4 5v14M20 5v14M16 12H8M11 9l-3 3 3 3',
  speed: 'M4 17a8.500 8.500 0 1 1 16 0M12 16l4-6',
  hidden:
    'M4 4l16 16M9.500 5.900A10 10 0 0 1 12 5.500c6 0 9.500 6.500 9.500 6.500a17 17 0 0 1-2.700 3.400M6 7.500A17 17 0 0 0 2.500 12S6 18.500 12 18.500c1.500 0 2.900-.4 4.100-1',
  cross: 'M3 6h18v12H3ZM3 6l18 12M21 6 3 18',
  retry: 'M20 11a8 8 0 1 0-2.300 6.300M20 4v7h-7',
} as const;

/** Name of a drawing of the studio's own icon set. */
export type IconName = keyof typeof paths;

/** A line icon in the text's colour; decoration only, the control around it carries the name. */
export function Icon({ name }: { name: IconName }): ReactNode {
  return (
    <svg className={styles.icon} viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
