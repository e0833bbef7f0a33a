import type { ReactNode } from 'react';
import type { ModelView } from '../../../electron/contract/methods.ts';
import { samplerNames, type TakeSettings } from '../../../electron/contract/takeSettings.ts';
import { useDocument, useProject } from '../../project/hooks.ts';
import { Segments } from '../../ui/controls/Segments.tsx';
import { Field, FieldRow, HintText, Inline } from '../../ui/fields/Field.tsx';
import { NumberField } from '../../ui/fields/NumberField.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { SliderField } from '../../ui/fields/SliderField.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { Group, useSetting } from './InspectorGroup.tsx';
import { PromptField } from './PromptField.tsx';
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

/** The most steps on the slider, as a multiple of the weights' own number. */
const mostSteps = 4;

/** How the noise becomes frames: model, weights, steps, sampler, guidance, size, and what should not appear. */
export function SamplingGroup({ settings, model }: { settings: TakeSettings; model: ModelView }): ReactNode {
  const { editor, info } = useProject();
  const { set, gesture } = useSetting();
  const setup = useDocument((document) => document.get('setup', 'setup'));
  const guidance = settings.guidance ?? model.guidance;
  const ownSteps = settings.weights === 'student' && model.studentSteps !== null ? model.studentSteps : model.steps;
  const chooseModel = (modelId: string): void => {
    const chosen = info.models.find((each) => each.id === modelId);
    if (setup && chosen) editor.update('Model', setup, { modelId, settings: settingsForModel(setup.settings, chosen) });
  };
  return (
    <Group title={text.sampling} open={false}>
      <SelectField
        label={text.model}
        hint={text.modelHint}
        value={model.id}
        options={info.models.map((each) => ({ value: each.id, label: each.title }))}
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
              if (setup) editor.update('Weights', setup, { settings: withWeights(settings, weights) });
            }}
          />
          <HintText>{text.weightsHint}</HintText>
        </Field>
      )}
      <SliderField
        label={text.steps}
        hint={text.stepsHint}
        value={settings.steps ?? ownSteps}
        min={1}
        max={ownSteps * mostSteps}
        step={1}
        defaultValue={ownSteps}
        {...gesture('Steps')}
        onChange={(value) => set('Steps', { steps: value })}
      />
      <SelectField
        label={text.sampler}
        hint={text.samplerHint}
        value={settings.sampler}
        options={samplerNames.map((value) => ({ value, label: samplerLabels[value] }))}
        onChange={(sampler) => set('Sampler', { sampler })}
      />
      <SliderField
        label={text.textGuidance}
        hint={text.textGuidanceHint}
        value={guidance.text}
        min={1}
        max={15}
        step={0.1}
        defaultValue={model.guidance.text}
        mark={model.guidance.text}
        {...gesture('Text guidance')}
        onChange={(value) => set('Text guidance', { guidance: { ...guidance, text: value } })}
      />
      <SliderField
        label={text.imageGuidance}
        hint={text.imageGuidanceHint}
        value={guidance.image}
        min={0}
        max={5}
        step={0.1}
        defaultValue={model.guidance.image}
        mark={model.guidance.image}
        {...gesture('Image guidance')}
        onChange={(value) => set('Image guidance', { guidance: { ...guidance, image: value } })}
      />
      <SliderField
        label={text.sharedNoise}
        hint={text.sharedNoiseHint}
        value={settings.noiseAlpha ?? model.noiseAlpha}
        min={0}
        max={1}
        step={0.01}
        defaultValue={model.noiseAlpha}
        mark={model.noiseAlpha}
        {...gesture('Shared noise')}
        onChange={(noiseAlpha) => set('Shared noise', { noiseAlpha })}
      />
      <Field>
        <FieldRow>
          <span>{text.size}</span>
          <Inline>
            <NumberField
              label={`${text.size}: width`}
              value={settings.width}
              placeholder={String(model.width)}
              min={64}
              max={2048}
              step={8}
              onValue={(value) => set('Size', { width: Math.round(value / 8) * 8 })}
            />
            ×
            <NumberField
              label={`${text.size}: height`}
              value={settings.height}
              placeholder={String(model.height)}
              min={64}
              max={2048}
              step={8}
              onValue={(value) => set('Size', { height: Math.round(value / 8) * 8 })}
            />
          </Inline>
        </FieldRow>
        <HintText>{text.sizeHint}</HintText>
      </Field>
      <PromptField
        label={text.negative}
        placeholder={text.negativePlaceholder}
        value={settings.negativePrompt}
        rows={2}
        onCommit={(negativePrompt) => set('Negative prompt', { negativePrompt })}
      />
    </Group>
  );
}
