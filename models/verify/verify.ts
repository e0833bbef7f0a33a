/**
 * `magdiff models verify`: runs a folder of golden data through the networks, samplers or pipeline it is for and reports
 * how far the results are from the reference. What a folder is for is told by the files in it, whatever its name.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StudioError } from '../errors/studioError.ts';
import { networks } from '../model/networks.ts';
import type { DialectName } from '../onnx/dialect.ts';
import { chooseDevice, type Device } from '../runtime/device.ts';
import type { ProviderName } from '../runtime/session.ts';
import { findWeightFile, readCheckpoint, readJson } from '../weights/checkpoint.ts';
import { KeyedWeights } from '../weights/keyedWeights.ts';
import type { ComparedResult } from './goldenData.ts';
import { isSam2Case } from './sam2/sam2Case.ts';
import { verifySam2 } from './sam2/verifySam2.ts';
import { isSetCase } from './sd15/setCase.ts';
import { verifySet } from './sd15/verifySet.ts';
import { networksFor, verifyNetwork } from './verifyNetworks.ts';
import { verifyPipeline } from './verifyPipeline.ts';
import { verifySchedulers } from './verifySchedulers.ts';
import { verifyTokenizer } from './verifyTokenizer.ts';

/** One compared result. */
export interface VerifiedCase {
  /** Case and result, such as `video.output`. */
  readonly name: string;
  /** max|ours − golden| / max|golden|. */
  readonly relativeError: number;
  readonly tolerance: number;
  readonly passed: boolean;
}

/** What a verification found. */
export interface Verification {
  readonly folder: string;
  /** What the folder is for: `schedulers`, `pipeline`, `tokenizer`, or networks by their titles. */
  readonly kind: string;
  readonly dialect: string;
  readonly provider: string;
  readonly cases: readonly VerifiedCase[];
  readonly warnings: readonly string[];
  readonly passed: boolean;
}

/** How to verify. The provider follows the dialect unless named. */
export interface VerifyOptions {
  readonly dialect?: DialectName;
  readonly provider?: ProviderName;
  readonly threads?: number;
  /** In half precision, to its wider tolerances. */
  readonly half?: boolean;
}

/** Largest relative error of a module or a trajectory in float32, and of a whole pipeline or a GPU. */
export const moduleTolerance = 1e-4;
export const pipelineTolerance = 1e-3;

/** The same in half precision. */
export const halfModuleTolerance = 5e-3;
export const halfPipelineTolerance = 2e-2;

const providerOfDialect: Readonly<Record<DialectName, ProviderName>> = {
  plain: 'cpu',
  cpu: 'cpu',
  webgpu: 'webgpu',
  cuda: 'cuda',
  directml: 'directml',
};

/** Verifies one folder. Throws StudioError where the folder is not golden data this program knows, or cannot be read. */
export async function verifyFolder(path: string, options: VerifyOptions = {}): Promise<Verification> {
  const folder = resolve(path);
  if (!existsSync(folder))
    throw new StudioError('file-missing', `${folder} does not exist.`, { hint: 'Name a folder of golden data.' });
  const device = await deviceFor(options);
  const found = await verifyKind(folder, device);
  const isLoose = found.kind === 'pipeline' || (device.provider !== 'cpu' && !device.dialect.half);
  const tolerance = isLoose ? pipelineTolerance : moduleTolerance;
  const cases = found.cases.map(({ name, relativeError, tolerance: own }) => {
    const single = Math.max(own ?? 0, tolerance);
    const allowed = halved(single, device);
    return { name, relativeError, tolerance: allowed, passed: relativeError <= allowed };
  });
  if (cases.length === 0) throw new StudioError('format-unknown', `${folder} holds no case to verify.`);
  return {
    folder,
    kind: found.kind,
    dialect: device.dialect.half ? `${device.dialect.name}, half precision` : device.dialect.name,
    provider: device.provider,
    cases,
    warnings: device.warnings,
    passed: cases.every(({ passed }) => passed),
  };
}

/** The tolerance in the device's precision. */
const halved = (tolerance: number, { dialect }: Device): number =>
  dialect.half ? (tolerance >= pipelineTolerance ? halfPipelineTolerance : halfModuleTolerance) : tolerance;

