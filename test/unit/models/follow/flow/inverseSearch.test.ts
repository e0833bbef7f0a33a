import { expect, test } from 'vitest';
import { type GreyPicture, pyramidOf } from '../../../../../models/follow/flow/greyPicture.ts';
import { inverseSearch } from '../../../../../models/follow/flow/inverseSearch.ts';
import { roundTrip, warped } from '../../../../../models/follow/flow/warp.ts';

const width = 160;
const height = 120;

/** Something that repeats nowhere, as a function of place. */
const texture = (x: number, y: number): number =>
  128 + 40 * Math.sin(x / 5 + 2 * Math.cos(y / 11)) + 30 * Math.cos(y / 7 + x / 23) + 20 * Math.sin((x * y) / 900);

/** The texture moved and enlarged about the middle. */
function picture(moveX: number, moveY: number, scale: number): GreyPicture {
  const at = (value: number, middle: number, move: number): number => (value - middle - move) / scale + middle;
  return {
    width,
    height,
    data: Float32Array.from({ length: width * height }, (_, index) =>
      texture(at(index % width, width / 2, moveX), at(Math.floor(index / width), height / 2, moveY)),
    ),
  };
}

test.each([
  [0, 0, 1],
  [2.3, -1.4, 1],
  [9, 6, 1],
  [1, 2, 1.06],
])('a step of %f, %f with a scale of %f is found to less than half a pixel', (moveX, moveY, scale) => {
  const from = pyramidOf(picture(0, 0, 1), 15);
  const to = pyramidOf(picture(moveX, moveY, scale), 15);
  const flow = inverseSearch(from, to);
  let [sum, count] = [0, 0];
  for (let y = 25; y < height - 25; y++)
    for (let x = 25; x < width - 25; x++, count++) {
      const trueX = (x - width / 2) * (scale - 1) + moveX;
      const trueY = (y - height / 2) * (scale - 1) + moveY;
      sum += Math.hypot(flow.x[y * width + x] - trueX, flow.y[y * width + x] - trueY);
    }
  expect(sum / count).toBeLessThan(0.4);
  const back = roundTrip(flow, inverseSearch(to, from));
  expect(back[60 * width + 80]).toBeLessThan(0.5);
});

test('a plane is seen through a flow, and what lies outside is said', () => {
  const flow = { width: 3, height: 2, x: Float32Array.of(1, 0.5, 1, 0, 0, 0), y: new Float32Array(6) };
  expect([...warped(Float32Array.of(10, 20, 40, 1, 2, 3), flow, 7)]).toEqual([20, 30, 7, 1, 2, 3]);
});
