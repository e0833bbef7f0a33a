import type { ReactNode } from 'react';
import type { TakeSettings } from '../../../electron/contract/takeSettings.ts';
import type { LaneWeight } from '../../../models/lanes/weightsOverTime.ts';
import {
  laneOf,
  mostWeight,
  nextTakePlace,
  takeFrameOf,
  toggleLane,
  weightAt,
  withKey,
  withLane,
  withNumber,
} from '../../editor/weightLanes.ts';
import { useGesture, useProject, useSession } from '../../project/hooks.ts';
import { IconButton } from '../../ui/controls/IconButton.tsx';
import { SliderField } from '../../ui/fields/SliderField.tsx';
import { weightName } from '../../ui/texts/laneTexts.ts';
import { texts } from '../../ui/texts/texts.ts';
import { useSetting } from './SettingFields.tsx';

/** A weight that may move over the frames: where its lane is on, the slider shows and writes the key at the playhead. */
export function WeightSlider({
  weight,
  settings,
  own = 1,
  note,
  disabled = false,
  inLine = false,
}: {
  weight: LaneWeight;
  /** A LoRA's strength by itself. */
  own?: number;
  settings: TakeSettings;
  note?: string;
  disabled?: boolean;
  inLine?: boolean;
}): ReactNode {
  const { editor, model } = useProject();
  const lane = laneOf(settings, weight);
  const isOn = lane.length > 0;
  // Without a lane the playhead does not matter, and playing does not draw the inspector again.
  const playhead = useSession((session) => (isOn ? session.playhead : 0));
  const place = nextTakePlace(editor, model?.framesPerSecond);
  const frame = place ? takeFrameOf(place, isOn ? playhead : editor.session.state.playhead) : 0;
  const set = useSetting();
  const gesture = useGesture();
  const name = weightName(weight);
  const label = isOn ? texts.lanes.off(name) : texts.lanes.on(name);
  return (
    <SliderField
      label={name}
      hint={[hintOf(weight), isOn ? texts.lanes.atPlayhead : note].filter(Boolean).join(' ')}
      value={weightAt(settings, weight, frame, own)}
      min={0}
      max={mostWeight}
      step={0.01}
      defaultValue={own}
      mark={own}
      disabled={disabled}
      inLine={inLine}
      {...gesture(name)}
      onChange={(value) =>
        set(
          name,
          isOn ? withLane(settings, weight, withKey(lane, { frame, value })) : withNumber(settings, weight, value),
        )
      }
      beside={
        <IconButton
          small
          icon="lane"
          label={label}
          pressed={isOn}
          disabled={disabled || !place}
          onClick={() => {
            const at = place ? takeFrameOf(place, editor.session.state.playhead) : 0;
            toggleLane(editor, weight, at, label, own);
          }}
        />
      }
    />
  );
}

const hintOf = (weight: LaneWeight): string =>
  weight === 'textAlpha' || weight === 'imageAlpha' || weight === 'hfaStrength'
    ? texts.inspector[`${weight}Hint`]
    : texts.lanes.loraHint;
