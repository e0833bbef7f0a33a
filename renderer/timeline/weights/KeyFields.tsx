import type { ReactNode } from 'react';
import type { TakeSettings } from '../../../electron/contract/takeSettings.ts';
import { type Lane, type LaneWeight, laneCurves } from '../../../models/lanes/weightsOverTime.ts';
import {
  laneOf,
  mostWeight,
  type TakePlace,
  withKey,
  withLane,
  withMovedKey,
  withoutKey,
} from '../../editor/weightLanes.ts';
import { useProject } from '../../project/hooks.ts';
import { BareIconButton, IconButton } from '../../ui/controls/IconButton.tsx';
import { Field, FieldRow } from '../../ui/fields/Field.tsx';
import { NumberField } from '../../ui/fields/NumberField.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { PopoverPanel } from '../../ui/surfaces/PopoverPanel.tsx';
import { weightName } from '../../ui/texts/laneTexts.ts';
import { texts } from '../../ui/texts/texts.ts';

const text = texts.lanes;

/** A key of a lane in numbers: its frame, its value, and how the lane goes on from it. */
export function KeyFields({
  settings,
  place,
  weight,
  frame,
  onMoved,
}: {
  settings: TakeSettings;
  place: TakePlace;
  weight: LaneWeight;
  frame: number;
  onMoved: (frame: number) => void;
}): ReactNode {
  const { editor } = useProject();
  const lane = laneOf(settings, weight);
  const index = lane.findIndex((each) => each.frame === frame);
  const key = lane[index];
  if (!key) return null;
  const label = weightName(weight);
  const write = (next: Lane): void => editor.updateSettings(label, withLane(settings, weight, next));
  return (
    <PopoverPanel label={text.fields(label)} trigger={<BareIconButton small icon="more" label={text.fields(label)} />}>
      <Field>
        <FieldRow>
          <span>{text.frame}</span>
          <NumberField
            label={text.frame}
            value={frame + 1}
            min={1}
            max={place.frames}
            step={1}
            onValue={(typed) => {
              const next = withMovedKey(lane, frame, { frame: typed - 1, value: key.value });
              write(next);
              onMoved(next[index]?.frame ?? frame);
            }}
          />
        </FieldRow>
        <FieldRow>
          <span>{text.value}</span>
          <NumberField
            label={text.value}
            value={key.value}
            min={0}
            max={mostWeight}
            step={0.01}
            onValue={(value) => write(withKey(lane, { frame, value }))}
          />
        </FieldRow>
      </Field>
      <SelectField
        label={text.curve}
        value={key.curve}
        options={laneCurves.map((value) => ({ value, label: text.curves[value] }))}
        onChange={(curve) => write(withKey(lane, { frame, value: key.value, curve }))}
      />
      <IconButton icon="trash" label={text.removeKey} onClick={() => write(withoutKey(lane, frame))} />
    </PopoverPanel>
  );
}
