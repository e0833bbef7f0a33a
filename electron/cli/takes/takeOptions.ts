import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { StudioError } from '../../../models/errors/studioError.ts';
import { exportFormatNames } from '../../contract/exportFormats.ts';
import { providerNames, samplerNames, type TakeSettings, takeSettings } from '../../contract/takeSettings.ts';
import { issueSentence } from './issueSentence.ts';
import { loraLanes, readStepCurve, readWeight } from './laneOptions.ts';

/** Adds the options that `generate` and `edit` share. */
export function addTakeOptions(command: Command): Command {
  return command
    .requiredOption('-p, --prompt <sentence>', 'what should happen')
    .option('--negative <sentence>', 'what should not be there', '')
    .option(
      '--mask <path>',
      'mask of the subject: a picture, a clip or a folder of PNG pictures, white is the subject; or "alpha"',
    )
    .option(
      '--alpha-text, --text-alpha <weight>',
      'APA: weight of the sentence, times the learned one; a number or keys',
      '1',
    )
    .option('--alpha-image, --image-alpha <weight>', 'APA: weight of the picture, likewise; keys are 0:0.4,24:1.2', '1')
    .option('--text-alpha-steps <curve>', 'a factor from the first step to the last, START:END[:EASE]')
    .option('--image-alpha-steps <curve>', 'likewise for the picture')
    .option('--apa <mode>', 'APA weights: learned, or equal and fixed (the ablation)', 'learned')
    .option('--alpha-schedule <file>', 'APA: JSON list of spans {fromStep, toStep, layers, text, image}')
    .option('--no-sda', 'show the model the full frame instead of the cut-out')
    .option('--denoise', 'show the model the subject without its noise')
    .option('--levels', 'show the model the subject with its tones pulled apart')
    .option('--outline', 'show the model the subject with a line along its edge')
    .option('--no-hfa', 'leave the subject’s latents out')
    .option('--hfa-strength <weight>', 'HFA: 0 none to 1 as trained, up to 2; a number or keys', '1')
    .option('--hfa-strength-steps <curve>', 'a factor from the first step to the last')
    .option('--guidance <number>', 'text guidance; the model’s own when left out')
    .option('--image-guidance <number>', 'image guidance; 1 leaves its branch out')
    .option('--student', 'use the few-step weights; what happens where the model has them')
    .option('--full', 'use the full weights, in more steps')
    .option('--steps <count>', 'sampling steps; the model’s own when left out')
    .option('--sampler <name>', `${samplerNames.join(', ')}; the model’s own, or ddim, when left out`)
    .option('--eta <number>', 'randomness of DDIM, 0 to 1', '0')
    .option('--seed <number>', 'a whole number; random when left out')
    .option('--noise-alpha <number>', 'share of noise that all frames have in common; the model’s own when left out')
    .option('--width <pixels>', 'width the model works at')
    .option('--height <pixels>', 'height the model works at')
    .option('--overlap <frames>', 'frames shared by neighbouring windows of a long video', '4')
    .option('-m, --model <folder>', 'model folder or the name of an installed model')
    .option('--provider <name>', `${providerNames.join(', ')}; the best that works when left out`)
    .option('-o, --out <file>', 'the video to write')
    .option('--format <name>', exportFormatNames.join(', '), 'mp4-h264')
    .option('--quality <name>', 'draft, good, best', 'good')
    .option('--keep-job <folder>', 'keep state, latents and frames here; a cut-off run given the same folder goes on')
    .option('--json', 'speak JSON lines, for programs');
}

/** What commander read, before it is checked. */
export type TakeOptionValues = Record<string, string | boolean | readonly string[] | undefined>;

/** A number option, or a usage error that says what was expected. */
export function numberOption(values: TakeOptionValues, name: string): number | undefined {
  const value = values[name];
  if (value === undefined) return undefined;
  const number = Number(value);
  if (value === '' || !Number.isFinite(number)) {
    const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new StudioError('usage', `--${flag} wants a number, not "${value}".`);
  }
  return number;
}

/** The take's settings from the options; every fault is a usage error naming the setting. */
export async function settingsFrom(task: 'generate' | 'edit', values: TakeOptionValues): Promise<TakeSettings> {
  const number = (name: string): number | undefined => numberOption(values, name);
  const text = number('guidance');
  const image = number('imageGuidance');
  if (image !== undefined && text === undefined) {
    throw new StudioError('usage', '--image-guidance needs --guidance beside it.', {
      hint: 'For example --guidance 3 --image-guidance 1.5.',
    });
  }
  const weight = (name: string, flag: string) => readWeight(flag, textOf(values[name]));
  const curve = (name: string, flag: string) => readStepCurve(flag, textOf(values[name]));
  const [textAlpha, imageAlpha] = [weight('textAlpha', '--text-alpha'), weight('imageAlpha', '--image-alpha')];
  const hfaStrength = weight('hfaStrength', '--hfa-strength');
  const draft = {
    task,
    keep: values.keep,
    prompt: values.prompt,
    negativePrompt: values.negative,
    alpha: {
      mode: values.apa,
      text: textAlpha.number,
      image: imageAlpha.number,
      schedule: await readSchedule(values.alphaSchedule),
    },
    overTime: {
      frames: { textAlpha: textAlpha.keys, imageAlpha: imageAlpha.keys, hfaStrength: hfaStrength.keys },
      steps: {
        textAlpha: curve('textAlphaSteps', '--text-alpha-steps'),
        imageAlpha: curve('imageAlphaSteps', '--image-alpha-steps'),
        hfaStrength: curve('hfaStrengthSteps', '--hfa-strength-steps'),
      },
      loras: loraLanes([values.lora ?? []].flat().map(String), values.base !== undefined),
    },
    sda: values.sda,
    prepare: { denoise: values.denoise, levels: values.levels, outline: values.outline },
    hfa: { enabled: values.hfa, strength: hfaStrength.number },
    guidance: text === undefined ? undefined : { text, image },
    weights: values.student ? 'student' : 'teacher',
    steps: number('steps'),
    sampler: values.sampler,
    eta: number('eta'),
    seed: number('seed') ?? Math.floor(Math.random() * 2 ** 32),
    noiseAlpha: number('noiseAlpha'),
    frames: number('frames'),
    width: number('width'),
    height: number('height'),
    strength: number('strength'),
    inversion: values.inversion === true,
    ownPixels: values.ownPixels,
    placeLight: number('placeLight'),
    finishSide: number('finishSide'),
    featherPixels: number('feather'),
    overlapFrames: number('overlap'),
    framesPerSecond: number('fps'),
  };
  const parsed = takeSettings.safeParse(withoutUndefined(draft));
  if (!parsed.success)
    throw new StudioError('usage', `The settings cannot be used: ${issueSentence(parsed.error)}.`, {
      hint: 'See --help for what each takes.',
    });
  return parsed.data;
}

const textOf = (value: TakeOptionValues[string]): string | undefined => (typeof value === 'string' ? value : undefined);

async function readSchedule(path: TakeOptionValues[string]): Promise<unknown> {
  if (typeof path !== 'string') return undefined;
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new StudioError('usage', `The α schedule ${path} cannot be read as JSON.`, { cause });
  }
}

function withoutUndefined(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .map(([key, entry]) => [key, withoutUndefined(entry)]),
  );
}
