import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { listSupportedBackends } from 'onnxruntime-node';
import { StudioError } from '../errors/studioError.ts';
import { type Dialect, type DialectName, dialectOf } from '../onnx/dialect.ts';
import { runSelfTest, type SelfTestResult } from './selfTest.ts';
import { type ProviderName, providerNames } from './session.ts';

/** What networks run on, and with which operators. */
export interface Device {
  readonly provider: ProviderName;
  readonly dialect: Dialect;
  readonly threads: number | undefined;
  /** Whether values can stay on it between runs; absent: they cannot, or on the CPU need not. */
  readonly holdsValues?: boolean;
  /** What went wrong on the way here, as sentences to show. */
  readonly warnings: readonly string[];
}

/** What the user asked for; everything else is found out. */
export interface DeviceWish {
  readonly provider?: ProviderName;
  readonly dialect?: DialectName;
  readonly threads?: number;
  /** Whether products are in float16; absent: on every provider but the CPU, which has no speed to gain by it. */
  readonly half?: boolean;
}

const backendNames: Readonly<Record<string, ProviderName>> = {
  cuda: 'cuda',
  dml: 'directml',
  coreml: 'coreml',
  webgpu: 'webgpu',
  cpu: 'cpu',
};

/** Which dialect each provider runs unless told otherwise. CoreML takes what it can and leaves the rest to the CPU. */
const dialects: Readonly<Record<ProviderName, DialectName>> = {
  cuda: 'cuda',
  directml: 'directml',
  coreml: 'plain',
  webgpu: 'webgpu',
  cpu: 'cpu',
};

/**
 * Providers this installation of ONNX Runtime comes with, best first. Whether the machine has the hardware is another matter. CUDA's
 * libraries are a download of their own; without them asking for CUDA would only make the runtime complain.
 */
export function installedProviders(): readonly ProviderName[] {
  const installed = new Set(
    listSupportedBackends()
      .filter(({ bundled, name }) => bundled || (name === 'cuda' && hasCudaLibraries()))
      .map(({ name }) => backendNames[name]),
  );
  return providerNames.filter((name) => installed.has(name));
}

function hasCudaLibraries(): boolean {
  const home = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const binaries = join(home, 'bin');
  const folders = readdirSync(binaries).map((napi) => join(binaries, napi, process.platform, process.arch));
  return folders.some((folder) => existsSync(join(folder, 'libonnxruntime_providers_cuda.so')));
}

/**
 * Picks the provider and the operators. Candidates are tried best first, or the one wished for alone, then the CPU: each
 * runs a self-test that compares every fused operator with the plain one on that device; forms that are wrong or missing
 * are switched off, and a provider whose plain operators fail is passed over. Every such step is a warning, never silent.
 */
export async function chooseDevice(wish: DeviceWish = {}): Promise<Device> {
  const warnings: string[] = [];
  const installed = installedProviders();
  if (wish.provider && !installed.includes(wish.provider)) {
    warnings.push(`The provider ${wish.provider} is not part of this installation; the CPU takes its place.`);
  }
  const candidates = wish.provider ? [wish.provider, 'cpu' as const] : installed.filter(isAutomatic);
  for (const provider of new Set(candidates)) {
    if (!installed.includes(provider)) continue;
    const base = { ...dialectOf(wish.dialect ?? dialects[provider]), half: wish.half ?? provider !== 'cpu' };
    if (provider === 'cpu') return { provider, dialect: base, threads: wish.threads, warnings };
    const result = await selfTest(provider, base);
    if (result.works) {
      warnings.push(...result.findings);
      const { dialect, holdsValues } = result;
      return { provider, dialect, threads: wish.threads, holdsValues, warnings };
    }
    warnings.push(...result.findings, `The provider ${provider} is passed over.`);
  }
  throw new StudioError('provider-unavailable', 'No execution provider of this installation works, not even the CPU.', {
    hint: 'Install the project again: its ONNX Runtime is incomplete.',
  });
}

const tested = new Map<string, Promise<SelfTestResult>>();

/** A device does not change while the process lives: each is tested once per dialect. */
function selfTest(provider: ProviderName, dialect: Dialect): Promise<SelfTestResult> {
  const key = `${provider} ${dialect.name} ${dialect.half}`;
  const result = tested.get(key) ?? runSelfTest(provider, dialect);
  tested.set(key, result);
  return result;
}

/** WebGPU over a software renderer is far slower than the CPU: on Linux it is used unasked only where a graphics device is. */
function isAutomatic(provider: ProviderName): boolean {
  return provider !== 'webgpu' || process.platform !== 'linux' || existsSync('/dev/dri') || existsSync('/dev/nvidia0');
}
