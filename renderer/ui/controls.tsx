import { Dialog, Slider, Switch, ToggleGroup, Tooltip } from 'radix-ui';
import { type ComponentProps, type ReactNode, useEffect, useId, useState } from 'react';
import { Icon, type IconName } from './Icon.tsx';
import { texts } from './texts.ts';

/** A name that appears when the pointer rests on a control, with its key. */
export function Hint({ text, keys, children }: { text: string; keys?: string; children: ReactNode }): ReactNode {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="tooltip" sideOffset={5} collisionPadding={8}>
          {text} {keys ? <kbd>{keys}</kbd> : null}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

/** A button that is an icon; its label names it for everyone else. */
export function IconButton({
  icon,
  label,
  keys,
  pressed,
  small,
  ...rest
}: { icon: IconName; label: string; keys?: string; pressed?: boolean; small?: boolean } & Omit<
  ComponentProps<'button'>,
  'aria-label'
>): ReactNode {
  return (
    <Hint text={label} {...(keys ? { keys } : {})}>
      <button
        type="button"
        className={small ? 'iconButton small' : 'iconButton'}
        aria-label={label}
        {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
        {...rest}
      >
        <Icon name={icon} />
      </button>
    </Hint>
  );
}

/** One of a few values, side by side. */
export function Segments<T extends string>({
  label,
  value,
  options,
  onChange,
  layout = '',
  disabled = false,
}: {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
  layout?: '' | 'fill' | 'stack';
  disabled?: boolean;
}): ReactNode {
  const choose = (chosen: string): void => {
    const option = options.find((candidate) => candidate.value === chosen);
    if (option) onChange(option.value);
  };
  return (
    <ToggleGroup.Root
      type="single"
      className={`segments ${layout}`}
      value={value}
      onValueChange={choose}
      aria-label={label}
      disabled={disabled}
    >
      {options.map((option) => (
        <ToggleGroup.Item key={option.value} value={option.value} className="segment">
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}

/** What a gesture on a control tells: begin, any number of values, then commit, or bail on Escape. */
export interface GestureHandlers {
  onBegin(): void;
  onChange(value: number): void;
  onCommit(): void;
  onBail(): void;
}

/** The line below a control `id` that says what it does. */
function HintLine({ id, hint }: { id: string; hint: string | undefined }): ReactNode {
  return hint ? (
    <span className="hint" id={`${id}-hint`}>
      {hint}
    </span>
  ) : null;
}

/** A slider with a typed value. A drag is one gesture; a double-click goes back to the default, which `mark` may show. */
export function SliderField(
  props: {
    label: string;
    hint?: string;
    value: number;
    min: number;
    max: number;
    step: number;
    defaultValue: number;
    mark?: number | undefined;
    unit?: string;
    disabled?: boolean;
  } & GestureHandlers,
): ReactNode {
  const { label, hint, value, min, max, step, defaultValue, mark, onBegin, onChange, onCommit, onBail } = props;
  const id = useId();
  const [dragging, setDragging] = useState(false);
  const once = (next: number): void => {
    onBegin();
    onChange(next);
    onCommit();
  };
  return (
    <div className="field">
      <div className="fieldRow">
        <span className="fieldLabel" id={`${id}-label`}>
          {label}
        </span>
        <NumberField
          label={label}
          value={value}
          min={min}
          max={max}
          step={step}
          onValue={once}
          disabled={props.disabled ?? false}
        />
      </div>
      <Slider.Root
        className="slider"
        value={[Math.min(max, Math.max(min, value))]}
        min={min}
        max={max}
        step={step}
        disabled={props.disabled ?? false}
        onPointerDown={() => {
          setDragging(true);
          onBegin();
        }}
        onValueChange={([next]) => {
          if (next === undefined) return;
          if (dragging) onChange(next);
          else once(next);
        }}
        onLostPointerCapture={() => {
          if (!dragging) return;
          setDragging(false);
          onCommit();
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || !dragging) return;
          setDragging(false);
          onBail();
        }}
        onDoubleClick={() => once(defaultValue)}
        title={texts.inspector.reset}
      >
        <Slider.Track className="sliderTrack">
          <Slider.Range className="sliderRange" />
        </Slider.Track>
        {mark === undefined ? null : (
          <span
            className="sliderMark"
            style={{
              left: `calc(${((mark - min) / (max - min)) * 100}% + ${7 - (14 * (mark - min)) / (max - min)}px)`,
            }}
          />
        )}
        <Slider.Thumb
          className="sliderThumb"
          aria-labelledby={`${id}-label`}
          {...(hint ? { 'aria-describedby': `${id}-hint` } : {})}
        />
      </Slider.Root>
      <HintLine id={id} hint={hint} />
    </div>
  );
}

/** A typed number, taken on Enter or when the field is left; Escape leaves it as it was. */
export function NumberField({
  label,
  value,
  min,
  max,
  step,
  onValue,
  disabled = false,
  placeholder,
}: {
  label: string;
  value: number | undefined;
  min: number;
  max: number;
  step: number;
  onValue: (value: number) => void;
  disabled?: boolean;
  placeholder?: string;
}): ReactNode {
  const shown = value === undefined ? '' : String(Math.round(value * 1000) / 1000);
  const [text, setText] = useState(shown);
  useEffect(() => setText(shown), [shown]);
  const take = (): void => {
    const typed = Number(text.replace(',', '.'));
    if (text.trim() === '' || Number.isNaN(typed)) {
      setText(shown);
      return;
    }
    const next = Math.min(max, Math.max(min, step >= 1 ? Math.round(typed) : typed));
    if (next !== value) onValue(next);
    setText(String(next));
  };
  return (
    <input
      className="numberInput"
      type="text"
      inputMode="decimal"
      aria-label={label}
      value={text}
      disabled={disabled}
      {...(placeholder ? { placeholder } : {})}
      onChange={(event) => setText(event.target.value)}
      onFocus={(event) => event.target.select()}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take();
        if (event.key === 'Escape') setText(shown);
        if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
          event.preventDefault();
          const change = (event.key === 'ArrowUp' ? step : -step) * (event.shiftKey ? 10 : 1);
          onValue(Math.min(max, Math.max(min, Math.round(((value ?? min) + change) * 1e6) / 1e6)));
        }
      }}
    />
  );
}

/** A control with its name before it and one line of what it does below; what is given to the control says which line. */
function LabelledField({
  label,
  hint,
  control,
}: {
  label: string;
  hint: string | undefined;
  control: (ids: { id: string; 'aria-describedby'?: string }) => ReactNode;
}): ReactNode {
  const id = useId();
  return (
    <div className="field">
      <div className="fieldRow">
        <label className="fieldLabel" htmlFor={id}>
          {label}
        </label>
        {control(hint ? { id, 'aria-describedby': `${id}-hint` } : { id })}
      </div>
      <HintLine id={id} hint={hint} />
    </div>
  );
}

/** A switch. */
export function SwitchField({
  label,
  hint,
  checked,
  onChange,
  disabled = false,
}: {
  label: string;
  hint?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
}): ReactNode {
  return (
    <LabelledField
      label={label}
      hint={hint}
      control={(ids) => (
        <Switch.Root className="switch" checked={checked} onCheckedChange={onChange} disabled={disabled} {...ids}>
          <Switch.Thumb className="switchThumb" />
        </Switch.Root>
      )}
    />
  );
}

/** One of many values in the system's own list. */
export function SelectField<T extends string>({
  label,
  hint,
  value,
  options,
  onChange,
}: {
  label: string;
  hint?: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
}): ReactNode {
  return (
    <LabelledField
      label={label}
      hint={hint}
      control={(ids) => (
        <select
          className="select"
          value={value}
          onChange={(event) => {
            const option = options.find((candidate) => candidate.value === event.target.value);
            if (option) onChange(option.value);
          }}
          {...ids}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    />
  );
}

/** A dialog in the middle of the page; Escape and a click outside close it. */
export function Modal({
  title,
  wide,
  onClose,
  children,
}: {
  title: string;
  wide?: boolean;
  onClose: () => void;
  children: ReactNode;
}): ReactNode {
  return (
    <Dialog.Root open onOpenChange={(open) => (open ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Overlay className="overlay" />
        <Dialog.Content className={wide ? 'dialog wide' : 'dialog'} aria-describedby={undefined}>
          <div className="fieldRow">
            <Dialog.Title className="dialogTitle">{title}</Dialog.Title>
            <Dialog.Close asChild>
              <button type="button" className="iconButton" aria-label={texts.dialog.close}>
                <Icon name="close" />
              </button>
            </Dialog.Close>
          </div>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Progress from 0 to 1; unknown where absent. */
export function Progress({ label, share }: { label: string; share: number | undefined }): ReactNode {
  return (
    <div
      className="progress"
      role="progressbar"
      aria-label={label}
      {...(share === undefined ? {} : { 'aria-valuenow': Math.round(share * 100) })}
    >
      <span className="progressBar" style={{ transform: `scaleX(${share ?? 0.15})` }} />
    </div>
  );
}
