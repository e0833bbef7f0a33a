import type { ReactNode } from 'react';
import { HintText } from '../../ui/fields/Field.tsx';
import { PanelTitle } from '../../ui/surfaces/Panel.tsx';
import { texts } from '../../ui/texts/texts.ts';
import styles from './HowItWorks.module.css';

const pictures: readonly ReactNode[] = [
  <g key="brush">
    <circle cx="80" cy="46" r="26" fill="#d6303a" />
    <circle cx="80" cy="46" r="29" fill="#4d9dff" opacity="0.5" />
    <path d="M80 75c6 10-6 16 0 26" stroke="#8a6f60" strokeWidth="2" fill="none" />
    <circle cx="103" cy="62" r="12" fill="none" stroke="#fff" strokeWidth="1.500" />
  </g>,
  <g key="say">
    <rect x="22" y="34" width="116" height="36" rx="6" fill="none" stroke="#8584f5" strokeWidth="1.500" />
    <rect x="32" y="45" width="62" height="4" rx="2" fill="#c9cbf9" />
    <rect x="32" y="56" width="40" height="4" rx="2" fill="#c9cbf9" />
    <rect x="78" y="52" width="1.500" height="12" fill="#fff" />
  </g>,
  <g key="balance">
    <rect x="26" y="38" width="108" height="4" rx="2" fill="#3d424c" />
    <rect x="26" y="38" width="74" height="4" rx="2" fill="#8584f5" />
    <circle cx="100" cy="40" r="7" fill="#fff" />
    <rect x="26" y="66" width="108" height="4" rx="2" fill="#3d424c" />
    <rect x="26" y="66" width="38" height="4" rx="2" fill="#8584f5" />
    <circle cx="64" cy="68" r="7" fill="#fff" />
  </g>,
];

/** What the studio is for, in three steps, while there is no project yet. */
export function HowItWorks(): ReactNode {
  return (
    <div className={styles.how}>
      <PanelTitle>{texts.start.how}</PanelTitle>
      <ol className={styles.steps}>
        {texts.start.steps.map(([title, what], index) => (
          <li key={title} className={styles.step}>
            <svg viewBox="0 0 160 106" aria-hidden="true">
              {pictures[index]}
            </svg>
            <strong>{title}</strong>
            <HintText>{what}</HintText>
          </li>
        ))}
      </ol>
    </div>
  );
}
