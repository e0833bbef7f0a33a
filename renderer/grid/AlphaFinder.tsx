import { type ReactNode, useEffect, useState, useSyncExternalStore } from 'react';
import type { AlphaPoint, AlphaSearchView, ScoreWeights } from '../../electron/contract/grid/alphaSearches.ts';
import { isFinal } from '../../electron/contract/jobs.ts';
import { measureTitles } from '../../electron/contract/measures/measures.ts';
import { useProject, useSession } from '../project/hooks.ts';
import { Button } from '../ui/controls/Button.tsx';
import { Progress } from '../ui/controls/Progress.tsx';
import { HintText } from '../ui/fields/Field.tsx';
import { NumberField } from '../ui/fields/NumberField.tsx';
import { texts } from '../ui/texts/texts.ts';
import styles from './AlphaFinder.module.css';
import { AlphaPath } from './AlphaPath.tsx';

const text = texts.findAlpha;

/** Figures that can be weighed. */
const weighed = ['textAlignment', 'subjectFidelity', 'frameConsistency', 'flicker', 'drift'] as const;

/** Searches for the two α that bring the best figures, shows the way, and says how surely they beat the learned ones. */
export function AlphaFinder(): ReactNode {
  const { alphaSearch, takes, messages } = useProject();
  const { search } = useSyncExternalStore(alphaSearch.state.subscribe, () => alphaSearch.state.state);
  const writer = useSession((session) => session.writer);
  const [weights, setWeights] = useState<ScoreWeights>({
    ...{ textAlignment: 1, subjectFidelity: 1, frameConsistency: 0, flicker: 0, drift: 0 },
  });
  useEffect(() => void messages.attempt(() => alphaSearch.read()), [alphaSearch, messages]);
  const isRunning = search !== null && !isFinal(search.state);
  const request = takes.request();
  return (
    <section className={styles.finder} aria-label={text.title}>
      <h3 className={styles.title}>{text.title}</h3>
      <p className={styles.about}>{text.about}</p>
      <div className={styles.weights}>
        {weighed.map((name) => (
          <span key={name} className={styles.weight}>
            {measureTitles[name].title}
            <NumberField
              label={text.weight(measureTitles[name].title)}
              value={weights[name]}
              min={0}
              max={10}
              step={0.5}
              onValue={(value) => setWeights((old) => ({ ...old, [name]: value }))}
            />
          </span>
        ))}
        {isRunning && search ? (
          <Button onClick={() => void takes.job('cancel', search.id)}>{text.stop}</Button>
        ) : (
          <>
            {search && search.state !== 'done' ? (
              <Button disabled={!writer} onClick={() => void messages.attempt(() => alphaSearch.goOn())}>
                {text.goOn}
              </Button>
            ) : null}
            <Button
              disabled={!writer || typeof request === 'string'}
              onClick={() => void messages.attempt(() => alphaSearch.start(weights))}
            >
              {text.start}
            </Button>
          </>
        )}
      </div>
      {search && search.path.length > 0 ? <Outcome search={search} isRunning={isRunning} disabled={!writer} /> : null}
    </section>
  );
}

/** The way so far, and what it came to. */
function Outcome({
  search,
  isRunning,
  disabled,
}: {
  search: AlphaSearchView;
  isRunning: boolean;
  disabled: boolean;
}): ReactNode {
  const { alphaSearch } = useProject();
  const { path, best, verdict } = search;
  const signed = (value: number): string => `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(2)}`;
  return (
    <div className={styles.outcome}>
      <AlphaPath path={path} best={best} />
      <div className={styles.words} role="status" data-testid="alpha-state" data-state={search.state}>
        <strong>{best ? pointText(best) : ''}</strong>
        <HintText>{text.looked(path.length)}</HintText>
        {isRunning ? <Progress label={text.searching} share={undefined} /> : null}
        {verdict ? (
          <p>
            {verdict.isBetter
              ? text.better(signed(verdict.gain), verdict.standardError.toFixed(2), verdict.seeds)
              : text.notBetter(signed(verdict.gain), verdict.standardError.toFixed(2), verdict.seeds)}
          </p>
        ) : null}
        {search.error ? <HintText warn>{search.error.message}</HintText> : null}
        {best && !isRunning ? (
          <Button primary={verdict?.isBetter ?? false} disabled={disabled} onClick={() => alphaSearch.use(best)}>
            {text.use}
          </Button>
        ) : null}
      </div>
    </div>
  );
}

const pointText = ({ text: ofText, image, groups }: AlphaPoint): string =>
  text.point(
    ofText,
    image,
    Object.entries(groups)
      .map(([group, factor]) => `, ${group.replace('_blocks', '').replace('_block', '')} × ${factor}`)
      .join(''),
  );
