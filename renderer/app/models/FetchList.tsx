import type { ReactNode } from 'react';
import type { FetchEntryView, ModelLibraryView } from '../../../electron/contract/models/modelLibrary.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Progress } from '../../ui/controls/Progress.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { useStudio } from '../hooks.ts';
import { byteText } from './byteText.ts';
import styles from './lists.module.css';
import { shortPlace } from './shortPlace.ts';

const text = texts.models;

/** What can be fetched: everything about it is shown before, and nothing is fetched without a click. */
export function FetchList({ view }: { view: ModelLibraryView }): ReactNode {
  const group = (kind: FetchEntryView['kind'], title: string): ReactNode => (
    <>
      <h3 className={styles.title}>{title}</h3>
      <ul className={styles.list}>
        {view.entries
          .filter((entry) => entry.kind === kind)
          .map((entry) => (
            <FetchRow key={entry.id} entry={entry} />
          ))}
      </ul>
    </>
  );
  return (
    <>
      <p className={styles.lead}>{text.fetchLead(shortPlace(view.fetchedFolder, view.home))}</p>
      {group('part', text.parts)}
      {view.entries.some(({ kind }) => kind === 'helper') ? group('helper', text.helpers) : null}
    </>
  );
}

function FetchRow({ entry }: { entry: FetchEntryView }): ReactNode {
  const { name, needs, licence, licenceUrl, files, sizeBytes, doneBytes, state, error } = entry;
  const hosts = [...new Set(files.map(({ url }) => new URL(url).host))];
  const isRunning = state === 'fetching' || state === 'checking';
  return (
    <li className={styles.row} data-testid="fetch-entry">
      <div className={styles.text}>
        <span className={styles.name}>{name}</span>
        <span className={styles.what}>{text.needs(needs)}</span>
        <span className={styles.facts}>
          <a href={licenceUrl} target="_blank" rel="noreferrer">
            {licence}
          </a>
          <span>{files.map((file) => file.name).join(', ')}</span>
          <span>{text.from(hosts.join(', '))}</span>
        </span>
        {error ? (
          <span className={styles.bad}>
            {error.message} {error.hint}
          </span>
        ) : null}
      </div>
      <div className={styles.end}>
        <span className={styles.size}>
          {isRunning || state === 'partly'
            ? text.ofBytes(byteText(doneBytes), byteText(sizeBytes))
            : byteText(sizeBytes)}
        </span>
        <FetchButton entry={entry} />
      </div>
      {isRunning || state === 'partly' ? (
        <div className={styles.bar}>
          <Progress
            label={state === 'checking' ? text.checking : name}
            share={sizeBytes > 0 ? Math.min(1, doneBytes / sizeBytes) : undefined}
          />
        </div>
      ) : null}
    </li>
  );
}

function FetchButton({ entry: { id: entryId, state } }: { entry: FetchEntryView }): ReactNode {
  const { client, messages } = useStudio();
  const begin = (): void => void messages.attempt(() => client.call('models.fetch', { entryId }));
  if (state === 'here')
    return (
      <Button disabled>
        <Icon name="fit" />
        {text.here}
      </Button>
    );
  if (state === 'checking') return <Button disabled>{text.checking}</Button>;
  if (state === 'fetching')
    return (
      <Button onClick={() => void messages.attempt(() => client.call('models.stopFetch', { entryId }))}>
        {text.stop}
      </Button>
    );
  return (
    <Button primary={state === 'partly'} onClick={begin}>
      <Icon name="import" />
      {state === 'partly' || state === 'failed' ? text.goOn : text.fetch}
    </Button>
  );
}
