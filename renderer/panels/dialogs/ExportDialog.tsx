import { type ReactNode, useState } from 'react';
import { exportFormatNames, exportFormats } from '../../../electron/contract/exportFormats.ts';
import type { ExportOptions } from '../../../electron/contract/jobs.ts';
import type { ItemRecord, SourceRecord, TakeRecord } from '../../../electron/contract/records.ts';
import { timelineLength } from '../../../electron/contract/timeline/shownItems.ts';
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

/** What can be exported: the shown take, or the timeline as it is arranged. */
interface Exportable {
  /** Null: the timeline. */
  takeId: string | null;
  what: string;
  frameCount: number;
  width: number;
  height: number;
  hasSound: boolean;
  soundNone: string;
  canAlpha: boolean;
  fileName: string;
}

/** How the shown take, or the timeline, leaves the studio. */
export function ExportDialog({ onClose }: { onClose: () => void }): ReactNode {
  const take = useDocument((document) => document.get('take', document.get('view', 'view')?.takeId));
  const source = useDocument((document) => document.get('source', take?.recipe.source.sourceId));
  const items = useDocument((document) => document.all('item'));
  const sources = useDocument((document) => document.all('source'));
  const takes = useDocument((document) => document.all('take'));
  const name = useDocument((document) => document.get('project', 'project')?.name ?? '');
  const [wantsTimeline, setWantsTimeline] = useState(!take);
  const shown = take && !wantsTimeline ? ofTake(take, source) : ofTimeline(items, sources, takes, name);
  return (
    <Modal title={text.title} onClose={onClose}>
      <FieldStack>
        {take && items.length > 0 ? (
          <Segments
            layout="fill"
            label={text.which}
            value={wantsTimeline ? 'timeline' : 'take'}
            options={[
              { value: 'take', label: take.name },
              { value: 'timeline', label: text.timeline },
            ]}
            onChange={(value) => setWantsTimeline(value === 'timeline')}
          />
        ) : null}
        {shown ? (
          <ExportForm key={shown.takeId ?? 'timeline'} of={shown} onClose={onClose} />
        ) : (
          <p>{texts.top.exportNeedsTake}</p>
        )}
      </FieldStack>
    </Modal>
  );
}

function ofTake(take: TakeRecord, source: SourceRecord | undefined): Exportable {
  const isEdit = take.recipe.settings.task === 'edit';
  const { frameCount, width, height } = take.result;
  return {
    takeId: take.id,
    what: text.what(take.name, frameCount),
    ...{ frameCount, width, height },
    hasSound: isEdit && source?.hasAudio === true,
    soundNone: text.soundNone,
    canAlpha: isEdit,
    fileName: safeName(`${source?.name.replace(/\.[^.]+$/, '') ?? 'Export'} ${take.name}`),
  };
}

/** The timeline at the size of its first clip, else of what lies first on it; undefined where nothing does. */
function ofTimeline(
  items: readonly ItemRecord[],
  sources: readonly SourceRecord[],
  takes: readonly TakeRecord[],
  name: string,
): Exportable | undefined {
  const lying = sources.filter(({ id }) => items.some(({ targetId }) => targetId === id));
  const size = lying.find(({ media }) => media === 'clip') ?? lying[0] ?? takes[0]?.result;
  if (items.length === 0 || !size) return undefined;
  const frameCount = timelineLength(items);
  return {
    takeId: null,
    what: text.what(text.timeline, frameCount),
    ...{ frameCount, width: size.width, height: size.height },
    hasSound: lying.some(({ hasAudio }) => hasAudio),
    soundNone: text.soundNoneOnTimeline,
    canAlpha: false,
    fileName: safeName(name) || 'Timeline',
  };
}

function ExportForm({ of, onClose }: { of: Exportable; onClose: () => void }): ReactNode {
  const { takes } = useProject();
  const [options, setOptions] = useState<ExportOptions>(() => ({
    format: 'mp4-h264',
    quality: 'good',
    inFrame: 0,
    outFrame: of.frameCount,
    ...evenSize(of),
    sound: of.hasSound,
    alpha: false,
    fileName: of.fileName,
  }));
  const change = (part: Partial<ExportOptions>): void => setOptions((old) => ({ ...old, ...part }));
  const ratio = of.height / of.width;
  const facts = exportFormats[options.format];
  const canSound = of.hasSound && facts.sound;
  const canAlpha = of.canAlpha && facts.alpha;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void takes.exportTake(of.takeId, {
          ...options,
          fileName: options.fileName.trimEnd(),
          sound: options.sound && canSound,
          alpha: options.alpha && canAlpha,
        });
      }}
    >
      <FieldStack>
        <HintText>{of.what}</HintText>
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
              max={of.frameCount}
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
          {...(canSound ? {} : { hint: of.soundNone })}
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
