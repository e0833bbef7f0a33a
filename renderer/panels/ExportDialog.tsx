import { type ReactNode, useState } from 'react';
import { type ExportOptions, exportFormatNames, exportFormats } from '../../electron/contract/jobs.ts';
import type { TakeRecord } from '../../electron/contract/records.ts';
import { Modal, NumberField, Segments, SelectField, SwitchField } from '../ui/controls.tsx';
import { useDocument, useStudio } from '../ui/hooks.ts';
import { texts } from '../ui/texts.ts';

const text = texts.export;

/** How the shown take leaves the studio. */
export function ExportDialog(): ReactNode {
  const take = useDocument((document) => document.get('take', document.get('view', 'view')?.takeId));
  const studio = useStudio();
  const close = (): void => studio.app.set({ dialog: 'none' });
  return (
    <Modal title={text.title} onClose={close}>
      {take ? <ExportForm take={take} /> : <p>{texts.top.exportNeedsTake}</p>}
    </Modal>
  );
}

function ExportForm({ take }: { take: TakeRecord }): ReactNode {
  const studio = useStudio();
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
      className="groupBody"
      onSubmit={(event) => {
        event.preventDefault();
        void studio.takes.exportTake(take.id, {
          ...options,
          sound: options.sound && canSound,
          alpha: options.alpha && canAlpha,
        });
      }}
    >
      <p className="hint">{text.what(take.name, take.result.frameCount)}</p>
      <label className="field">
        <span>{text.name}</span>
        <input
          className="textInput"
          value={options.fileName}
          maxLength={120}
          required
          onChange={(event) => change({ fileName: safeName(event.target.value) })}
        />
      </label>
      <SelectField
        label={text.format}
        value={options.format}
        options={exportFormatNames.map((value) => ({ value, label: text.formats[value] }))}
        onChange={(format) => change({ format })}
      />
      <div className="fieldRow">
        <span>{text.quality}</span>
        <Segments
          label={text.quality}
          value={options.quality}
          options={(['draft', 'good', 'best'] as const).map((value) => ({ value, label: text[value] }))}
          onChange={(quality) => change({ quality })}
        />
      </div>
      <div className="fieldRow">
        <span>{text.range}</span>
        <span style={{ display: 'flex', gap: 6, alignItems: 'center' }}>
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
        </span>
      </div>
      <div className="fieldRow">
        <span>{text.size}</span>
        <span style={{ display: 'flex', gap: 6, alignItems: 'center' }}>
          <NumberField
            label={`${text.size}: width`}
            value={options.width}
            min={16}
            max={8192}
            step={2}
            onValue={(value) => change(evenSize({ width: value, height: value * ratio }))}
          />
          ×
          <NumberField
            label={`${text.size}: height`}
            value={options.height}
            min={16}
            max={8192}
            step={2}
            onValue={(value) => change(evenSize({ width: value / ratio, height: value }))}
          />
        </span>
      </div>
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
      <div className="dialogActions">
        <button type="button" className="button" onClick={() => studio.app.set({ dialog: 'none' })}>
          {texts.dialog.cancel}
        </button>
        <button type="submit" className="button primary">
          {text.start}
        </button>
      </div>
    </form>
  );
}

function evenSize(size: { width: number; height: number }): { width: number; height: number } {
  const even = (value: number): number => Math.max(16, Math.min(8192, Math.round(value / 2) * 2));
  return { width: even(size.width), height: even(size.height) };
}

const safeName = (name: string): string => name.replace(/[/\\:*?"<>|]/g, '').slice(0, 120);
