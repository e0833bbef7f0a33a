import type { ReactNode } from 'react';
import type { TakeSettings } from '../../../electron/contract/takeSettings.ts';
import type { MovingWeight } from '../../../models/lanes/weightsOverTime.ts';
import {
  nextTakePlace,
  takeFrameOf,
  toggleLane,
  weightAt,
  weightFacts,
  withKey,
  withLane,
  withNumber,
} from '../../editor/weightLanes.ts';
import { useProject, useSession } from '../../project/hooks.ts';
import { IconButton } from '../../ui/controls/IconButton.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { SettingSlider } from './SettingFields.tsx';

/** A weight that may move over the frames: where its lane is on, the slider shows and writes the key at the playhead. */
export function WeightSlider({
  weight,
  settings,
  note,
  disabled = false,
  inLine = false,
}: {
  weight: MovingWeight;
  settings: TakeSettings;
  note?: string;
  disabled?: boolean;
  inLine?: boolean;
}): ReactNode {
  const { editor, model } = useProject();
  const lane = settings.overTime.frames[weight];
  const isOn = lane.length > 0;
  // Without a lane the playhead does not matter, and playing does not draw the inspector again.
  const playhead = useSession((session) => (isOn ? session.playhead : 0));
  const place = nextTakePlace(editor, model?.framesPerSecond);
  const frame = place ? takeFrameOf(place, isOn ? playhead : editor.session.state.playhead) : 0;
  const name = texts.inspector[weight];
  const label = isOn ? texts.lanes.off(name) : texts.lanes.on(name);
  return (
    <SettingSlider
      name={weight}
      note={isOn ? texts.lanes.atPlayhead : (note ?? '')}
      value={weightAt(settings, weight, frame)}
      max={weightFacts[weight].most}
      own={1}
      marked
      disabled={disabled}
      inLine={inLine}
      change={(value) =>
        isOn ? withLane(settings, weight, withKey(lane, { frame, value })) : withNumber(settings, weight, value)
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
            toggleLane(editor, weight, at, label);
          }}
        />
      }
    />
  );
}