/** The report as lines of text. */
export function verificationText(verification: Verification): string {
  const { folder, kind, dialect, provider, cases, warnings } = verification;
  const width = Math.max(...cases.map(({ name }) => name.length));
  const lines = cases.map(
    ({ name, relativeError, tolerance, passed }) =>
      `  ${name.padEnd(width)}  ${relativeError.toExponential(2)}  ${passed ? 'ok' : `ABOVE ${tolerance.toExponential(0)}`}`,
  );
  const failed = cases.filter(({ passed }) => !passed).length;
  const verdict =
    failed === 0
      ? `all ${cases.length} within ${[...new Set(cases.map(({ tolerance }) => tolerance.toExponential(0)))].join(' or ')}`
      : `${failed} of ${cases.length} above the tolerance`;
  return [
    `${folder} (${kind}, dialect ${dialect}, provider ${provider})`,
    ...warnings.map((warning) => `  ${warning}`),
    ...lines,
    `  ${verdict}`,
  ].join('\n');
}

async function deviceFor(options: VerifyOptions): Promise<Device> {
  const provider = options.provider ?? (options.dialect ? providerOfDialect[options.dialect] : 'cpu');
  const device = await chooseDevice({ half: false, ...options, provider });
  if (device.provider !== provider) {
    throw new StudioError(
      'provider-unavailable',
      `The provider ${provider} cannot be used here: ${device.warnings.join(' ')}`,
      {
        hint: 'Verify with --dialect cpu, or where the device is.',
      },
    );
  }
  return device;
}

type Found = { kind: string; cases: readonly (ComparedResult & { readonly tolerance?: number })[] };

async function verifyKind(folder: string, device: Device): Promise<Found> {
  const has = (name: string): boolean => existsSync(join(folder, name));
  if (has('vocab.json') && has('cases.json')) return { kind: 'tokenizer', cases: await verifyTokenizer(folder) };
  if (has('case.json')) {
    const json = await readJson(join(folder, 'case.json'));
    if (isSetCase(json)) return { kind: 'Stable Diffusion 1.5', cases: await verifySet(folder, device) };
    if (isSam2Case(json))
      return {
        kind: 'SAM 2',
        cases: await verifySam2(folder, {
          provider: device.provider,
          dialect: device.dialect.name,
          half: device.dialect.half,
          ...(device.threads === undefined ? {} : { threads: device.threads }),
        }),
      };
    throw new StudioError('format-unknown', `${join(folder, 'case.json')} is for no family this program knows.`, {
      hint: 'Its "format" should be "stable-diffusion-1" or "sam2".',
    });
  }
  if (!has('config.json')) {
    throw new StudioError('format-unknown', `${folder} holds no golden data: config.json is missing.`, {
      hint: 'A golden folder has config.json, weights and cases.safetensors (or trajectories.safetensors, or case.safetensors).',
    });
  }
  const config = await readJson(join(folder, 'config.json'));
  if (has('trajectories.safetensors')) {
    return {
      kind: 'schedulers',
      cases: await verifySchedulers(config, await readCheckpoint(join(folder, 'trajectories.safetensors')), folder),
    };
  }
  if (has('case.safetensors')) {
    return {
      kind: 'pipeline',
      cases: await verifyPipeline(folder, config, await readCheckpoint(join(folder, 'case.safetensors')), device),
    };
  }
  const weightFile = findWeightFile(folder);
  if (!has('cases.safetensors') || !weightFile) {
    throw new StudioError(
      'format-unknown',
      `${folder} holds no golden data: ${has('cases.safetensors') ? 'weights are' : 'cases.safetensors is'} missing.`,
      {
        hint: 'A golden folder has config.json, weights and cases.safetensors.',
      },
    );
  }
  const cases = await readCheckpoint(join(folder, 'cases.safetensors'));
  const weights = new KeyedWeights(weightFile, [{ index: await readCheckpoint(weightFile) }]);
  const kinds = networksFor(networks, config, cases);
  if (kinds.size === 0) {
    throw new StudioError('format-unknown', `${folder} is for no network this program knows.`, {
      hint: 'Its config.json should be that of a UNet3DConditionModel, AutoencoderKL, AutoencoderTiny, Resampler, CLIP tower or HFA pyramid.',
    });
  }
  const results: ComparedResult[] = [];
  for (const network of kinds.values())
    results.push(...(await verifyNetwork(network, { folder, config, weights, cases, device })));
  return { kind: [...kinds.keys()].join(', '), cases: results };
}
