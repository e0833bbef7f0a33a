import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { StudioError } from '../../models/errors/studioError.ts';

const script = resolve(import.meta.dirname, '../../build/bench/diffusersStep.py');
const answer = z.object({ seconds: z.number().positive() });

/** Seconds of the same step in diffusers on PyTorch, by a Python that has both. @throws StudioError `usage` where it has not */
export async function diffusersStep(python: string, threads: number): Promise<number> {
  if (!existsSync(script))
    throw new StudioError('usage', 'The comparison with diffusers is part of the source, not of the packages.', {
      hint: 'Run it from a clone of the repository.',
    });
  try {
    const { stdout } = await promisify(execFile)(python, [script, String(threads)]);
    return answer.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).seconds;
  } catch (cause) {
    throw new StudioError('usage', `${python} could not time diffusers’ step.`, {
      hint: 'It needs the packages torch and diffusers; leave --beside out to measure without it.',
      cause,
    });
  }
}
