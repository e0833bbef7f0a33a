import type { ReactNode } from 'react';
import type { ModelLibraryView } from '../../../electron/contract/models/modelLibrary.ts';
import { IconButton } from '../../ui/controls/IconButton.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { useStudio } from '../hooks.ts';
import styles from './lists.module.css';
import { shortPlace } from './shortPlace.ts';

const text = texts.models;

/** The folders that are looked through; those the user added can be taken away. */
export function FolderList({ view }: { view: ModelLibraryView }): ReactNode {
  const { client, messages } = useStudio();
  return (
    <>
      <p className={styles.lead}>{text.foldersLead}</p>
      <ul className={styles.list}>
        {view.folders.map(({ id: folderId, path, owner, added }) => (
          <li key={folderId} className={styles.row} data-testid="model-folder">
            <div className={styles.text}>
              <span className={styles.name}>{shortPlace(path, view.home)}</span>
              <span className={styles.facts}>{added ? text.you : owner}</span>
            </div>
            <div className={styles.end}>
              {added ? (
                <IconButton
                  icon="close"
                  label={text.removeFolder}
                  onClick={() => void messages.attempt(() => client.call('models.removeFolder', { folderId }))}
                />
              ) : null}
            </div>
          </li>
        ))}
      </ul>
      {view.folders.length === 0 ? <p className={styles.more}>{text.noFolders}</p> : null}
    </>
  );
}
