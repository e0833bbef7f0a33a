/** Readers of one network each: DINO, Inception v3, I3D and R3D-18. */
import { StudioError } from '../../errors/studioError.ts';
import type { ClipReader, PictureReader } from '../../measure/readers.ts';
import * as nets from '../../nets/backbones/backboneNetworks.ts';
import { inceptionSide } from '../../nets/backbones/inception.ts';
import { inflatedFrames, inflatedSide } from '../../nets/backbones/inflatedInception.ts';
import { type BackboneFile, type NetworkOpener, titleOf } from './backboneFile.ts';
import { dinoConfig, dinoTensors, widthsOf } from './backboneKeys.ts';
import { clipInput, imageNet, kinetics, pictureInput, signed } from './pictureInput.ts';

const use = { part: 'file', families: ['backbones'] } as const;

/** DINO or DINOv2: the class token's vector of a picture, shrunk to 256 and its middle 224 pixels taken. */
export function openDino({ path, index, json, recognition }: BackboneFile, open: NetworkOpener): PictureReader {
  const tensors = dinoTensors(index);
  const config = dinoConfig(tensors, json);
  if (tensors.has('blocks.0.mlp.w12.weight'))
    throw new StudioError('model-mismatch', `${path} is a DINOv2 with gated layers, which this program does not run.`, {
      hint: 'Take ViT-S, ViT-B or ViT-L.',
    });
  const networks = open(
    { dino: { ...use, network: nets.dino, title: 'transformer' } },
    new Map([['file', { config, tensors }]]),
  );
  const form = { shorter: 256, side: config.imageSize, kernel: 'bicubic', ...imageNet } as const;
  const name = /\(([^)]+)\)/.exec(recognition.what)?.[1] ?? '';
  return {
    title: titleOf(name.startsWith('DINOv2') ? name : `DINO ${name}`, path),
    comparable: true,
    read: async (pictures) => {
      const part = await networks.part('dino', { batch: 1 });
      const vectors: Float32Array[] = [];
      for (const picture of pictures)
        vectors.push((await part.run({ pixels: pictureInput(picture, form) })).embedding.data);
      return vectors;
    },
  };
}

/** Classes of the weights that inception scores of papers are made with. */
const originalClasses = 1008;

/** Inception v3: a picture's class logits. */
export function openInception({ path, index }: BackboneFile, open: NetworkOpener): PictureReader {
  const classes = index.get('fc.weight')?.shape[0] ?? 0;
  const original = classes === originalClasses;
  const config = { widths: widthsOf(index, '.conv.weight'), classes, original };
  const networks = open(
    { inception: { ...use, network: nets.inception, title: 'Inception v3' } },
    new Map([['file', { config, tensors: index }]]),
  );
  const form = { shorter: inceptionSide, side: inceptionSide, kernel: 'bilinear', ...signed } as const;
  return {
    title: titleOf(original ? 'Inception v3 of 2015' : 'Inception v3 of torchvision', path),
    comparable: original,
    read: async (pictures) => {
      const part = await networks.part('inception', { batch: 1, size: inceptionSide });
      const logits: Float32Array[] = [];
      for (const picture of pictures)
        logits.push((await part.run({ pixels: pictureInput(picture, form) })).logits.data);
      return logits;
    },
  };
}

/** I3D: a clip's class logits, as Fréchet video distances of papers have them. */
export function openInflated({ path, index }: BackboneFile, open: NetworkOpener): ClipReader {
  const config = {
    widths: widthsOf(index, '.conv3d.weight'),
    classes: index.get('logits.conv3d.weight')?.shape[0] ?? 0,
  };
  const networks = open(
    { i3d: { ...use, network: nets.inflatedInception, title: 'I3D' } },
    new Map([['file', { config, tensors: index }]]),
  );
  const form = { shorter: inflatedSide, side: inflatedSide, kernel: 'bilinear', ...signed } as const;
  return {
    title: titleOf('I3D', path),
    comparable: true,
    fewestFrames: inflatedFrames,
    readClip: async (frames) => {
      const part = await networks.part('i3d', { frames: frames.length, size: inflatedSide });
      return (await part.run({ clip: clipInput(frames, form) })).logits.data;
    },
  };
}

/** Side that R3D-18 was trained with. */
const residualSide = 112;

/** R3D-18: a clip's vector before the classes. */
export function openResidual({ path, index }: BackboneFile, open: NetworkOpener): ClipReader {
  const stages = ['stem.0', 'layer1.0.conv1.0', 'layer2.0.conv1.0', 'layer3.0.conv1.0', 'layer4.0.conv1.0'];
  const config = { widths: stages.map((key) => index.get(`${key}.weight`)?.shape[0] ?? 0) };
  const networks = open(
    { r3d: { ...use, network: nets.residual3d, title: 'R3D-18' } },
    new Map([['file', { config, tensors: index }]]),
  );
  const form = { shorter: 128, side: residualSide, kernel: 'bilinear', ...kinetics } as const;
  return {
    title: titleOf('R3D-18', path),
    comparable: false,
    fewestFrames: 1,
    readClip: async (frames) => {
      const part = await networks.part('r3d', { frames: frames.length, size: residualSide });
      return (await part.run({ clip: clipInput(frames, form) })).embedding.data;
    },
  };
}
