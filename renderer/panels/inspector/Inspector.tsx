import type { ReactNode } from 'react';
import type { ModelView } from '../../../electron/contract/methods.ts';
import { preparations } from '../../../electron/contract/subjectExamination.ts';
import type { TakeSettings } from '../../../electron/contract/takeSettings.ts';
import { loraWeight } from '../../../models/lanes/weightsOverTime.ts';
import { shownSetup } from '../../editor/setups.ts';
import { useDocument, useModels, useProject, useProjectState, useSession } from '../../project/hooks.ts';
import { IconButton } from '../../ui/controls/IconButton.tsx';
import { Segments } from '../../ui/controls/Segments.tsx';
import { Field, FieldRow, HintText, Inline } from '../../ui/fields/Field.tsx';
import { NumberField } from '../../ui/fields/NumberField.tsx';
import { Group } from '../../ui/groups/Group.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { AlphaTableButton } from './AlphaTable.tsx';
import styles from './Inspector.module.css';
import { PromptField } from './prompt/PromptField.tsx';
import { PromptGuide } from './prompt/PromptGuide.tsx';
import { SamplingGroup } from './SamplingGroup.tsx';
import { SettingSlider, SettingSwitch, useSetting } from './SettingFields.tsx';
import { StepCurves } from './StepCurves.tsx';
import { SubjectAdvice } from './SubjectAdvice.tsx';
import { plainSettings } from './settingsForModel.ts';
import { WeightSlider } from './WeightSlider.tsx';

const text = texts.inspector;

/** A take's most frames on the slider, as a multiple of the most the model makes at once. */
const longestTake = 2;

/** Longer side, in pixels, at which takes from a picture are finished at most. */
const largestFinish = 1024;

/** What matters of the next take, always at hand: the task, the sentence, and how both weigh. */
export function Essentials(): ReactNode {
  const project = useProject();
  const setup = useDocument(shownSetup);
  const writer = useSession((session) => session.writer);
  useModels();
  if (!setup) return null;
  const { settings } = setup;
  const learned = project.model?.learnedAlpha;
  return (
    <fieldset className={styles.essentials} disabled={!writer}>
      <TaskField settings={settings} />
      <WeightSlider inLine weight="textAlpha" settings={settings} note={text.learned(learned?.text)} />
      <WeightSlider inLine weight="imageAlpha" settings={settings} note={text.learned(learned?.image)} />
    </fieldset>
  );
}

/** Everything else that the next take is made with, in groups that remember whether they are open. */
export function Inspector(): ReactNode {
  const project = useProject();
  const setup = useDocument(shownSetup);
  const writer = useSession((session) => session.writer);
  // What the chosen model is changes with them.
  useModels();
  if (!setup) return null;
  const { settings } = setup;
  const { model } = project;
  return (
    <fieldset className={styles.inspector} disabled={!writer}>
      <Group id="take" title={text.length}>
        <SeedField seed={settings.seed} />
        {settings.task === 'edit' ? <EditFields settings={settings} /> : null}
        {settings.task === 'generate' && model ? <GenerateFields settings={settings} model={model} /> : null}
      </Group>
      <AlignmentGroup settings={settings} model={model} />
      <PreparationGroup prepare={settings.prepare} />
      {model && model.loras.length > 0 ? <LoraGroup settings={settings} model={model} /> : null}
      <StepCurves settings={settings} />
      {model ? <SamplingGroup settings={settings} model={model} /> : null}
    </fieldset>
  );
}

function TaskField({ settings }: { settings: TakeSettings }): ReactNode {
  const set = useSetting();
  const isClip = useDocument(
    (document) => document.get('source', document.get('view', 'view')?.sourceId)?.media === 'clip',
  );
  const task = settings.task === 'generate' ? 'generate' : settings.keep;
  return (
    <>
      <Field>
        <Segments
          layout="fill"
          label={text.task}
          value={task}
          options={[
            { value: 'generate', label: text.generate },
            { value: 'subject', label: text.editSubject, show: text.keepSubject },
            { value: 'rest', label: text.editRest, show: text.keepRest },
          ]}
          onChange={(value) => set('Task', value === 'generate' ? { task: 'generate' } : { task: 'edit', keep: value })}
        />
        {settings.task === 'edit' && !isClip ? (
          <HintText warn>{text.editNeedsClip}</HintText>
        ) : (
          <HintText>{text.taskHint[task]}</HintText>
        )}
      </Field>
      <PromptField
        label={text.prompt}
        placeholder={text.promptPlaceholder}
        value={settings.prompt}
        rows={2}
        pointsAtTake
        onCommit={(prompt) => set('Prompt', { prompt })}
      />
      <PromptGuide settings={settings} />
      <SubjectAdvice settings={settings} />
    </>
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
  const own = Math.max(model.width, model.height);
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
      {own < largestFinish ? (
        <SettingSlider
          name="finishSide"
          value={Math.max(settings.finishSide ?? 0, own)}
          min={own}
          max={largestFinish}
          step={64}
          own={512}
          change={(finishSide) => ({ finishSide })}
        />
      ) : null}
      {model.plansMotion ? (
        <>
          <SettingSwitch name="ownPixels" checked={settings.ownPixels} change={(ownPixels) => ({ ownPixels })} />
          <SettingSlider
            name="placeLight"
            value={settings.placeLight}
            max={1}
            own={0.6}
            disabled={!settings.ownPixels}
            change={(placeLight) => ({ placeLight })}
          />
        </>
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
      <SettingSwitch
        name="inversion"
        checked={inversion}
        change={(on) => (on ? { inversion: on, sampler: 'ddim' } : { inversion: on })}
      />
    </>
  );
}

function AlignmentGroup({ settings, model }: { settings: TakeSettings; model: ModelView | undefined }): ReactNode {
  const { sda, alpha, hfa } = settings;
  return (
    <Group id="alignment" title={text.alignment}>
      <SettingSwitch name="sda" checked={sda} change={(on) => ({ sda: on })} />
      <SettingSwitch
        name="apa"
        checked={alpha.mode === 'learned'}
        change={(on) => ({ alpha: { ...alpha, mode: on ? 'learned' : 'equal' } })}
      />
      <SettingSwitch name="hfa" checked={hfa.enabled} change={(enabled) => ({ hfa: { ...hfa, enabled } })} />
      <WeightSlider weight="hfaStrength" settings={settings} disabled={!hfa.enabled} />
      {model?.learnedAlpha ? <AlphaTableButton settings={settings} learned={model.learnedAlpha} /> : null}
    </Group>
  );
}

/** The strengths of the model's LoRAs. */
function LoraGroup({ settings, model }: { settings: TakeSettings; model: ModelView }): ReactNode {
  return (
    <Group id="loras" title={texts.lanes.loras}>
      {model.loras.map(({ name, weight }) => (
        <WeightSlider
          key={name}
          weight={loraWeight(name)}
          own={weight}
          settings={settings}
          note={texts.lanes.loraInPrompt}
        />
      ))}
    </Group>
  );
}

/** What is done to what the model sees of the subject. */
function PreparationGroup({ prepare }: Pick<TakeSettings, 'prepare'>): ReactNode {
  return (
    <Group id="preparation" title={text.preparation} open={false}>
      {preparations.map((name) => (
        <SettingSwitch
          key={name}
          name={name}
          checked={prepare[name]}
          change={(on) => ({ prepare: { ...prepare, [name]: on } })}
        />
      ))}
    </Group>
  );
}
