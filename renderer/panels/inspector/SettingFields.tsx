import type { ReactNode } from 'react';
import type { TakeSettings } from '../../../electron/contract/takeSettings.ts';
import { useGesture, useProject } from '../../project/hooks.ts';
import { SliderField } from '../../ui/fields/SliderField.tsx';
import { SwitchField } from '../../ui/fields/Switch.tsx';
import { texts } from '../../ui/texts/texts.ts';

const text = texts.inspector;
type Texts = typeof text;

/** A setting by the name of its texts: `steps` is shown as `text.steps`, explained by `text.stepsHint`, and undone by its label. */
type SettingName = {
  [K in keyof Texts & string]: `${K}Hint` extends keyof Texts ? (Texts[`${K}Hint`] extends string ? K : never) : never;
}[keyof Texts & string];

/** The change of a setting, as a step by its name. */
export function useSetting(): (label: string, change: Partial<TakeSettings>) => void {
  const { editor } = useProject();
  return (label, change) => editor.updateSettings(label, change);
}

/** A setting on a slider; `own` is the value a double-click goes back to, `marked` on the track where it is worth knowing. */
export function SettingSlider({
  name,
  note,
  own,
  marked = false,
  min = 0,
  step = 0.01,
  change,
  ...rest
}: {
  name: SettingName;
  /** More to say below the slider. */
  note?: string;
  value: number;
  own: number;
  marked?: boolean;
  min?: number;
  max: number;
  step?: number;
  disabled?: boolean;
  /** A control before the typed value. */
  beside?: ReactNode;
  /** In one line, for what must always be at hand. */
  inLine?: boolean;
  change: (value: number) => Partial<TakeSettings>;
}): ReactNode {
  const set = useSetting();
  const gesture = useGesture();
  const hint = text[`${name}Hint`];
  return (
    <SliderField
      label={text[name]}
      hint={note ? `${hint} ${note}` : hint}
      {...{ min, step, ...rest }}
      defaultValue={own}
      mark={marked ? own : undefined}
      {...gesture(text[name])}
      onChange={(value) => set(text[name], change(value))}
    />
  );
}

/** A setting that is on or off. */
export function SettingSwitch({
  name,
  checked,
  change,
}: {
  name: SettingName;
  checked: boolean;
  change: (on: boolean) => Partial<TakeSettings>;
}): ReactNode {
  const set = useSetting();
  return (
    <SwitchField
      label={text[name]}
      hint={text[`${name}Hint`]}
      checked={checked}
      onChange={(on) => set(text[name], change(on))}
    />
  );
}
