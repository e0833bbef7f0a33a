import type { ReactNode } from 'react';
import type { ModelView } from '../../electron/contract/methods.ts';
import type { TakeSettings } from '../../electron/contract/takeSettings.ts';
import { IconButton, NumberField, Segments, SliderField, SwitchField } from '../ui/controls.tsx';
import { useApp, useDocument, useSession, useStudio } from '../ui/hooks.ts';
import { texts } from '../ui/texts.ts';
import { Group, useSetting } from './InspectorGroup.tsx';
import { PromptField } from './PromptField.tsx';
import { RunBar } from './RunBar.tsx';
import { SamplingGroup } from './SamplingGroup.tsx';

const text = texts.inspector;

/** Everything the next take is made with. */
export function Inspector(): ReactNode {
  const studio = useStudio();
  const setup = useDocument((document) => document.get('setup', 'setup'));
  const info = useApp((app) => app.info);
  const writer = useSession((session) => session.writer);
  if (!setup || !info) return <aside className="right" aria-label={text.title} />;
  return (
    <aside className="right" aria-label={text.title}>
      <fieldset className="inspectorBody" disabled={!writer} style={{ border: 0, margin: 0, padding: 0, minWidth: 0 }}>
        <TaskGroup settings={setup.settings} />
        <BalanceGroup settings={setup.settings} model={studio.model} />
        <TakeGroup settings={setup.settings} model={studio.model} />
        <AlignmentGroup settings={setup.settings} />
        <SamplingGroup settings={setup.settings} model={studio.model} models={info.models} />
      </fieldset>
      <RunBar />
    </aside>
  );
}

function TaskGroup({ settings }: { settings: TakeSettings }): ReactNode {
  const { set } = useSetting();
  const isClip = useDocument(
    (document) => document.get('source', document.get('view', 'view')?.sourceId)?.media === 'clip',
  );
  const task = settings.task === 'generate' ? 'generate' : settings.keep;
  return (
    <div className="group">
      <div className="field">
        <Segments
          layout="stack"
          label={text.task}
          value={task}
          options={[
            { value: 'generate', label: text.generate },
            { value: 'subject', label: text.editSubject },
            { value: 'rest', label: text.editRest },
          ]}
          onChange={(value) => set('Task', value === 'generate' ? { task: 'generate' } : { task: 'edit', keep: value })}
        />
        <span className="hint">{text.taskHint[task]}</span>
        {settings.task === 'edit' && !isClip ? <span className="hint warn">{text.editNeedsClip}</span> : null}
      </div>
      <PromptField
        label={text.prompt}
        placeholder={text.promptPlaceholder}
        value={settings.prompt}
        rows={3}
        onCommit={(prompt) => set('Prompt', { prompt })}
      />
    </div>
  );
}

function BalanceGroup({ settings, model }: { settings: TakeSettings; model: ModelView | undefined }): ReactNode {
  const { set, gesture } = useSetting();
  const { alpha } = settings;
  const mean = model?.learnedAlpha;
  return (
    <Group title={text.balance}>
      <SliderField
        label={text.textAlpha}
        hint={`${text.textAlphaHint} ${text.learned(mean?.text)}`}
        value={alpha.text}
        min={0}
        max={2}
        step={0.01}
        defaultValue={1}
        mark={1}
        {...gesture('Text α')}
        onChange={(value) => set('Text α', { alpha: { ...alpha, text: value } })}
      />
      <SliderField
        label={text.imageAlpha}
        hint={`${text.imageAlphaHint} ${text.learned(mean?.image)}`}
        value={alpha.image}
        min={0}
        max={2}
        step={0.01}
        defaultValue={1}
        mark={1}
        {...gesture('Image α')}
        onChange={(value) => set('Image α', { alpha: { ...alpha, image: value } })}
      />
    </Group>
  );
}

