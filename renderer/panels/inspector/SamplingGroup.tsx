import type { ReactNode } from 'react';
import type { ModelView } from '../../../electron/contract/methods.ts';
import { samplerNames, type TakeSettings } from '../../../electron/contract/takeSettings.ts';
import { shownSetup } from '../../editor/setups.ts';
import { useDocument, useModels, useProject } from '../../project/hooks.ts';
import { Segments } from '../../ui/controls/Segments.tsx';
import { Field, HintText } from '../../ui/fields/Field.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { SizeRow } from '../../ui/fields/SizeRow.tsx';
import { Group } from '../../ui/groups/Group.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { PromptField } from './prompt/PromptField.tsx';
import { SettingSlider, useSetting } from './SettingFields.tsx';
import { settingsForModel, withWeights } from './settingsForModel.ts';

const text = texts.inspector;

const samplerLabels = {
  ddim: 'DDIM',
  'dpmpp-2m': 'DPM++ 2M',
  unipc: 'UniPC',
  euler: 'Euler',
  'euler-trailing': 'Euler, trailing',
  'euler-ancestral': 'Euler ancestral',
  lcm: 'LCM',
  tcd: 'TCD',
} as const;

/** The last of the models to choose: the page of all. No folder has this name. */
const morePage = '…/';

/** The most steps on the slider, as a multiple of the weights' own number. */
const mostSteps = 4;

/** How the noise becomes frames: model, weights, steps, sampler, guidance, size, and what should not appear. */
export function SamplingGroup({ settings, model }: { settings: TakeSettings; model: ModelView }): ReactNode {
  const { editor, showModels } = useProject();
  const models = useModels();
  const set = useSetting();
  const setup = useDocument(shownSetup);
  const guidance = settings.guidance ?? model.guidance;
  const ownSteps = settings.weights === 'student' && model.studentSteps !== null ? model.studentSteps : model.steps;
  const chooseModel = (modelId: string): void => {
    if (modelId === morePage) showModels();
    const chosen = models.find((each) => each.id === modelId);
    if (setup && chosen) editor.updateSetup('Model', { modelId, settings: settingsForModel(setup.settings, chosen) });
  };
  return (
    <Group id="sampling" title={text.sampling} open={false}>
      <SelectField
        label={text.model}
        hint={text.modelHint}
        value={model.id}
        options={[
          ...models.map((each) => ({ value: each.id, label: each.title })),
          { value: morePage, label: texts.models.more },
        ]}
        onChange={chooseModel}
      />
      {model.studentSteps === null ? null : (
        <Field>
          <Segments
            layout="fill"
            label={text.weights}
            value={settings.weights}
            options={[
              { value: 'student', label: text.student },
              { value: 'teacher', label: text.teacher },
            ]}
            onChange={(weights) => {
              editor.updateSetup('Weights', { settings: withWeights(settings, weights) });
            }}
          />
          <HintText>{text.weightsHint}</HintText>
        </Field>
      )}
      <SettingSlider
        name="steps"
        value={settings.steps ?? ownSteps}
        min={1}
        max={ownSteps * mostSteps}
        step={1}
        own={ownSteps}
        change={(steps) => ({ steps })}
      />
      <SelectField
        label={text.sampler}
        hint={text.samplerHint}
        value={settings.sampler}
        options={samplerNames.map((value) => ({ value, label: samplerLabels[value] }))}
        onChange={(sampler) => set(text.sampler, { sampler })}
      />
      <SettingSlider
        name="textGuidance"
        value={guidance.text}
        min={1}
        max={15}
        step={0.1}
        own={model.guidance.text}
        marked
        change={(value) => ({ guidance: { ...guidance, text: value } })}
      />
      <SettingSlider
        name="imageGuidance"
        value={guidance.image}
        max={5}
        step={0.1}
        own={model.guidance.image}
        marked
        change={(value) => ({ guidance: { ...guidance, image: value } })}
      />
      <SettingSlider
        name="sharedNoise"
        value={settings.noiseAlpha ?? model.noiseAlpha}
        max={1}
        own={model.noiseAlpha}
        marked
        change={(noiseAlpha) => ({ noiseAlpha })}
      />
      <Field>
        <SizeRow
          label={text.size}
          size={settings}
          placeholder={model}
          min={64}
          max={2048}
          step={8}
          onSize={(size) => set(text.size, size)}
        />
        <HintText>{text.sizeHint}</HintText>
      </Field>
      <PromptField
        label={text.negative}
        placeholder={text.negativePlaceholder}
        value={settings.negativePrompt}
        rows={2}
        onCommit={(negativePrompt) => set('Negative prompt', { negativePrompt })}
      />
      {settings.negativePrompt.trim() && guidance.text === 1 && guidance.image === 1 ? (
        <HintText warn>{text.negativeIdle}</HintText>
      ) : null}
    </Group>
  );
}
