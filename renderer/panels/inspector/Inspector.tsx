import type { ReactNode } from 'react';
import type { ModelView } from '../../../electron/contract/methods.ts';
import type { TakeSettings } from '../../../electron/contract/takeSettings.ts';
import { useDocument, useProject, useProjectState, useSession } from '../../project/hooks.ts';
import { IconButton } from '../../ui/controls/IconButton.tsx';
import { Segments } from '../../ui/controls/Segments.tsx';
import { Field, FieldRow, HintText, Inline } from '../../ui/fields/Field.tsx';
import { NumberField } from '../../ui/fields/NumberField.tsx';
import { SliderField } from '../../ui/fields/SliderField.tsx';
import { SwitchField } from '../../ui/fields/Switch.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { EditFields } from './EditFields.tsx';
import styles from './Inspector.module.css';
import { Group, PlainGroup, useSetting } from './InspectorGroup.tsx';
import { PromptField } from './PromptField.tsx';
import { SamplingGroup } from './SamplingGroup.tsx';

const text = texts.inspector;

/** A take's most frames on the slider, as a multiple of the most the model makes at once. */
const longestTake = 2;

/** Everything the next take is made with; what depends on the model is shown where there is one. */
export function Inspector(): ReactNode {
  const project = useProject();
  const setup = useDocument((document) => document.get('setup', 'setup'));
  const writer = useSession((session) => session.writer);
  if (!setup) return null;
  const { settings } = setup;
  const { model } = project;
  return (
    <fieldset className={styles.inspector} disabled={!writer}>
      <TaskGroup settings={settings} />
      <BalanceGroup settings={settings} model={model} />
      <PlainGroup>
        <SeedField seed={settings.seed} />
        {settings.task === 'edit' ? <EditFields settings={settings} /> : null}
        {settings.task === 'generate' && model ? <GenerateFields settings={settings} model={model} /> : null}
      </PlainGroup>
      <AlignmentGroup settings={settings} />
      {model ? <SamplingGroup settings={settings} model={model} /> : null}
    </fieldset>
  );
}

function TaskGroup({ settings }: { settings: TakeSettings }): ReactNode {
  const { set } = useSetting();
  const isClip = useDocument(
    (document) => document.get('source', document.get('view', 'view')?.sourceId)?.media === 'clip',
  );
  const task = settings.task === 'generate' ? 'generate' : settings.keep;
  return (
    <PlainGroup>
      <Field>
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
        <HintText>{text.taskHint[task]}</HintText>
        {settings.task === 'edit' && !isClip ? <HintText warn>{text.editNeedsClip}</HintText> : null}
      </Field>
      <PromptField
        label={text.prompt}
        placeholder={text.promptPlaceholder}
        value={settings.prompt}
        rows={3}
        onCommit={(prompt) => set('Prompt', { prompt })}
      />
    </PlainGroup>
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

function SeedField({ seed }: { seed: number }): ReactNode {
  const project = useProject();
  const { set } = useSetting();
  const locked = useProjectState((state) => state.seedLocked);
  return (
    <Field>
      <FieldRow>
        <span>{text.seed}</span>
        <Inline>
          <NumberField
            label={text.seed}
            value={seed}
            min={0}
            max={2 ** 32 - 1}
            step={1}
            onValue={(next) => set('Seed', { seed: next })}
          />
          <IconButton icon="dice" label={text.dice} onClick={() => project.takes.rollSeed()} />
          <IconButton
            icon={locked ? 'lock' : 'unlock'}
            label={locked ? text.lock : text.unlock}
            pressed={locked}
            onClick={() => project.state.set({ seedLocked: !locked })}
          />
        </Inline>
      </FieldRow>
      <HintText>{text.seedHint}</HintText>
    </Field>
  );
}

function GenerateFields({ settings, model }: { settings: TakeSettings; model: ModelView }): ReactNode {
  const { set, gesture } = useSetting();
  const clips = model.frames.filter((count) => count > 1);
  const own = clips[0] ?? 1;
  return (
    <>
      <SliderField
        label={text.frames}
        hint={text.framesHint}
        value={settings.frames}
        min={1}
        max={Math.max(1, ...clips) * longestTake}
        step={1}
        defaultValue={own}
        mark={own}
        {...gesture('Frames')}
        onChange={(frames) => set('Frames', { frames })}
      />
      {model.plansMotion ? (
        <SwitchField
          label={text.ownPixels}
          hint={text.ownPixelsHint}
          checked={settings.ownPixels}
          onChange={(ownPixels) => set('Own pixels', { ownPixels })}
        />
      ) : null}
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
