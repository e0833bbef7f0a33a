import { type ReactNode, useEffect, useId, useState, useSyncExternalStore } from 'react';
import { type AblationView, ablatedTakes, mostAblated } from '../../electron/contract/grid/ablations.ts';
import { isFinal } from '../../electron/contract/jobs.ts';
import { download } from '../client/download.ts';
import { shownSetup } from '../editor/setups.ts';
import { useDocument, useProject, useProjectState, useSession } from '../project/hooks.ts';
import { Button } from '../ui/controls/Button.tsx';
import { BareIconButton } from '../ui/controls/IconButton.tsx';
import { Progress } from '../ui/controls/Progress.tsx';
import { Field, HintText } from '../ui/fields/Field.tsx';
import { TextArea } from '../ui/fields/TextInput.tsx';
import { texts } from '../ui/texts/texts.ts';
import styles from './Ablation.module.css';
import { timeText } from './GridForm.tsx';

const text = texts.ablation;

/** Makes the paper's table for the inspector's model over some subjects and sentences, and lists the reports there are. */
export function AblationMaker(): ReactNode {
  const { ablations, takes, messages } = useProject();
  const { ablations: made } = useSyncExternalStore(ablations.state.subscribe, () => ablations.state.state);
  const prompt = useDocument((document) => shownSetup(document)?.settings.prompt ?? '');
  const writer = useSession((session) => session.writer);
  const estimate = useProjectState((state) => state.estimate);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [sentences, setSentences] = useState(prompt);
  const sentencesId = useId();
  useEffect(() => void messages.attempt(() => ablations.read()), [ablations, messages]);
  const subjects = ablations.subjects();
  const chosen = subjects.filter(({ sourceId }) => !left.has(sourceId));
  const prompts = sentences
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const reason = whyNot(takes.request(), { subjects: subjects.length, chosen: chosen.length, prompts: prompts.length });
  const count = ablatedTakes(chosen.length, prompts.length);
  const minutes = estimate && 'seconds' in estimate ? (estimate.seconds * count) / 60 : undefined;
  const choose = (sourceId: string, isChosen: boolean): void => {
    const next = new Set(left);
    if (isChosen) next.delete(sourceId);
    else next.add(sourceId);
    setLeft(next);
  };
  return (
    <section className={styles.maker} aria-label={text.title}>
      <h3 className={styles.title}>{text.title}</h3>
      <p className={styles.about}>{text.about}</p>
      {subjects.length > 0 ? (
        <div className={styles.sides}>
          <fieldset className={styles.subjects}>
            <legend>{text.subjects}</legend>
            {subjects.map(({ sourceId, name }) => (
              <label key={sourceId} className={styles.subject}>
                <input
                  type="checkbox"
                  checked={!left.has(sourceId)}
                  onChange={(event) => choose(sourceId, event.target.checked)}
                />
                <span>{name}</span>
              </label>
            ))}
          </fieldset>
          <Field>
            <label htmlFor={sentencesId}>{text.sentences}</label>
            <TextArea
              id={sentencesId}
              rows={3}
              value={sentences}
              spellCheck={false}
              onChange={(event) => setSentences(event.target.value)}
            />
          </Field>
        </div>
      ) : null}
      <div className={styles.start}>
        <HintText warn={reason !== undefined} role="status">
          {reason ?? (minutes === undefined ? text.takes(count) : text.time(count, timeText(minutes)))}
        </HintText>
        <Button
          disabled={reason !== undefined || !writer}
          onClick={() => void messages.attempt(() => ablations.start(chosen, prompts))}
        >
          {text.make}
        </Button>
      </div>
      {made.length > 0 ? (
        <ul className={styles.reports} aria-label={text.reports}>
          {made.toReversed().map((ablation) => (
            <ReportLine key={ablation.id} ablation={ablation} />
          ))}
        </ul>
      ) : null}
    </section>
  );
}

/** Why no report can be made, if none can. */
function whyNot(request: unknown, counts: { subjects: number; chosen: number; prompts: number }): string | undefined {
  if (counts.subjects === 0) return text.noSubjects;
  if (typeof request === 'string') return request;
  if (counts.chosen === 0) return text.needSubject;
  if (counts.chosen > mostAblated.subjects) return text.tooMany(mostAblated.subjects);
  if (counts.prompts === 0) return text.needSentence;
  return counts.prompts > mostAblated.prompts ? text.tooManySentences(mostAblated.prompts) : undefined;
}

/** A report: how far it is, and what can be done with it. */
function ReportLine({ ablation }: { ablation: AblationView }): ReactNode {
  const { ablations, takes, messages } = useProject();
  const writer = useSession((session) => session.writer);
  const { id, label, createdAt, state, error, made, total, page } = ablation;
  const time = new Date(createdAt).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  const isRunning = !isFinal(state);
  const failure = state === 'failed' || state === 'canceled' ? texts.jobs.states[state] : '';
  const told = [failure, error?.message ?? '', state === 'done' ? '' : text.made(made, total)];
  return (
    <li className={styles.report} data-testid="ablation" data-state={state}>
      <span className={styles.name}>
        {label} · {time}
        <HintText warn={error !== null}>{told.filter((part) => part !== '').join(' · ')}</HintText>
      </span>
      {isRunning ? <Progress label={text.made(made, total)} share={made / total} /> : null}
      {isRunning ? <Button onClick={() => void takes.job('cancel', id)}>{text.stop}</Button> : null}
      {failure === '' ? null : (
        <Button disabled={!writer} onClick={() => void takes.job('retry', id)}>
          {text.goOn}
        </Button>
      )}
      {page ? (
        <>
          <Button primary aria-label={text.open(label)} onClick={() => ablations.state.set({ shownId: id })}>
            {text.openShort}
          </Button>
          <Button onClick={() => download(page.url, page.name)}>{text.save}</Button>
        </>
      ) : null}
      <BareIconButton
        icon="trash"
        label={text.remove(label)}
        disabled={!writer}
        onClick={() => void messages.attempt(() => ablations.remove(id))}
      />
    </li>
  );
}
