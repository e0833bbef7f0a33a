import { inspectorTexts } from './inspectorTexts.ts';

/** A weight's name as people read it: a LoRA's is its own. */
export function weightName(weight: 'textAlpha' | 'imageAlpha' | 'hfaStrength' | `lora:${string}`): string {
  if (weight === 'textAlpha' || weight === 'imageAlpha' || weight === 'hfaStrength')
    return inspectorTexts.inspector[weight];
  return weight.slice('lora:'.length);
}

/** Sentences of what moves over a take's frames and steps. */
export const laneTexts = {
  lanes: {
    on: (weight: string) => `${weight}: move over the frames`,
    off: (weight: string) => `${weight}: one value for all frames`,
    loras: 'LoRAs',
    loraHint: 'How strongly the LoRA works.',
    loraInPrompt: 'What is set here is written into the prompt.',
    atPlayhead: 'A lane on the timeline; the slider writes the key at the playhead.',
    help: (weight: string) => `${weight} over the next take. Press to add a key, drag to move it, Delete to remove it.`,
    key: (weight: string, frame: number, value: number) => `${weight}, key at frame ${frame}: ${value.toFixed(2)}`,
    fields: (weight: string) => `${weight}: the key in numbers`,
    frame: 'Frame',
    value: 'Value',
    curve: 'Then',
    curves: { hold: 'Hold', linear: 'In a line', smooth: 'Smooth' },
    removeKey: 'Remove the key',
    steps: 'Over the steps',
    stepsHint:
      'A factor on the weight, from the first step of the run, which lays things out, to the last, which draws the details.',
    start: 'Start',
    end: 'End',
    ease: 'Ease',
    eases: { linear: 'In a line', in: 'Late', out: 'Early', smooth: 'Smooth' },
    stepsOn: (weight: string) => `${weight}: change over the steps`,
  },
  alphaTable: {
    title: 'α by layer',
    open: (changed: number) => (changed === 0 ? 'By layer…' : `By layer: ${changed} changed…`),
    hint: 'What each layer learned, and a factor on it. Layers on the way down lay things out, those on the way up draw them.',
    preset: 'Preset',
    presets: {
      even: 'As learned',
      style: 'The picture’s style',
      composition: 'The picture’s composition',
      easeIn: 'Ease in',
      easeOut: 'Ease out',
      own: 'Own',
    },
    layer: 'Layer',
    layerName: ({ place, block, layer }: { place: 'down' | 'mid' | 'up'; block: number; layer: number }) =>
      place === 'mid' ? 'Middle' : `${place === 'down' ? 'Down' : 'Up'} ${block}, ${layer}`,
  },
} as const;
