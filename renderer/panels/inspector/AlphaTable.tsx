import { type ReactNode, useState } from 'react';
import type { ModelView } from '../../../electron/contract/methods.ts';
import type { TakeSettings } from '../../../electron/contract/takeSettings.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { HintText } from '../../ui/fields/Field.tsx';
import { NumberField } from '../../ui/fields/NumberField.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { Modal } from '../../ui/surfaces/Modal.tsx';
import { texts } from '../../ui/texts/texts.ts';
import styles from './AlphaTable.module.css';
import {
  alphaPreset,
  alphaPresetNames,
  factorsOf,
  type LayerFactors,
  layerTitle,
  withLayerFactor,
} from './alphaPresets.ts';
import { useSetting } from './SettingFields.tsx';

const text = texts.alphaTable;

type Learned = NonNullable<ModelView['learnedAlpha']>;

/** Opens the table of α by layer; says how many layers are changed. */
export function AlphaTableButton({ settings, learned }: { settings: TakeSettings; learned: Learned }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button small onClick={() => setOpen(true)}>
        {text.open(settings.alpha.layers.length)}
      </Button>
      {isOpen ? <AlphaTable settings={settings} learned={learned} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

/** What each layer learned, and the factors on it; presets fill the table. */
function AlphaTable({
  settings: { alpha },
  learned,
  onClose,
}: {
  settings: TakeSettings;
  learned: Learned;
  onClose: () => void;
}): ReactNode {
  const set = useSetting();
  const write = (layers: LayerFactors[]): void => set(text.title, { alpha: { ...alpha, layers } });
  const shown = JSON.stringify(alpha.layers);
  const preset = alphaPresetNames.find((name) => JSON.stringify(alphaPreset(name, learned.layers)) === shown);
  return (
    <Modal title={text.title} onClose={onClose}>
      <HintText>{text.hint}</HintText>
      <SelectField
        label={text.preset}
        value={preset ?? 'own'}
        options={[
          ...alphaPresetNames.map((value) => ({ value, label: text.presets[value] })),
          ...(preset ? [] : [{ value: 'own' as const, label: text.presets.own }]),
        ]}
        onChange={(name) => name !== 'own' && write(alphaPreset(name, learned.layers))}
      />
      <div className={styles.scroll}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{text.layer}</th>
              <th scope="col">{texts.inspector.textAlpha}</th>
              <th scope="col">×</th>
              <th scope="col">{texts.inspector.imageAlpha}</th>
              <th scope="col">×</th>
            </tr>
          </thead>
          <tbody>
            {learned.layers.map((layer) => {
              const factors = factorsOf(alpha.layers, layer.name);
              const title = text.layerName(layerTitle(layer.name));
              const field = (kind: 'text' | 'image', label: string): ReactNode => (
                <NumberField
                  label={`${title}: ${label}`}
                  value={factors[kind]}
                  min={0}
                  max={4}
                  step={0.05}
                  onValue={(value) => write(withLayerFactor(alpha.layers, layer.name, { [kind]: value }))}
                />
              );
              return (
                <tr key={layer.name}>
                  <th scope="row">{title}</th>
                  <td>{layer.text.toFixed(2)}</td>
                  <td>{field('text', texts.inspector.textAlpha)}</td>
                  <td>{layer.image.toFixed(2)}</td>
                  <td>{field('image', texts.inspector.imageAlpha)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Modal>
  );
}
