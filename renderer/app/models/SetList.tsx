import { type ReactNode, useSyncExternalStore } from 'react';
import type { ModelLibraryView, ModelSetView } from '../../../electron/contract/models/modelLibrary.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Hint } from '../../ui/controls/Hint.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { useStudio, useStudioState } from '../hooks.ts';
import { byteText } from './byteText.ts';
import styles from './lists.module.css';

const text = texts.models;

/** The sets that are kept, and those that could be made of what was found. */
export function SetList({ view }: { view: ModelLibraryView }): ReactNode {
  const kept = view.sets.filter(({ modelId }) => modelId !== null);
  const proposed = view.sets.filter(({ modelId }) => modelId === null);
  return (
    <>
      <p className={styles.lead}>{text.setsLead}</p>
      <SetGroup title={text.kept} sets={kept} />
      <SetGroup title={text.proposed} sets={proposed} />
      {view.sets.length === 0 && !view.scanning ? <p className={styles.more}>{text.noSets}</p> : null}
    </>
  );
}

function SetGroup({ title, sets }: { title: string; sets: readonly ModelSetView[] }): ReactNode {
  if (sets.length === 0) return null;
  return (
    <>
      <h3 className={styles.title}>{title}</h3>
      <ul className={styles.list}>
        {sets.map((set) => (
          <SetRow key={set.id} set={set} />
        ))}
      </ul>
    </>
  );
}

function SetRow({ set }: { set: ModelSetView }): ReactNode {
  const isWhole = set.parts.every(({ isThere }) => isThere);
  return (
    <li className={styles.row} data-testid="model-set">
      <div className={styles.text}>
        <span className={styles.name}>{set.name}</span>
        <span className={styles.parts}>
          {set.parts.map(({ role, name, isThere }) => (
            <span key={`${role} ${name}`} className={isThere ? styles.part : `${styles.part} ${styles.warn}`}>
              {role} <b>{name}</b>
              {isThere ? null : ` ${text.gone}`}
            </span>
          ))}
        </span>
        {set.lacks.map((part) => (
          <MissingPart key={part.what} label={text.lacks} part={part} isNeeded />
        ))}
        {set.wishes.map((part) => (
          <MissingPart key={part.what} label={text.wishes} part={part} />
        ))}
      </div>
      <div className={styles.end}>
        {set.modelId === null ? <Proposal set={set} /> : <Kept modelId={set.modelId} isWhole={isWhole} />}
      </div>
    </li>
  );
}

function MissingPart({
  label,
  part,
  isNeeded = false,
}: {
  label: string;
  part: ModelSetView['lacks'][number];
  isNeeded?: boolean;
}): ReactNode {
  return (
    <span className={styles.facts}>
      <span className={isNeeded ? styles.warn : undefined}>
        {label} {part.what}
      </span>
      <span>{byteText(part.sizeBytes)}</span>
      <span>{part.licence}</span>
      <a href={part.link} target="_blank" rel="noreferrer">
        {part.link.replace('https://', '')}
      </a>
    </span>
  );
}

function Proposal({ set }: { set: ModelSetView }): ReactNode {
  const studio = useStudio();
  const isOpen = useStudioState(({ project }) => project !== null);
  const keep = (isUsed: boolean) => () =>
    void studio.messages.attempt(async () => {
      const modelId = await studio.keepSet(set.id);
      if (isUsed) studio.chooseModel(modelId);
    });
  const canRun = set.lacks.length === 0;
  return (
    <>
      <Button quiet={isOpen} disabled={!canRun} onClick={keep(false)}>
        {text.keep}
      </Button>
      {isOpen ? (
        <Button primary disabled={!canRun} onClick={keep(true)}>
          {text.use}
        </Button>
      ) : null}
    </>
  );
}

function Kept({ modelId, isWhole }: { modelId: string; isWhole: boolean }): ReactNode {
  const studio = useStudio();
  const project = useStudioState((state) => state.project);
  const isUsed = useSyncExternalStore(
    (listener) => project?.editor.document.subscribe(listener) ?? (() => undefined),
    () => project?.model?.id === modelId,
  );
  return (
    <>
      <Hint text={text.dropHint}>
        <Button quiet onClick={() => void studio.messages.attempt(() => studio.dropSet(modelId))}>
          {text.drop}
        </Button>
      </Hint>
      {project ? (
        <Button primary={!isUsed} disabled={!isWhole || isUsed} onClick={() => studio.chooseModel(modelId)}>
          {isUsed ? text.used : text.use}
        </Button>
      ) : null}
    </>
  );
}
