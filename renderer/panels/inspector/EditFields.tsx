import type { ReactNode } from 'react';
import type { TakeSettings } from '../../../electron/contract/takeSettings.ts';
import { useDocument } from '../../project/hooks.ts';
import { Field, FieldRow, HintText } from '../../ui/fields/Field.tsx';
import { SliderField } from '../../ui/fields/SliderField.tsx';
import { SwitchField } from '../../ui/fields/Switch.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { useSetting } from './InspectorGroup.tsx';

const text = texts.inspector;

/** What an edit alone is made with. */
export function EditFields({ settings }: { settings: TakeSettings }): ReactNode {
  const source = useDocument((document) => document.get('source', document.get('view', 'view')?.sourceId));
  const { set, gesture } = useSetting();
  return (
    <>
      <Field>
        <FieldRow>
          <span>{text.range}</span>
          <span>{source ? `${source.inFrame + 1} – ${source.outFrame}` : '–'}</span>
        </FieldRow>
        <HintText>{text.rangeHint}</HintText>
      </Field>
      <SliderField
        label={text.strength}
        hint={text.strengthHint}
        value={settings.strength}
        min={0}
        max={1}
        step={0.01}
        defaultValue={1}
        {...gesture('Strength')}
        onChange={(strength) => set('Strength', { strength })}
      />
      <SliderField
        label={text.feather}
        hint={text.featherHint}
        value={settings.featherPixels}
        min={0}
        max={64}
        step={1}
        defaultValue={4}
        {...gesture('Seam')}
        onChange={(featherPixels) => set('Seam', { featherPixels })}
      />
      <SwitchField
        label={text.inversion}
        hint={text.inversionHint}
        checked={settings.inversion}
        onChange={(inversion) => set('Inversion', { inversion })}
      />
    </>
  );
}
