import { type ReactNode, useCallback, useEffect, useState } from 'react';
import type { MethodOutput } from '../../../electron/contract/methods.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Modal, ModalActions } from '../../ui/surfaces/Modal.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { useStudio } from '../hooks.ts';
import styles from './lists.module.css';

const text = texts.models.browser;

/** Chooses a folder of the machine that the studio runs on, where there is no desktop dialog; `onChosen` is given the word for it. */
export function FolderBrowser({
  onChosen,
  onClose,
}: {
  onChosen: (grant: string) => void;
  onClose: () => void;
}): ReactNode {
  const { client, messages } = useStudio();
  const [shown, setShown] = useState<MethodOutput<'folders.browse'> | null>(null);
  const go = useCallback(
    (grant: string | null) =>
      messages.attempt(async () => {
        try {
          setShown(await client.call('folders.browse', { grant }));
        } catch (error) {
          // Each word works once: after a folder that cannot be read one begins again.
          setShown(await client.call('folders.browse', { grant: null }));
          throw error;
        }
      }),
    [client, messages],
  );
  useEffect(() => void go(null), [go]);
  const chosen = shown?.grant ?? null;
  return (
    <Modal title={text.title} onClose={onClose}>
      <div className={styles.path}>
        <Button disabled={shown === null || shown.path === ''} onClick={() => void go(shown?.parent ?? null)}>
          <Icon name="undo" />
          {shown?.parent === null && shown.path !== '' ? text.begin : text.up}
        </Button>
        <span className={styles.name}>{shown?.path || text.begin}</span>
      </div>
      <div className={styles.folders}>
        {shown?.folders.map(({ name, grant }) => (
          <button key={name} type="button" className={styles.folder} onClick={() => void go(grant)}>
            <Icon name="folder" />
            {name}
          </button>
        ))}
        {shown?.folders.length === 0 ? <p className={styles.more}>{text.none}</p> : null}
      </div>
      <ModalActions>
        <Button onClick={onClose}>{texts.dialog.cancel}</Button>
        <Button primary disabled={chosen === null} onClick={() => (chosen === null ? undefined : onChosen(chosen))}>
          {text.add}
        </Button>
      </ModalActions>
    </Modal>
  );
}
