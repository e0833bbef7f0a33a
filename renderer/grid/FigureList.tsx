import type { ReactNode } from 'react';
import {
  type MeasuredTake,
  type MeasureName,
  measureNames,
  measureTitles,
  scoreText,
} from '../../electron/contract/measures/measures.ts';
import { HintText } from '../ui/fields/Field.tsx';
import { texts } from '../ui/texts/texts.ts';
import styles from './GridPage.module.css';

const text = texts.grid;

/** Every figure that was measured; who read it shows under the pointer, or beside it where `withReaders`. */
export function FigureList({
  measured: { scores, readers },
  isBest = () => false,
  withReaders = false,
}: {
  measured: MeasuredTake;
  isBest?: (name: MeasureName) => boolean;
  withReaders?: boolean;
}): ReactNode {
  const names = measureNames.filter((name) => (scores[name] ?? null) !== null);
  const reader = (name: MeasureName): string | undefined =>
    readers[name] ? text.readBy(readers[name].title) : undefined;
  return (
    <>
      {names.length > 0 ? (
        <dl className={styles.scores}>
          {names.map((name) => (
            <div key={name} className={styles.score} title={reader(name)}>
              <dt>
                {measureTitles[name].title}
                {withReaders && reader(name) ? <HintText> {reader(name)}</HintText> : null}
              </dt>
              <dd className={isBest(name) ? styles.best : undefined}>
                {isBest(name) ? `★ ` : ''}
                {scoreText(name, scores[name])} {measureTitles[name].unit}
              </dd>
            </div>
          ))}
        </dl>
      ) : null}
      {Object.values(readers).some(({ comparable }) => !comparable) ? <HintText>{text.notComparable}</HintText> : null}
    </>
  );
}
