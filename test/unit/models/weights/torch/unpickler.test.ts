import { describe, expect, it } from 'vitest';
import { StudioError } from '../../../../../models/errors/studioError.ts';
import { unpickle } from '../../../../../models/weights/torch/unpickler.ts';

const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))));

function failure(pickle: Uint8Array): StudioError {
  try {
    unpickle(pickle, 'crafted.pth');
  } catch (error) {
    if (error instanceof StudioError) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('a crafted pickle', () => {
  it('whose line never ends costs no time', () => {
    const begun = performance.now();
    expect(failure(bytes('\x80\x02c', 'a'.repeat(60_000_000))).code).toBe('format-damaged');
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  it('that names what every object has, such as its constructor, names no storage', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty'])
      expect(
        failure(
          bytes(
            '\x80\x02}X\x01\0\0\0a(X\x07\0\0\0storage',
            `ctorch\n${name}\n`,
            'X\x01\0\0\x000X\x03\0\0\0cpuK\x01tQs.',
          ),
        ).code,
        name,
      ).toMatch(/^format-(hostile|unknown)$/);
  });

  it('that adds hundreds of thousands of things at once is read like any other', () => {
    expect(failure(bytes('\x80\x02](', 'N'.repeat(400_000), 'e.')).message).toContain('without a table of tensors');
  });
});
