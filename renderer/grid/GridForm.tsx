import { type ReactNode, useState } from 'react';
import { plannedCells, type VariedName, variedNames, variedSettings } from '../../electron/contract/grid/gridAxes.ts';
import { StudioError } from '../../models/errors/studioError.ts';
import { shownSetup } from '../editor/setups.ts';
import { useDocument, useProject, useProjectState, useSession } from '../project/hooks.ts';
import { Button } from '../ui/controls/Button.tsx';
import { Field, HintText } from '../ui/fields/Field.tsx';
import { Select } from '../ui/fields/SelectField.tsx';
import { TextInput } from '../ui/fields/TextInput.tsx';
import { texts } from '../ui/texts/texts.ts';
import { type AxisDraft, draftOf, sidesOf } from './axisDraft.ts';
import styles from './GridPage.module.css';

const text = texts.grid;

/** Puts a grid together: what varies along its sides; the rest is what the inspector holds. */
export function GridForm(): ReactNode {
  const { grids, takes, messages } = useProject();
  const settings = useDocument((document) => shownSetup(document)?.settings);
  const writer = useSession((session) => session.writer);
  const estimate = useProjectState((state) => state.estimate);
  const [x, setX] = useState<AxisDraft>(() => draftOf('image-alpha'));
  const [y, setY] = useState<AxisDraft>(() => draftOf('text-alpha'));
  const request = takes.request();
  const sides = sidesOf(x, y);
  const reason = typeof request === 'string' ? request : typeof sides === 'string' ? sides : problemOf();
  function problemOf(): string | undefined {
    if (typeof sides === 'string' || !settings) return undefined;
    try {
      plannedCells(settings, sides.x, sides.y);
      return undefined;
    } catch (error) {
      return error instanceof StudioError ? error.sentence : String(error);
    }
  }
  const count = typeof sides === 'string' ? 0 : sides.x.values.length * (sides.y?.values.length ?? 1);
  const minutes = estimate && 'seconds' in estimate ? (estimate.seconds * count) / 60 : undefined;
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (reason === undefined && typeof sides !== 'string')
          void messages.attempt(() => grids.start(sides.x, sides.y));
      }}
    >
      <p className={styles.about}>{text.empty}</p>
      <div className={styles.sides}>
        <Side title={text.columns} draft={x} canBeNone={false} onChange={setX} />
        <Side title={text.rows} draft={y} canBeNone onChange={setY} />
      </div>
      <div className={styles.start}>
        <HintText warn={reason !== undefined} role="status">
          {reason ?? (minutes === undefined ? '' : text.time(timeText(minutes)))}
        </HintText>
        <Button type="submit" primary large disabled={reason !== undefined || !writer}>
          {text.make(Math.max(1, count))}
        </Button>
      </div>
    </form>
  );
}

/** A time in words, from minutes. */
export const timeText = (minutes: number): string =>
  minutes < 2 ? `${Math.max(1, Math.round(60 * minutes))} s` : `${Math.round(minutes)} min`;

/** What varies along one side. */
function Side({
  title,
  draft,
  canBeNone,
  onChange,
}: {
  title: string;
  draft: AxisDraft;
  canBeNone: boolean;
  onChange: (draft: AxisDraft) => void;
}): ReactNode {
  const options: { value: VariedName | 'none'; label: string }[] = [
    ...(canBeNone ? [{ value: 'none' as const, label: text.none }] : []),
    ...variedNames.map((value) => ({ value, label: variedSettings[value].title })),
  ];
  return (
    <fieldset className={styles.side}>
      <legend>{title}</legend>
      <Select
        label={title}
        value={draft.setting ?? 'none'}
        options={options}
        onChange={(setting) => onChange(draftOf(setting === 'none' ? null : setting))}
      />
      {draft.setting === 'lora' ? (
        <TextInput
          aria-label={text.lora(title)}
          placeholder={text.loraName}
          value={draft.lora}
          onValue={(lora) => onChange({ ...draft, lora })}
        />
      ) : null}
      {draft.setting === null ? null : (
        <Field>
          <TextInput
            aria-label={text.values(title)}
            value={draft.values}
            onValue={(values) => onChange({ ...draft, values })}
          />
          <HintText>{text.valuesHint}</HintText>
        </Field>
      )}
    </fieldset>
  );
}
