import type { ReactNode } from 'react';
import type { TakeSettings } from '../../../electron/contract/takeSettings.ts';
import { type MovingWeight, movingWeights, type StepCurve, stepEases } from '../../../models/lanes/weightsOverTime.ts';
import { Field, FieldRow, HintText, Inline } from '../../ui/fields/Field.tsx';
import { NumberField } from '../../ui/fields/NumberField.tsx';
import { Select } from '../../ui/fields/SelectField.tsx';
import { SwitchField } from '../../ui/fields/Switch.tsx';
import { Group } from '../../ui/groups/Group.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { useSetting } from './SettingFields.tsx';

const text = texts.lanes;

/** Where a curve begins that is switched on: strong while things are laid out, half while details are drawn. */
const firstCurve: StepCurve = { start: 1, end: 0.5, ease: 'linear' };

/** Factors of the weights over the steps of a run. */
export function StepCurves({ settings }: { settings: TakeSettings }): ReactNode {
  return (
    <Group id="steps" title={text.steps} open={false}>
      <HintText>{text.stepsHint}</HintText>
      {movingWeights.map((weight) => (
        <CurveFields key={weight} weight={weight} settings={settings} />
      ))}
    </Group>
  );
}

function CurveFields({ weight, settings }: { weight: MovingWeight; settings: TakeSettings }): ReactNode {
  const set = useSetting();
  const name = texts.inspector[weight];
  const { overTime } = settings;
  const curve = overTime.steps[weight];
  const write = (next: StepCurve | undefined): void => {
    const { [weight]: _, ...others } = overTime.steps;
    set(text.stepsOn(name), { overTime: { ...overTime, steps: next ? { ...others, [weight]: next } : others } });
  };
  const number = (label: string, member: 'start' | 'end'): ReactNode =>
    curve ? (
      <NumberField
        label={`${name}: ${label}`}
        value={curve[member]}
        min={0}
        max={4}
        step={0.05}
        onValue={(value) => write({ ...curve, [member]: value })}
      />
    ) : null;
  return (
    <>
      <SwitchField label={name} checked={curve !== undefined} onChange={(on) => write(on ? firstCurve : undefined)} />
      {curve ? (
        <Field>
          <FieldRow>
            <Inline>
              {number(text.start, 'start')}
              <span aria-hidden="true">→</span>
              {number(text.end, 'end')}
            </Inline>
            <Select
              label={`${name}: ${text.ease}`}
              value={curve.ease}
              options={stepEases.map((value) => ({ value, label: text.eases[value] }))}
              onChange={(ease) => write({ ...curve, ease })}
            />
          </FieldRow>
        </Field>
      ) : null}
    </>
  );
}
