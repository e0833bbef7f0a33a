import { describe, expect, test } from 'vitest';
import { dialectOf } from '../../../../models/onnx/dialect.ts';
import { chooseDevice, installedProviders } from '../../../../models/runtime/device.ts';
import { runSelfTest } from '../../../../models/runtime/selfTest.ts';

describe('devices', () => {
  test('the CPU is always there and needs no test', async () => {
    expect(installedProviders()).toContain('cpu');
    expect(await chooseDevice({ provider: 'cpu' })).toMatchObject({
      provider: 'cpu',
      dialect: { name: 'cpu' },
      warnings: [],
    });
  });

  test('a provider that is not there falls back with a warning', async () => {
    const missing = (['coreml', 'directml', 'cuda'] as const).find((name) => !installedProviders().includes(name));
    const device = await chooseDevice({ provider: missing ?? 'coreml' });
    expect(device.provider).toBe('cpu');
    expect(device.warnings.join(' ')).toMatch(new RegExp(`${missing}.*the CPU takes its place`));
  });

  test('the self-test keeps forms that are right and switches off those the provider lacks', async () => {
    const result = await runSelfTest('cpu', { ...dialectOf('cpu'), fusedGroupNorm: true });
    expect(result.works).toBe(true);
    expect(result.dialect).toMatchObject({ fusedAttention: true, fusedSigmoidProduct: true, fusedGroupNorm: false });
    expect(result.findings.join(' ')).toMatch(/cpu fails in its fused group norm/);
  });

  test('half precision stays on where it is right, without the fused forms it lacks', async () => {
    const result = await runSelfTest('cpu', { ...dialectOf('cpu'), half: true });
    expect(result).toMatchObject({ works: true, findings: [], dialect: { half: true, fusedAttention: true } });
  });
});
