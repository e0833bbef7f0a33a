import { expect, test } from 'vitest';
import { loraIn, withLora } from '../../../../../electron/contract/models/loraPrompts.ts';

test.each<[string, string, number | undefined]>([
  ['a cat', 'style', undefined],
  ['a cat <lora:style:0.4>', 'style', 0.4],
  ['<LORA:Style> a cat', 'style', 1],
  ['<lyco:a+b (c):-1.5:0.3>', 'a+b (c)', -1.5],
  ['<lora:styles:0.4>', 'style', undefined],
  ['<lora:style:much>', 'style', 1],
])('“%s” asks of %s %s', (prompt, lora, strength) => {
  expect(loraIn(prompt, lora)).toBe(strength);
});

test('a strength takes the place of the one that is there, or comes last', () => {
  expect(withLora('a cat', 'a+b', 0.5)).toBe('a cat <lora:a+b:0.5>');
  expect(withLora('<lora:A+B:2> a cat', 'a+b', 0.5)).toBe('<lora:a+b:0.5> a cat');
  expect(withLora('a <lora:$&> cat', '$&', 1)).toBe('a <lora:$&:1> cat');
});
