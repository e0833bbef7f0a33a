/** `magdiff models inspect`: what a file or folder is, and what is missing, in plain words. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StudioError } from '../errors/studioError.ts';
import type { Family, ModelFiles } from '../model/family.ts';
import { type Networks, networks } from '../model/networks.ts';
import { NetworkSet } from '../model/networkTable.ts';
import { type FileInspection, inspectFile } from '../recognise/inspectFile.ts';
import { recogniseFolder } from '../recognise/recogniseFolder.ts';
import { requireFinite } from '../weights/finiteness.ts';
import { familyOf } from './families.ts';
import { isDiffusersFolder } from './magdiffRelease/files.ts';

/** What one network of a model folder is. */
export interface InspectedPart {
  readonly name: string;
  readonly parameters: number;
  readonly sizeBytes: number;
  readonly files: readonly string[];
}

/** What a path is. */
export interface Inspection {
  readonly path: string;
  readonly kind: 'model' | 'part' | 'weights';
  /** One sentence. */
  readonly what: string;
  readonly parts: readonly InspectedPart[];
  /** Facts of a model, such as its size and frames, as sentences. */
  readonly facts: readonly string[];
  /** What is missing or wrong, as sentences; empty where it can be used as it is. */
  readonly problems: readonly string[];
  readonly usable: boolean;
  readonly file?: FileInspection;
}

/** Looks at a path and says what it is. Throws only where nothing is there or the file cannot be read at all. */
export async function inspectPath(path: string): Promise<Inspection> {
  const full = resolve(path);
  if (!existsSync(full))
    throw new StudioError('file-missing', `${full} does not exist.`, { hint: 'Name a weight file or a model folder.' });
  if (!statSync(full).isDirectory()) return inspectWeights(full);
  const family = familyOf(full);
  if (family) return inspectModel(family, await family.readFiles(full));
  return inspectOtherFolder(full);
}

/** The report as text. */
export function inspectionText(inspection: Inspection): string {
  const lines = [`${inspection.path}: ${inspection.what}.`];
  for (const { name, parameters, sizeBytes } of inspection.parts)
    lines.push(`  ${name.padEnd(16)} ${millions(parameters).padStart(9)} parameters, ${mebibytes(sizeBytes)}`);
  for (const fact of inspection.facts) lines.push(`  ${fact}`);
  for (const problem of inspection.problems) lines.push(`  Problem: ${problem}`);
  lines.push(inspection.usable ? '  Ready to use.' : '  Not usable as it is.');
  return lines.join('\n');
}

const millions = (count: number): string => `${(count / 1e6).toFixed(count < 1e7 ? 2 : 1)} M`;
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function inspectWeights(path: string): Promise<Inspection> {
  const file = await inspectFile(path);
  const types = Object.entries(file.elementTypes).map(([type, count]) => `${count} ${type}`);
  const { what, needs, usable } = file.recognition;
  const facts = [
    `${file.tensors} tensors (${types.join(', ')}), ${millions(file.parameters)} parameters, ${mebibytes(file.sizeBytes)}.`,
    ...(usable && needs !== undefined ? [needs] : []),
    ...(file.foreign.length === 0 ? [] : [`It names ${file.foreign.join(', ')}, of other programs; that is left out.`]),
    ...(file.hashes ? [hashSentence(file.hashes)] : []),
  ];
  const problems = [
    ...(file.notFinite === undefined
      ? []
      : [`The weight ${file.notFinite} holds numbers that are infinite or not numbers at all.`]),
    ...(usable || needs === undefined ? [] : [needs]),
  ];
  return { path, kind: 'weights', what, parts: [], facts, problems, usable: usable && problems.length === 0, file };
}

function hashSentence({ sha256, autoV2, autoV3, old }: NonNullable<FileInspection['hashes']>): string {
  const names = [
    `AutoV2 ${autoV2}`,
    ...(autoV3 ? [`AutoV3 ${autoV3}`] : []),
    ...(old ? [`old A1111 hash ${old}`] : []),
  ];
  return `SHA-256 ${sha256} (${names.join(', ')}).`;
}

