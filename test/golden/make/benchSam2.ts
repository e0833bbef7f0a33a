/**
 * Times of a SAM 2 checkpoint in seconds, the smallest of several, as one JSON line: the image encoder, a click on an encoded frame, and a
 * followed frame (seven memories, sixteen pointers) without its encoder. Run: tsx test/golden/make/benchSam2.ts MODEL THREADS
 */
import { openSam2 } from '../../../models/families/sam2/openSam2.ts';
import { SubjectTracker } from '../../../models/families/sam2/subjectTracker.ts';
import { floatTensor } from '../../../models/math/tensor.ts';

const [path = '', threads = '2'] = process.argv.slice(2);
const model = await openSam2(path, { provider: 'cpu', threads: Number(threads) });
const { imageSize } = model.config;

/** The smallest of `count` times in seconds. */
async function smallest(count: number, run: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let index = 0; index < count; index++) {
    const began = performance.now();
    await run();
    best = Math.min(best, (performance.now() - began) / 1000);
  }
  return best;
}

const noise = Float32Array.from({ length: 3 * imageSize * imageSize }, (_, index) => Math.sin(12.9898 * index));
const pixels = floatTensor([1, 3, imageSize, imageSize], noise);
const encode = () => model.run('image_encoder', {}, { pixels });
const features = await encode();
const encoder = await smallest(5, encode);

const frameCount = 24;
const options = { frameCount, correctionsCondition: true, features: async () => features };
const click = await smallest(6, () =>
  new SubjectTracker(model, options).setPoints(0, [{ x: 0.5, y: 0.5, kind: 'inside' }]),
);
const tracker = new SubjectTracker(model, options);
await tracker.setPoints(0, [{ x: 0.5, y: 0.5, kind: 'inside' }]);
let beside = Number.POSITIVE_INFINITY;
let began = performance.now();
for await (const { frame } of tracker.follow(0, false)) {
  if (frame > 17) beside = Math.min(beside, (performance.now() - began) / 1000);
  began = performance.now();
}
await model.dispose();
process.stdout.write(`${JSON.stringify({ encoder, click, beside })}\n`);
