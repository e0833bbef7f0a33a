import { type ReactNode, useState } from 'react';
import { exportFormatNames, exportFormats } from '../../../electron/contract/exportFormats.ts';
import type { ExportOptions } from '../../../electron/contract/jobs.ts';
import type { TakeRecord } from '../../../electron/contract/records.ts';
import { useDocument, useProject } from '../../project/hooks.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Segments } from '../../ui/controls/Segments.tsx';
import { FieldRow, FieldStack, HintText, Inline } from '../../ui/fields/Field.tsx';
import { NumberField } from '../../ui/fields/NumberField.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { SizeRow } from '../../ui/fields/SizeRow.tsx';
import { SwitchField } from '../../ui/fields/Switch.tsx';
import { LabelledInput } from '../../ui/fields/TextInput.tsx';
import { Modal, ModalActions } from '../../ui/surfaces/Modal.tsx';
import { texts } from '../../ui/texts/texts.ts';

const text = texts.export;

/** How the shown take leaves the studio. */
export function ExportDialog({ onClose }: { onClose: () => void }): ReactNode {
  const take = useDocument((document) => document.get('take', document.get('view', 'view')?.takeId));
  return (
    <Modal title={text.title} onClose={onClose}>
      {take ? <ExportForm take={take} onClose={onClose} /> : <p>{texts.top.exportNeedsTake}</p>}
    </Modal>
  );
}

function ExportForm({ take, onClose }: { take: TakeRecord; onClose: () => void }): ReactNode {
  const { takes } = useProject();
  const source = useDocument((document) => document.get('source', take.recipe.source.sourceId));
  const isEdit = take.recipe.settings.task === 'edit';
  const [options, setOptions] = useState<ExportOptions>(() => ({
    format: 'mp4-h264',
    quality: 'good',
    inFrame: 0,
    outFrame: take.result.frameCount,
    ...evenSize(take.result),
    sound: isEdit && source?.hasAudio === true,
    alpha: false,
    fileName: safeName(`${source?.name.replace(/\.[^.]+$/, '') ?? 'Export'} ${take.name}`),
  }));
  const change = (part: Partial<ExportOptions>): void => setOptions((old) => ({ ...old, ...part }));
  const ratio = take.result.height / take.result.width;
  const facts = exportFormats[options.format];
  const canSound = isEdit && source?.hasAudio === true && facts.sound;
  const canAlpha = isEdit && facts.alpha;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void takes.exportTake(take.id, {
          ...options,
          fileName: options.fileName.trimEnd(),
          sound: options.sound && canSound,
          alpha: options.alpha && canAlpha,
        });
      }}
    >
      <FieldStack>
        <HintText>{text.what(take.name, take.result.frameCount)}</HintText>
        <LabelledInput
          label={text.name}
          value={options.fileName}
          maxLength={120}
          onValue={(fileName) => change({ fileName: safeName(fileName) })}
        />
        <SelectField
          label={text.format}
          value={options.format}
          options={exportFormatNames.map((value) => ({ value, label: text.formats[value] }))}
          onChange={(format) => change({ format })}
        />
        <FieldRow>
          <span>{text.quality}</span>
          <Segments
            label={text.quality}
            value={options.quality}
            options={(['draft', 'good', 'best'] as const).map((value) => ({ value, label: text[value] }))}
            onChange={(quality) => change({ quality })}
          />
        </FieldRow>
        <FieldRow>
          <span>{text.range}</span>
          <Inline>
            <NumberField
              label={text.from}
              value={options.inFrame + 1}
              min={1}
              max={options.outFrame}
              step={1}
              onValue={(value) => change({ inFrame: value - 1 })}
            />
            –
            <NumberField
              label={text.to}
              value={options.outFrame}
              min={options.inFrame + 1}
              max={take.result.frameCount}
              step={1}
              onValue={(value) => change({ outFrame: value })}
            />
          </Inline>
        </FieldRow>
        <SizeRow
          label={text.size}
          size={options}
          min={16}
          max={8192}
          step={2}
          onSize={(size) =>
            change(
              'width' in size
                ? evenSize({ width: size.width, height: size.width * ratio })
                : evenSize({ width: size.height / ratio, height: size.height }),
            )
          }
        />
        <SwitchField
          label={text.sound}
          {...(canSound ? {} : { hint: text.soundNone })}
          checked={options.sound && canSound}
          disabled={!canSound}
          onChange={(sound) => change({ sound })}
        />
        <SwitchField
          label={text.alpha}
          {...(canAlpha ? {} : { hint: text.alphaNone })}
          checked={options.alpha && canAlpha}
          disabled={!canAlpha}
          onChange={(alpha) => change({ alpha })}
        />
        <ModalActions>
          <Button onClick={onClose}>{texts.dialog.cancel}</Button>
          <Button type="submit" primary>
            {text.start}
          </Button>
        </ModalActions>
      </FieldStack>
    </form>
  );
}

function evenSize(size: { width: number; height: number }): { width: number; height: number } {
  const even = (value: number): number => Math.max(16, Math.min(8192, Math.round(value / 2) * 2));
  return { width: even(size.width), height: even(size.height) };
}

const safeName = (name: string): string => name.replace(/^[. ]+|[/\\:*?"<>|\p{Cc}\p{Cs}]/gu, '').slice(0, 120);
