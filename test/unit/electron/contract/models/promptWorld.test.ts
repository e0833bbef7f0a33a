import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  neededParts,
  promptWorld,
  understandPrompt,
  withPart,
} from '../../../../../electron/contract/models/promptWorld.ts';

const folder = join(import.meta.dirname, '../../../../../models/bundled/magdiff-small');
const world = promptWorld.parse(JSON.parse(readFileSync(join(folder, 'world.json'), 'utf8')));

const parts = (sentence: string) =>
  Object.fromEntries(understandPrompt(sentence, world).map(({ part, phrase, isKnown }) => [part, [phrase, isKnown]]));

describe('the bundled model’s world', () => {
  test.each([
    ['it jumps on a beach', { motion: ['jumps', true], place: ['on the beach', true] }],
    [
      'the cat floats up in outer space at night',
      { motion: ['moves up', true], place: ['in space', true], light: ['at night', true] },
    ],
    [
      'the dog on the sunny beach',
      { motion: [undefined, false], place: ['on the beach', true], subject: ['a dog', true] },
    ],
    [
      'a puppy dances in front of a volcano',
      { motion: ['swings', false], place: ['in the mountains', false], subject: ['a dog', false] },
    ],
    ['', { motion: [undefined, false], place: [undefined, false] }],
  ])('“%s”', (sentence, wanted) => {
    expect(parts(sentence)).toMatchObject(wanted);
  });

  test('every phrase it offers is understood as itself, in the words it was trained with', () => {
    for (const { name, values } of world.parts)
      for (const { phrases } of values)
        for (const phrase of phrases) expect(parts(`the thing ${phrase}`)[name], phrase).toEqual([phrases[0], true]);
  });
});

describe('a part of a sentence', () => {
  test.each([
    ['it jumps on a beach', 'place', 'in the snow', 'it jumps in the snow'],
    ['a cat in an old castle, at night', 'place', 'in a room', 'a cat in a room, at night'],
    ['a cat in front of a big volcano', 'place', 'in the mountains', 'a cat in the mountains'],
    ['a cat near a volcano', 'place', 'in the mountains', 'a cat in the mountains'],
    ['the balloon on the beach.', 'motion', 'spins', 'the balloon on the beach, it spins'],
    ['', 'motion', 'spins', 'it spins'],
    ['it spins', 'light', 'at night', 'it spins at night'],
  ] as const)('“%s” with another %s', (sentence, part, phrase, wanted) => {
    expect(withPart(sentence, world, part, phrase)).toBe(wanted);
  });
});

test('what a task is told by', () => {
  expect(neededParts({ task: 'generate', keep: 'subject' })).toEqual(['motion', 'place']);
  expect(neededParts({ task: 'edit', keep: 'rest' })).toEqual(['subject']);
});