function TakeGroup({ settings, model }: { settings: TakeSettings; model: ModelView | undefined }): ReactNode {
  const studio = useStudio();
  const { set, gesture } = useSetting();
  const locked = useApp((app) => app.seedLocked);
  const source = useDocument((document) => document.get('source', document.get('view', 'view')?.sourceId));
  const frameChoices = model?.frames.filter((count) => count > 1) ?? [8];
  return (
    <div className="group">
      <div className="field">
        <div className="fieldRow">
          <span>{text.seed}</span>
          <span className="inline" style={{ display: 'flex', alignItems: 'center', gap: 3 }}>
            <NumberField
              label={text.seed}
              value={settings.seed}
              min={0}
              max={2 ** 32 - 1}
              step={1}
              onValue={(seed) => set('Seed', { seed })}
            />
            <IconButton icon="dice" label={text.dice} onClick={() => studio.takes.rollSeed()} />
            <IconButton
              icon={locked ? 'lock' : 'unlock'}
              label={locked ? text.lock : text.unlock}
              pressed={locked}
              onClick={() => studio.app.set({ seedLocked: !locked })}
            />
          </span>
        </div>
        <span className="hint">{text.seedHint}</span>
      </div>
      {settings.task === 'generate' ? (
        <>
          <SliderField
            label={text.frames}
            hint={text.framesHint}
            value={settings.frames}
            min={1}
            max={Math.max(32, ...frameChoices)}
            step={1}
            defaultValue={frameChoices[0] ?? 8}
            mark={frameChoices[0]}
            {...gesture('Frames')}
            onChange={(frames) => set('Frames', { frames })}
          />
          <SwitchField
            label={text.ownPixels}
            hint={text.ownPixelsHint}
            checked={settings.ownPixels}
            onChange={(ownPixels) => set('Own pixels', { ownPixels })}
          />
        </>
      ) : (
        <EditFields settings={settings} range={source ? `${source.inFrame + 1} – ${source.outFrame}` : '–'} />
      )}
    </div>
  );
}

function EditFields({ settings, range }: { settings: TakeSettings; range: string }): ReactNode {
  const { set, gesture } = useSetting();
  return (
    <>
      <div className="field">
        <div className="fieldRow">
          <span>{text.range}</span>
          <span>{range}</span>
        </div>
        <span className="hint">{text.rangeHint}</span>
      </div>
      <SliderField
        label={text.strength}
        hint={text.strengthHint}
        value={settings.strength}
        min={0}
        max={1}
        step={0.01}
        defaultValue={1}
        {...gesture('Strength')}
        onChange={(strength) => set('Strength', { strength })}
      />
      <SliderField
        label={text.feather}
        hint={text.featherHint}
        value={settings.featherPixels}
        min={0}
        max={64}
        step={1}
        defaultValue={4}
        {...gesture('Seam')}
        onChange={(featherPixels) => set('Seam', { featherPixels })}
      />
      <SwitchField
        label={text.inversion}
        hint={text.inversionHint}
        checked={settings.inversion}
        onChange={(inversion) => set('Inversion', { inversion })}
      />
    </>
  );
}

function AlignmentGroup({ settings }: { settings: TakeSettings }): ReactNode {
  const { set, gesture } = useSetting();
  const { alpha, hfa } = settings;
  return (
    <Group title={text.alignment}>
      <SwitchField
        label={text.sda}
        hint={text.sdaHint}
        checked={settings.sda}
        onChange={(sda) => set('SDA', { sda })}
      />
      <SwitchField
        label={text.apa}
        hint={text.apaHint}
        checked={alpha.mode === 'learned'}
        onChange={(on) => set('APA', { alpha: { ...alpha, mode: on ? 'learned' : 'equal' } })}
      />
      <SwitchField
        label={text.hfa}
        hint={text.hfaHint}
        checked={hfa.enabled}
        onChange={(enabled) => set('HFA', { hfa: { ...hfa, enabled } })}
      />
      <SliderField
        label={text.hfaStrength}
        hint={text.hfaStrengthHint}
        value={hfa.strength}
        min={0}
        max={2}
        step={0.01}
        defaultValue={1}
        mark={1}
        disabled={!hfa.enabled}
        {...gesture('Detail strength')}
        onChange={(strength) => set('Detail strength', { hfa: { ...hfa, strength } })}
      />
    </Group>
  );
}
