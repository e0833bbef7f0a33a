import type { ReactNode } from 'react';
import { differencesOf } from '../../editor/settingsDifference.ts';
import { useDocument } from '../../project/hooks.ts';
import { Modal } from '../../ui/surfaces/Modal.tsx';
import { texts } from '../../ui/texts/texts.ts';
import styles from './CompareSheet.module.css';

/** What was different in the making of the two takes that are compared. */
export function CompareSheet({ onClose }: { onClose: () => void }): ReactNode {
  const first = useDocument((document) => document.get('take', document.get('view', 'view')?.takeId));
  const second = useDocument((document) => document.get('take', document.get('view', 'view')?.compareTakeId));
  if (!first || !second) return null;
  const differences = differencesOf(first.recipe, second.recipe);
  return (
    <Modal title={texts.takes.compareTitle(first.name, second.name)} wide onClose={onClose}>
      {differences.length === 0 ? (
        <p>{texts.takes.same}</p>
      ) : (
        <table className={styles.recipe}>
          <thead>
            <tr>
              <th scope="col">{texts.takes.setting}</th>
              <th scope="col">{first.name}</th>
              <th scope="col">{second.name}</th>
            </tr>
          </thead>
          <tbody>
            {differences.map((difference) => (
              <tr key={difference.path}>
                <th scope="row">{difference.path.replace(/^settings\./, '').replaceAll('.', ' › ')}</th>
                <td>{difference.first}</td>
                <td>{difference.second}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Modal>
  );
}
