import { type ReactNode, useEffect, useSyncExternalStore } from 'react';
import { useProject } from '../project/hooks.ts';
import { Button } from '../ui/controls/Button.tsx';
import { Select } from '../ui/fields/SelectField.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Modal } from '../ui/surfaces/Modal.tsx';
import { texts } from '../ui/texts/texts.ts';
import { AblationMaker } from './AblationMaker.tsx';
import { AblationReport } from './AblationReport.tsx';
import { AlphaFinder } from './AlphaFinder.tsx';
import { GridForm } from './GridForm.tsx';
import styles from './GridPage.module.css';
import { GridTable } from './GridTable.tsx';

const text = texts.grid;

/** Grids of takes: putting one together, watching it come and play, keeping its cells. */
export function GridPage({ onClose }: { onClose: () => void }): ReactNode {
  const { grids: commands, ablations, messages } = useProject();
  const reports = useSyncExternalStore(ablations.state.subscribe, () => ablations.state.state);
  const { grids, shownId } = useSyncExternalStore(commands.state.subscribe, () => commands.state.state);
  useEffect(() => void messages.attempt(() => commands.read()), [commands, messages]);
  const report = reports.ablations.find(({ id }) => id === reports.shownId);
  const shown = grids?.find(({ id }) => id === shownId);
  const named = (grids ?? []).map(({ id, label, createdAt }) => ({
    value: id,
    label: `${label} · ${new Date(createdAt).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}`,
  }));
  if (report)
    return (
      <Modal title={texts.ablation.title} page onClose={onClose}>
        <AblationReport ablation={report} />
      </Modal>
    );
  return (
    <Modal title={text.title} page onClose={onClose}>
      {named.length > 0 ? (
        <div className={styles.which}>
          <Select
            label={text.which}
            value={shownId ?? ''}
            options={[{ value: '', label: text.new }, ...named.toReversed()]}
            onChange={(id) => commands.state.set({ shownId: id === '' ? null : id })}
          />
          {shown ? (
            <Button quiet onClick={() => commands.state.set({ shownId: null })}>
              <Icon name="plus" />
              {text.new}
            </Button>
          ) : null}
        </div>
      ) : null}
      {shown ? (
        <GridTable key={shown.id} grid={shown} />
      ) : grids ? (
        <div className={styles.new}>
          <GridForm />
          <AlphaFinder />
          <AblationMaker />
        </div>
      ) : null}
    </Modal>
  );
}
