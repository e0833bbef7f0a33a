import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { dialectOf } from '../../../../models/onnx/dialect.ts';
import { silu } from '../../../../models/onnx/elementwise.ts';
import { GraphBuilder } from '../../../../models/onnx/graphBuilder.ts';
import { RecordingSource } from '../../../../models/onnx/sources/recordingSource.ts';
import { cachedGraph } from '../../../../models/runtime/graphCache.ts';

const folder = mkdtempSync(join(tmpdir(), 'graph-cache-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('graph cache', () => {
  const cache = join(folder, 'cache');
  const build = () => {
    const b = new GraphBuilder('test', dialectOf('cpu'), new RecordingSource());
    b.output('y', silu(b.input('x', 'float32', [2])));
    return b.finish();
  };

  test('builds once, and again where the description differs or the file is damaged', async () => {
    let builds = 0;
    const counted = () => {
      builds++;
      return build();
    };
    const first = await cachedGraph(cache, ['a'], counted);
    const second = await cachedGraph(cache, ['a'], counted);
    expect(builds).toBe(1);
    expect(Buffer.from(second.model)).toEqual(Buffer.from(first.model));
    expect({ ...second, model: 0 }).toEqual({ ...first, model: 0 });
    await cachedGraph(cache, ['b'], counted);
    expect(builds).toBe(2);
    for (const name of readdirSync(cache)) if (name.endsWith('.json')) writeFileSync(join(cache, name), '{"half": ');
    await cachedGraph(cache, ['a'], counted);
    expect(builds).toBe(3);
  });

  test('a folder that cannot be written costs nothing but the building', async () => {
    const blocked = join(folder, 'blocked');
    writeFileSync(blocked, 'a file');
    expect((await cachedGraph(join(blocked, 'cache'), ['a'], build)).outputs.map(({ name }) => name)).toEqual(['y']);
    expect(readFileSync(blocked, 'utf8')).toBe('a file');
  });
});
