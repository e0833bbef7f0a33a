import type { ReactNode } from 'react';
import type { ModelView } from '../../electron/contract/methods.ts';
import type { TakeSettings } from '../../electron/contract/takeSettings.ts';
import { NumberField, Segments, SelectField, SliderField } from '../ui/controls.tsx';
import { useDocument, useStudio } from '../ui/hooks.ts';
import { texts } from '../ui/texts.ts';
import { Group, useSetting } from './InspectorGroup.tsx';
import { PromptField } from './PromptField.tsx';
import { settingsForModel, withWeights } from './settingsForModel.ts';

const text = texts.inspector;

const samplerLabels = { ddim: 'DDIM', 'dpmpp-2m': 'DPM++ 2M', unipc: 'UniPC', euler: 'Euler' } as const;

/** How the noise becomes frames: model, weights, steps, sampler, guidance, size, and what should not appear. */
export function SamplingGroup({
  settings,
  model,
  models,
}: {
  settings: TakeSettings;
  model: ModelView | undefined;
  models: readonly ModelView[];
}): ReactNode {
  const studio = useStudio();
  const { set, gesture } = useSetting();
  const setup = useDocument((document) => document.get('setup', 'setup'));
  const guidance = settings.guidance ?? model?.guidance ?? { text: 3, image: 1 };
  const ownSteps = settings.weights === 'student' ? (model?.studentSteps ?? 4) : (model?.steps ?? 25);
  const chooseModel = (modelId: string): void => {
    const chosen = models.find((each) => each.id === modelId);
    if (setup && chosen)
      studio.editor.update('Model', setup, { modelId, settings: settingsForModel(setup.settings, chosen) });
    void studio.attempt(() => studio.loadWords());
  };
  return (
    <Group title={text.sampling} open={false}>
      <SelectField
        label={text.model}
        hint={text.modelHint}
        value={model?.id ?? ''}
        options={models.map((each) => ({ value: each.id, label: each.title }))}
        onChange={chooseModel}
      />
      {model?.studentSteps === null ? null : (
        <div className="field">
          <Segments
            layout="fill"
            label={text.weights}
            value={settings.weights}
            options={[
              { value: 'student', label: text.student },
              { value: 'teacher', label: text.teacher },
            ]}
            onChange={(weights) => {
              if (setup) studio.editor.update('Weights', setup, { settings: withWeights(settings, weights) });
            }}
          />
          <span className="hint">{text.weightsHint}</span>
        </div>
      )}
      <SliderField
        label={text.steps}
        hint={text.stepsHint}
        value={settings.steps ?? ownSteps}
        min={1}
        max={settings.weights === 'student' ? 12 : 100}
        step={1}
        defaultValue={ownSteps}
        {...gesture('Steps')}
        onChange={(value) => set('Steps', { steps: value })}
      />
      <SelectField
        label={text.sampler}
        hint={text.samplerHint}
        value={settings.sampler}
        options={[
          { value: 'ddim', label: samplerLabels.ddim },
          { value: 'dpmpp-2m', label: samplerLabels['dpmpp-2m'] },
          { value: 'unipc', label: samplerLabels.unipc },
          { value: 'euler', label: samplerLabels.euler },
        ]}
        onChange={(sampler) => set('Sampler', { sampler })}
      />
      <SliderField
        label={text.textGuidance}
        hint={text.textGuidanceHint}
        value={guidance.text}
        min={1}
        max={15}
        step={0.1}
        defaultValue={model?.guidance.text ?? 3}
        mark={model?.guidance.text}
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
        defaultValue={1}
        mark={1}
        {...gesture('Image guidance')}
        onChange={(value) => set('Image guidance', { guidance: { ...guidance, image: value } })}
      />
      <SliderField
        label={text.sharedNoise}
        hint={text.sharedNoiseHint}
        value={settings.noiseAlpha ?? model?.noiseAlpha ?? 0}
        min={0}
        max={1}
        step={0.01}
        defaultValue={model?.noiseAlpha ?? 0}
        mark={model?.noiseAlpha}
        {...gesture('Shared noise')}
        onChange={(noiseAlpha) => set('Shared noise', { noiseAlpha })}
      />
      <div className="field">
        <div className="fieldRow">
          <span>{text.size}</span>
          <span style={{ display: 'flex', gap: 4, alignItems: 'center' }}>
            <NumberField
              label={`${text.size}: width`}
              value={settings.width}
              placeholder={String(model?.width ?? '')}
              min={64}
              max={2048}
              step={8}
              onValue={(value) => set('Size', { width: Math.round(value / 8) * 8 })}
            />
            ×
            <NumberField
              label={`${text.size}: height`}
              value={settings.height}
              placeholder={String(model?.height ?? '')}
              min={64}
              max={2048}
              step={8}
              onValue={(value) => set('Size', { height: Math.round(value / 8) * 8 })}
            />
          </span>
        </div>
        <span className="hint">{text.sizeHint}</span>
      </div>
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
