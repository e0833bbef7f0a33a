import { type ReactNode, useEffect, useId, useState } from 'react';
import { titleFaces } from '../../../electron/composition/titleFaces.ts';
import type { ItemRecord } from '../../../electron/contract/records.ts';
import { type TitleStyle, titleFonts } from '../../../electron/contract/timeline/timelineRecords.ts';
import { changeItem } from '../../editor/timeline/itemCommands.ts';
import { useProject } from '../../project/hooks.ts';
import { Segments } from '../../ui/controls/Segments.tsx';
import { ColourField } from '../../ui/fields/ColourField.tsx';
import { Field, FieldRow, HintText } from '../../ui/fields/Field.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { SwitchField } from '../../ui/fields/Switch.tsx';
import { TextArea } from '../../ui/fields/TextInput.tsx';
import { Group } from '../../ui/groups/Group.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { ItemSlider } from './ItemSlider.tsx';

const text = texts.clip;

/** A title's words and how they are set. */
export function TitleGroup({ item, title }: { item: ItemRecord; title: TitleStyle }): ReactNode {
  const { editor } = useProject();
  const set = (label: string, change: Partial<TitleStyle>, of: ItemRecord = item): void =>
    changeItem(editor, label, of, { title: { ...(of.title ?? title), ...change } });
  const share = (label: string, name: 'size' | 'x' | 'y', own: number, min = 0) => (
    <ItemSlider
      item={item}
      label={label}
      value={Math.round(title[name] * 100)}
      min={min}
      max={name === 'size' ? 50 : 100}
      own={own}
      onChange={(now, percent) => set(label, { [name]: percent / 100 }, now)}
    />
  );
  return (
    <Group id="clip-title" title={text.words}>
      <Words item={item} title={title} />
      <SelectField
        label={text.font}
        value={title.font}
        options={titleFonts.map((value) => ({ value, label: text.fonts[value] }))}
        onChange={(font) => set(text.font, { font })}
      />
      {share(text.size, 'size', 9, 1)}
      <ColourField
        label={text.colour}
        value={title.colour}
        onColour={(colour) => set(text.colour, { colour })}
        onBegin={() => editor.begin(text.colour)}
        onCommit={() => editor.commit()}
      />
      {titleFaces[title.font].hasBold ? (
        <SwitchField label={text.bold} checked={title.bold} onChange={(bold) => set(text.bold, { bold })} />
      ) : null}
      <SwitchField label={text.shadow} checked={title.shadow} onChange={(shadow) => set(text.shadow, { shadow })} />
      <FieldRow>
        <span>{text.align}</span>
        <Segments
          label={text.align}
          value={title.align}
          options={(['left', 'centre', 'right'] as const).map((value) => ({ value, label: text.aligns[value] }))}
          onChange={(align) => set(text.align, { align })}
        />
      </FieldRow>
      {share(text.placeX, 'x', 50)}
      {share(text.placeY, 'y', 85)}
    </Group>
  );
}

/** The words themselves: seen as they are typed, one step for all that is typed until the field is left. */
function Words({ item, title }: { item: ItemRecord; title: TitleStyle }): ReactNode {
  const { editor } = useProject();
  const id = useId();
  const [typed, setTyped] = useState(title.text);
  useEffect(() => setTyped(title.text), [title.text]);
  return (
    <Field>
      <label htmlFor={id}>{text.words}</label>
      <TextArea
        id={id}
        rows={3}
        value={typed}
        maxLength={2000}
        aria-describedby={`${id}-hint`}
        onFocus={(event) => {
          editor.begin(text.words);
          event.target.select();
        }}
        onChange={(event) => {
          setTyped(event.target.value);
          const now = editor.document.get('item', item.id) ?? item;
          changeItem(editor, text.words, now, { title: { ...(now.title ?? title), text: event.target.value } });
        }}
        onBlur={() => editor.commit()}
      />
      <HintText id={`${id}-hint`}>{text.wordsHint}</HintText>
    </Field>
  );
}
