import type { ReactNode } from 'react';
import type { ItemRecord } from '../../../electron/contract/records.ts';
import { itemFits } from '../../../electron/contract/timeline/timelineRecords.ts';
import { changeItem } from '../../editor/timeline/itemCommands.ts';
import { useProject } from '../../project/hooks.ts';
import { Segments } from '../../ui/controls/Segments.tsx';
import { FieldRow } from '../../ui/fields/Field.tsx';
import { SwitchField } from '../../ui/fields/Switch.tsx';
import { Group } from '../../ui/groups/Group.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { ItemSlider } from './ItemSlider.tsx';

const text = texts.clip;

/** The most that is cut off a side, in percent: two opposite sides leave something. */
const mostCropped = 49;

const uncropped = { left: 0, top: 0, right: 0, bottom: 0 };

/** How a piece's picture meets the frame. */
export function PictureGroup({ item }: { item: ItemRecord }): ReactNode {
  const { editor } = useProject();
  const { fit = 'whole', crop = uncropped } = item;
  return (
    <Group id="clip-picture" title={text.picture}>
      <ItemSlider
        item={item}
        label={text.opacity}
        value={Math.round((item.opacity ?? 1) * 100)}
        max={100}
        own={100}
        onChange={(now, percent) => changeItem(editor, text.opacity, now, { opacity: percent / 100 })}
      />
      {item.title ? null : (
        <>
          <FieldRow>
            <span>{text.fit}</span>
            <Segments
              label={text.fit}
              value={fit}
              options={itemFits.map((value) => ({ value, label: text.fits[value] }))}
              onChange={(next) => changeItem(editor, text.fit, item, { fit: next })}
            />
          </FieldRow>
          <SwitchField
            label={text.clear}
            hint={text.clearHint}
            checked={item.clear === true}
            onChange={(clear) => changeItem(editor, text.clear, item, { clear })}
          />
          {(['left', 'right', 'top', 'bottom'] as const).map((side) => (
            <ItemSlider
              key={side}
              item={item}
              label={text.cropSide[side]}
              value={Math.round(crop[side] * 100)}
              max={mostCropped}
              own={0}
              onChange={(now, percent) =>
                changeItem(editor, text.crop, now, { crop: { ...(now.crop ?? uncropped), [side]: percent / 100 } })
              }
            />
          ))}
        </>
      )}
    </Group>
  );
}
