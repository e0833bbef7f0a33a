import type { ReactNode } from 'react';
import type { ModelView } from '../../../electron/contract/methods.ts';
import type { TakeSettings } from '../../../electron/contract/takeSettings.ts';
import { useDocument, useModels, useProject, useProjectState, useSession } from '../../project/hooks.ts';
import { IconButton } from '../../ui/controls/IconButton.tsx';
import { Segments } from '../../ui/controls/Segments.tsx';
import { Field, FieldRow, HintText, Inline } from '../../ui/fields/Field.tsx';
import { NumberField } from '../../ui/fields/NumberField.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { AlphaTableButton } from './AlphaTable.tsx';
import styles from './Inspector.module.css';
import { Group, PlainGroup } from './InspectorGroup.tsx';
import { PromptField } from './prompt/PromptField.tsx';
import { PromptGuide } from './prompt/PromptGuide.tsx';
import { SamplingGroup } from './SamplingGroup.tsx';
import { SettingSlider, SettingSwitch, useSetting } from './SettingFields.tsx';
import { StepCurves } from './StepCurves.tsx';
import { plainSettings } from './settingsForModel.ts';
import { WeightSlider } from './WeightSlider.tsx';

const text = texts.inspector;

/** A take's most frames on the slider, as a multiple of the most the model makes at once. */
const longestTake = 2;

/** Everything the next take is made with; what depends on the model is shown where there is one. */
export function Inspector(): ReactNode {
  const project = useProject();
  const setup = useDocument((document) => document.get('setup', 'setup'));
  const writer = useSession((session) => session.writer);
  // What the chosen model is changes with them.
  useModels();
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
      <StepCurves settings={settings} />
      {model ? <SamplingGroup settings={settings} model={model} /> : null}
    </fieldset>
  );
}

function TaskGroup({ settings }: { settings: TakeSettings }): ReactNode {
  const set = useSetting();
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
      <PromptGuide settings={settings} />
    </PlainGroup>
  );
}

function BalanceGroup({ settings, model }: { settings: TakeSettings; model: ModelView | undefined }): ReactNode {
  return (
    <Group title={text.balance}>
      <WeightSlider weight="textAlpha" settings={settings} note={text.learned(model?.learnedAlpha?.text)} />
      <WeightSlider weight="imageAlpha" settings={settings} note={text.learned(model?.learnedAlpha?.image)} />
      {model?.learnedAlpha ? <AlphaTableButton settings={settings} learned={model.learnedAlpha} /> : null}
    </Group>
  );
}

function SeedField({ seed }: { seed: number }): ReactNode {
  const project = useProject();
  const set = useSetting();
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
  const clips = model.frames.filter((count) => count > 1);
  return (
    <>
      <SettingSlider
        name="frames"
        value={settings.frames}
        min={1}
        max={Math.max(1, ...clips) * longestTake}
        step={1}
        own={clips[0] ?? 1}
        marked
        change={(frames) => ({ frames })}
      />
      {model.plansMotion ? (
        <SettingSwitch name="ownPixels" checked={settings.ownPixels} change={(ownPixels) => ({ ownPixels })} />
      ) : null}
    </>
  );
}

/** What an edit alone is made with. */
function EditFields({ settings }: { settings: TakeSettings }): ReactNode {
  const source = useDocument((document) => document.get('source', document.get('view', 'view')?.sourceId));
  const { strength, featherPixels, inversion } = settings;
  return (
    <>
      <Field>
        <FieldRow>
          <span>{text.range}</span>
          <span>{source ? `${source.inFrame + 1} – ${source.outFrame}` : '–'}</span>
        </FieldRow>
        <HintText>{text.rangeHint}</HintText>
      </Field>
      <SettingSlider
        name="strength"
        value={strength}
        max={1}
        own={plainSettings.strength}
        change={(value) => ({ strength: value })}
      />
      <SettingSlider
        name="feather"
        value={featherPixels}
        max={64}
        step={1}
        own={plainSettings.featherPixels}
        change={(value) => ({ featherPixels: value })}
      />
      <SettingSwitch name="inversion" checked={inversion} change={(on) => ({ inversion: on })} />
    </>
  );
}

function AlignmentGroup({ settings }: { settings: TakeSettings }): ReactNode {
  const { sda, alpha, hfa } = settings;
  return (
    <Group title={text.alignment}>
      <SettingSwitch name="sda" checked={sda} change={(on) => ({ sda: on })} />
      <SettingSwitch
        name="apa"
        checked={alpha.mode === 'learned'}
        change={(on) => ({ alpha: { ...alpha, mode: on ? 'learned' : 'equal' } })}
      />
      <SettingSwitch name="hfa" checked={hfa.enabled} change={(enabled) => ({ hfa: { ...hfa, enabled } })} />
      <WeightSlider weight="hfaStrength" settings={settings} disabled={!hfa.enabled} />
    </Group>
  );
}
