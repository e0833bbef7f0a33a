import type { ReactNode } from 'react';
import { PopoverPanel } from '../../ui/surfaces/PopoverPanel.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { nearestWords } from './nearestWords.ts';
import styles from './WordHelp.module.css';

/** Words helped at a time; more are named above. */
const mostHelped = 3;

/** What the model knows in the place of words it does not: the nearest to each, to be put in by a press, and the list of all. */
export function WordHelp({
  unknown,
  known,
  onReplace,
}: {
  unknown: readonly string[];
  known: ReadonlySet<string>;
  onReplace: (word: string, by: string) => void;
}): ReactNode {
  if (unknown.length === 0) return null;
  return (
    <span className={styles.row}>
      {unknown.slice(0, mostHelped).flatMap((word) =>
        nearestWords(word, known, 2).map((by) => (
          <button
            key={`${word} ${by}`}
            type="button"
            className={styles.word}
            aria-label={texts.inspector.replaceBy(word, by)}
            title={texts.inspector.replaceBy(word, by)}
            onClick={() => onReplace(word, by)}
          >
            {word} → {by}
          </button>
        )),
      )}
      <PopoverPanel
        label={texts.inspector.knownWords(known.size)}
        trigger={
          <button type="button" className={styles.word}>
            {texts.inspector.knownWords(known.size)}
          </button>
        }
      >
        <p className={styles.all}>
          {[...known]
            .filter((word) => /\p{L}/u.test(word))
            .sort()
            .join(' · ')}
        </p>
      </PopoverPanel>
    </span>
  );
}
