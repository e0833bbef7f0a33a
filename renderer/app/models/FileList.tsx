import { type ReactNode, useState } from 'react';
import type { FoundFileView, ModelLibraryView } from '../../../electron/contract/models/modelLibrary.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Hint } from '../../ui/controls/Hint.tsx';
import { IconButton } from '../../ui/controls/IconButton.tsx';
import { TextInput } from '../../ui/fields/TextInput.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { useStudio } from '../hooks.ts';
import { byteText } from './byteText.ts';
import styles from './lists.module.css';
import { shortPlace } from './shortPlace.ts';

const text = texts.models;

/** Rows drawn at most; the others are found by typing. */
const mostRows = 200;

const byName = new Intl.Collator('en', { numeric: true });

/** Every file that was found, in one sentence each. */
export function FileList({ view }: { view: ModelLibraryView }): ReactNode {
  const [wanted, setWanted] = useState('');
  const [onlyUsable, setOnlyUsable] = useState(false);
  const [withRemoved, setWithRemoved] = useState(false);
  const removed = view.files.filter((file) => file.removed).length;
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ name, what, place }: FoundFileView): boolean =>
    words.every((word) => `${name} ${what} ${place}`.toLowerCase().includes(word));
  const files = view.files
    .filter((file) => (withRemoved || !file.removed) && (!onlyUsable || file.usable) && fits(file))
    .sort((a, b) => Number(b.usable) - Number(a.usable) || byName.compare(a.name, b.name));
  return (
    <>
      <div className={styles.tools}>
        <TextInput aria-label={text.search} placeholder={text.search} value={wanted} onValue={setWanted} />
        <label>
          <input type="checkbox" checked={onlyUsable} onChange={(event) => setOnlyUsable(event.target.checked)} />
          {text.onlyUsable}
        </label>
        {removed > 0 ? (
          <label>
            <input type="checkbox" checked={withRemoved} onChange={(event) => setWithRemoved(event.target.checked)} />
            {text.showRemoved(removed)}
          </label>
        ) : null}
      </div>
      <ul className={styles.list}>
        {files.slice(0, mostRows).map((file) => (
          <FileRow key={file.id} file={file} home={view.home} />
        ))}
      </ul>
      {files.length > mostRows ? <p className={styles.more}>{text.andMore(files.length - mostRows)}</p> : null}
      {files.length === 0 && !view.scanning ? (
        <p className={styles.more}>{view.files.length === 0 ? text.noFiles : text.noMatch}</p>
      ) : null}
    </>
  );
}

function FileRow({ file, home }: { file: FoundFileView; home: string }): ReactNode {
  const studio = useStudio();
  const { id, name, place, what, needs, usable, licence, removed, check, sizeBytes } = file;
  const isReading = check?.state === 'running';
  return (
    <li className={usable && !removed ? styles.row : `${styles.row} ${styles.faint}`} data-testid="model-file">
      <div className={styles.text}>
        <span className={styles.name}>{name}</span>
        <span className={styles.what}>
          {what.charAt(0).toUpperCase() + what.slice(1)}.{needs ? ` ${needs}` : ''}
        </span>
        <span className={styles.facts}>
          <span>{shortPlace(place, home)}</span>
          {licence ? <span>{text.licence(licence)}</span> : null}
          {check?.state === 'whole' ? <span className={styles.good}>{text.whole(check.autoV2)}</span> : null}
          {check?.state === 'broken' ? <span className={styles.bad}>{check.why}</span> : null}
        </span>
        {check?.state === 'whole' ? (
          <span className={styles.facts}>
            <span className={styles.mono}>{text.sha256(check.sha256)}</span>
          </span>
        ) : null}
      </div>
      <div className={styles.end}>
        <span className={styles.size}>{byteText(sizeBytes)}</span>
        <Hint text={text.verifyHint}>
          <Button
            quiet
            disabled={isReading}
            onClick={() => void studio.messages.attempt(() => studio.client.call('models.check', { fileId: id }))}
          >
            {isReading ? text.verifying : text.verify}
          </Button>
        </Hint>
        <IconButton
          icon={removed ? 'plus' : 'close'}
          label={removed ? text.putOn : text.takeOff}
          onClick={() =>
            void studio.messages.attempt(() => studio.client.call('models.listFile', { fileId: id, listed: removed }))
          }
        />
      </div>
    </li>
  );
}