async function inspectModel(family: Family, files: ModelFiles): Promise<Inspection> {
  const { folder, manifest, missing, strayKeys } = files;
  const parts = [...files.parts].map(([name, { weights }]) => ({
    name,
    parameters: weights.keys.reduce(
      (sum, key) => sum + (weights.tensor(key)?.shape.reduce((product, size) => product * size, 1) ?? 0),
      0,
    ),
    sizeBytes: weights.sizeBytes,
    files: weights.paths,
  }));
  const problems = missing.map((what) => `It lacks ${what}.`);
  if (strayKeys.length > 0)
    problems.push(`${strayKeys.length} weights belong to no network, such as ${strayKeys.slice(0, 3).join(', ')}.`);
  if (missing.length === 0) problems.push(...(await checkNetworks(family, files)));
  const student = manifest.student ? `, with a student of ${manifest.student.steps} steps` : '';
  return {
    path: folder,
    kind: 'model',
    what: family.sentence(manifest),
    parts,
    facts: [
      `Made for ${manifest.width}×${manifest.height} pixels, ${manifest.frames.join(' or ')} frames at ${manifest.framesPerSecond} a second${student}.`,
      ...(files.notes ?? []),
      ...(files.warnings ?? []),
    ],
    problems,
    usable: problems.length === 0,
  };
}

async function checkNetworks(family: Family, { parts, manifest }: ModelFiles): Promise<readonly string[]> {
  const problems: string[] = [];
  try {
    new NetworkSet<Networks>(networks, family.name, parts, manifest).checkWeights();
  } catch (error) {
    problems.push(messageOf(error));
  }
  for (const { weights } of parts.values()) {
    try {
      await requireFinite(weights.label, weights.entries);
    } catch (error) {
      problems.push(messageOf(error));
    }
  }
  return problems;
}

/** A folder that is no whole model: a single network's, a Stable Diffusion folder alone, or none of these. */
async function inspectOtherFolder(folder: string): Promise<Inspection> {
  const empty = { path: folder, parts: [], facts: [], usable: false } as const;
  if (isDiffusersFolder(folder)) {
    const found = await recogniseFolder(folder);
    return {
      ...empty,
      kind: 'part',
      what: found?.what ?? 'a Stable Diffusion folder in diffusers’ form',
      facts: found?.usable ? ['It is a base for sets: `magdiff models sets` proposes them.'] : [],
      problems: [
        'It makes pictures, not videos: MagDiff.pth or MagDiff.safetensors is missing beside it, and the OpenCLIP image encoder in a folder image_encoder.',
      ],
    };
  }
  const files = readdirSync(folder).filter((name) => /\.(safetensors|pth|ckpt|bin)$/.test(name));
  if (files.length === 0) {
    return {
      ...empty,
      kind: 'part',
      what: 'a folder without weights',
      problems: [
        'A model is a folder with magdiff.json, or a stable-diffusion-2-1-base folder with MagDiff.pth beside it.',
      ],
    };
  }
  const inspections: FileInspection[] = [];
  const problems: string[] = [];
  for (const name of files) {
    try {
      inspections.push(await inspectFile(join(folder, name)));
    } catch (error) {
      problems.push(messageOf(error));
    }
  }
  const parts = inspections.map(({ recognition, parameters, sizeBytes, path }) => ({
    name: recognition.what,
    parameters,
    sizeBytes,
    files: [path],
  }));
  problems.push(...inspections.flatMap(({ recognition: { needs } }) => (needs === undefined ? [] : [needs])));
  if (!existsSync(join(folder, 'config.json')))
    problems.push('A config.json that describes the network is missing beside the weights.');
  return {
    ...empty,
    kind: 'part',
    what: `a folder with ${files.length === 1 ? 'one weight file' : `${files.length} weight files`}`,
    parts,
    problems,
  };
}
