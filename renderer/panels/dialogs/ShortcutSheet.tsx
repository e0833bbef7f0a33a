import { Fragment, type ReactNode } from 'react';
import { Keys } from '../../ui/controls/Keys.tsx';
import { Modal } from '../../ui/surfaces/Modal.tsx';
import { texts } from '../../ui/texts/texts.ts';
import styles from './ShortcutSheet.module.css';

/** Every shortcut of the keyboard. */
export function ShortcutSheet({ onClose }: { onClose: () => void }): ReactNode {
  return (
    <Modal title={texts.shortcuts.title} wide onClose={onClose}>
      <div className={styles.sheet}>
        {texts.shortcuts.groups.map((group) => (
          <section key={group.title}>
            <h3>{group.title}</h3>
            <dl>
              {group.rows.map(([keys, what]) => (
                <Fragment key={keys}>
                  <dt>
                    <Keys>{keys}</Keys>
                  </dt>
                  <dd>{what}</dd>
                </Fragment>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
