import { describe, expect, test } from 'vitest';
import { laySubject } from '../../../../models/pipeline/compositing/composite.ts';
import { groundOf, namesGround } from '../../../../models/pipeline/compositing/groundShadow.ts';

const side = 64;
const area = side * side;
const grey = 160;

/** A subject 16 pixels wide and high whose lowest row is `bottom`, before a grey place. */
function standing(bottom: number) {
  const covers = Float32Array.from({ length: area }, (_, i) => {
    const [x, y] = [i % side, Math.floor(i / side)];
    return x >= 24 && x < 40 && y > bottom - 16 && y <= bottom ? 1 : 0;
  });
  const mask = { width: side, height: side, channels: 1, data: covers };
  const planes = { ...mask, channels: 3, data: new Float32Array(3 * area).fill(0.5) };
  const data = new Uint8Array(4 * area).fill(grey);
  return { cutOut: { planes, mask }, made: { width: side, height: side, data } };
}

/** What is left of the place's light in a row below the subject's middle, of a subject that stood on `ground`. */
function lightAt(row: number, bottom: number, ground: number, strength = 1): number {
  const { cutOut, made } = standing(bottom);
  return laySubject(cutOut, made, strength, ground).data[4 * (row * side + 32)] / grey;
}

describe('the shadow on the ground', () => {
  test('lies below the feet, darkest in the middle, and nowhere else', () => {
    const { cutOut, made } = standing(50);
    const { data } = laySubject(cutOut, made, 1, 50);
    const at = (x: number, y: number): number => data[4 * (y * side + x)];
    expect(at(32, 51)).toBeLessThan(0.65 * grey);
    expect(at(22, 51)).toBeGreaterThan(at(32, 51));
    expect(at(4, 51)).toBe(grey);
    expect(at(32, 60)).toBe(grey);
    expect(at(32, 20)).toBe(grey);
  });

  test('pales as the subject rises, and with the strength', () => {
    const [down, up] = [lightAt(52, 50, 50), lightAt(52, 40, 50)];
    expect(up).toBeGreaterThan(down + 0.1);
    expect(up).toBeLessThan(1);
    expect(lightAt(52, 50, 50, 0.5)).toBeGreaterThan(down + 0.1);
    expect(lightAt(52, 50, 50, 0)).toBe(1);
  });

  test('a subject before the sky has none', () => {
    expect(lightAt(31, 30, 30)).toBe(1);
  });

  test('a subject stands on its lowest row, where the frame does not cut it off', () => {
    expect(groundOf(standing(50).cutOut.mask)).toBe(50);
    expect(groundOf(standing(63).cutOut.mask)).toBeUndefined();
    expect(groundOf(standing(-1).cutOut.mask)).toBeUndefined();
  });

  test('places are told by whole words', () => {
    const places = ['beach', 'in a green field'];
    expect(namesGround('It jumps on a Beach, slowly', places)).toBe(true);
    expect(namesGround('it runs in a green\nfield', places)).toBe(true);
    expect(namesGround('a beachball in the sky', places)).toBe(false);
    expect(namesGround('it jumps on a beach', [])).toBe(false);
  });
});
