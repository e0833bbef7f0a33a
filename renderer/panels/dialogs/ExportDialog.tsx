import { type ReactNode, useState } from 'react';
import { exportFormatNames, exportFormats } from '../../../electron/contract/exportFormats.ts';
import type { ExportOptions } from '../../../electron/contract/jobs.ts';
import type { ProjectRecord, SourceRecord, TakeRecord } from '../../../electron/contract/records.ts';
import { timelineLength } from '../../../electron/contract/timeline/shownItems.ts';
import { timelineFrameSize } from '../../../electron/contract/timeline/shownMedia.ts';
import type { DocumentStore } from '../../editor/documentStore.ts';
import { targetOf } from '../../editor/timeline/arrangement.ts';
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

/** What can be exported: the shown take, the timeline as it is arranged, or its marked part. */
interface Exportable {
  /** Null: the timeline. */
  takeId: string | null;
  what: string;
  frameCount: number;
  /** First and one past the last frame to begin with. */
  range: { inFrame: number; outFrame: number };
  framesPerSecond: number;
  width: number;
  height: number;
  /** Its height follows from its width. */
  hasOwnShape: boolean;
  hasSound: boolean;
  soundNone: string;
  canAlpha: boolean;
  fileName: string;
}

/** How the shown take, or the timeline, leaves the studio. */
export function ExportDialog({ onClose }: { onClose: () => void }): ReactNode {
  const { editor } = useProject();
  const { document } = editor;
  const take = useDocument((store) => store.get('take', store.get('view', 'view')?.takeId));
  const source = useDocument((store) => store.get('source', take?.recipe.source.sourceId));
  const project = useDocument((store) => store.get('project', 'project'));
  useDocument((store) => store.all('item'));
  const timeline = ofTimeline(document);
  const part = timeline && markedPart(project, timeline);
  const kinds = [
    ...(take ? [{ value: 'take' as const, label: take.name }] : []),
    ...(timeline ? [{ value: 'timeline' as const, label: text.timeline }] : []),
    ...(part ? [{ value: 'part' as const, label: text.part }] : []),
  ];
  const [wanted, setWanted] = useState<'take' | 'timeline' | 'part'>(
    editor.session.state.viewMode === 'timeline' || !take ? (part ? 'part' : 'timeline') : 'take',
  );
  const shown = wanted === 'take' && take ? ofTake(take, source) : wanted === 'part' ? part : timeline;
  return (
    <Modal title={text.title} onClose={onClose}>
      <FieldStack>
        {kinds.length > 1 ? (
          <Segments layout="fill" label={text.which} value={wanted} options={kinds} onChange={setWanted} />
        ) : null}
        {shown ? <ExportForm key={wanted} of={shown} onClose={onClose} /> : <p>{texts.top.exportNeedsTake}</p>}
      </FieldStack>
    </Modal>
  );
}

function ofTake(take: TakeRecord, source: SourceRecord | undefined): Exportable {
  const isEdit = take.recipe.settings.task === 'edit';
  const { frameCount, width, height, framesPerSecond } = take.result;
  return {
    takeId: take.id,
    what: text.what(take.name, frameCount),
    ...{ frameCount, width, height, framesPerSecond, hasOwnShape: true },
    range: { inFrame: 0, outFrame: frameCount },
    hasSound: isEdit && source?.hasAudio === true,
    soundNone: text.soundNone,
    canAlpha: isEdit,
    fileName: safeName(`${source?.name.replace(/\.[^.]+$/, '') ?? 'Export'} ${take.name}`),
  };
}

/** The timeline at its frame's size; undefined where nothing lies on it. */
function ofTimeline(document: DocumentStore): Exportable | undefined {
  const project = document.get('project', 'project');
  const items = document.all('item');
  const frameCount = timelineLength(items);
  if (!project || frameCount === 0) return undefined;
  const size = timelineFrameSize(project, document.all('track'), items, (id) => targetOf(document, id));
  const hasSound = items.some(({ targetId }) => document.get('source', targetId)?.hasAudio);
  return {
    takeId: null,
    what: text.what(text.timeline, frameCount),
    ...{ frameCount, framesPerSecond: project.framesPerSecond, hasOwnShape: false },
    ...(size ?? titlesAlone),
    range: { inFrame: 0, outFrame: frameCount },
    hasSound,
    soundNone: text.soundNoneOnTimeline,
    canAlpha: false,
    fileName: safeName(project.name) || 'Timeline',
  };
}

/** The frame of a timeline on which titles alone lie. */
const titlesAlone = { width: 1920, height: 1080 };

/** The part of the timeline between its marks; undefined where none is marked. */
function markedPart(project: ProjectRecord | undefined, whole: Exportable): Exportable | undefined {
  const { inFrame, outFrame = whole.frameCount } = project?.timeline ?? {};
  if (inFrame === undefined || inFrame >= whole.frameCount) return undefined;
  const range = { inFrame, outFrame: Math.min(outFrame, whole.frameCount) };
  return { ...whole, range, what: text.what(text.part, range.outFrame - range.inFrame) };
}

function ExportForm({ of, onClose }: { of: Exportable; onClose: () => void }): ReactNode {
  const { takes } = useProject();
  const [options, setOptions] = useState<ExportOptions>(() => ({
    format: 'mp4-h264',
    quality: 'good',
    ...of.range,
    ...evenSize(of),
    framesPerSecond: rounded(of.framesPerSecond),
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
          // Its own rate to the last digit, where it was not changed.
          ...(options.framesPerSecond === rounded(of.framesPerSecond) ? { framesPerSecond: of.framesPerSecond } : {}),
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
              !of.hasOwnShape
                ? evenSize({ ...options, ...size })
                : 'width' in size
                  ? evenSize({ width: size.width, height: size.width * ratio })
                  : evenSize({ width: size.height / ratio, height: size.height }),
            )
          }
        />
        <FieldRow>
          <span>{text.rate}</span>
          <Inline>
            <NumberField
              label={text.rate}
              value={options.framesPerSecond}
              min={1}
              max={240}
              step={0.01}
              onValue={(framesPerSecond) => change({ framesPerSecond })}
            />
            {text.perSecond}
          </Inline>
        </FieldRow>
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

const rounded = (rate: number): number => Math.round(Math.min(240, Math.max(1, rate)) * 1000) / 1000;

const safeName = (name: string): string => name.replace(/^[. ]+|[/\\:*?"<>|\p{Cc}\p{Cs}]/gu, '').slice(0, 120);
