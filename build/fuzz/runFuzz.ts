import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StudioError } from '../../models/errors/studioError.ts';
import { mutate, type Random } from './mutate.ts';
import { type FuzzedReader, fuzzedReaders } from './readers.ts';

/** How long to go on, and where inputs worth keeping are kept. */
export interface FuzzOptions {
  /** For all readers together. */
  minutes: number;
  /** Inputs per reader at most. */
  inputs: number;
  /** Folder of the corpus, which grows; absent: it begins from the honest inputs alone and is forgotten. */
  corpusFolder?: string | undefined;
  random: Random;
}

/** What a reader was given and how it took it. */
export interface FuzzReport {
  inputs: number;
  taken: number;
  refused: number;
  /** What was thrown that is no refusal, as sentences; the input lies in the corpus folder. */
  crashes: string[];
  /** Inputs over two seconds. */
  slow: number;
  slowestMilliseconds: number;
  /** The most memory the process had held when this reader had its turn: all readers' together, so no reader took more. */
  peakMemoryMiB: number;
  /** Different ways in which it took or refused its inputs. */
  outcomes: number;
}

/** Linux's folder in memory: files are written a million times. */
const inMemory = '/dev/shm';
const slowMilliseconds = 2000;
const mostMemoryMiB = 500;
const sliceInputs = 500;
/** Inputs larger than this are not mutated further. */
const largestInput = 64 * 1024;

/** Whether no reader crashed, took longer than two seconds over an input, or more than 500 MiB. */
export const isClean = (reports: Readonly<Record<string, FuzzReport>>): boolean =>
  Object.values(reports).every(
    ({ crashes, slow, peakMemoryMiB }) => crashes.length === 0 && slow === 0 && peakMemoryMiB <= mostMemoryMiB,
  );

/** Gives every reader mutated inputs in turns; an input that is taken or refused in a way not seen before joins the corpus. */
export async function runFuzz(options: FuzzOptions): Promise<Record<string, FuzzReport>> {
  const folder = await mkdtemp(join(existsSync(inMemory) ? inMemory : tmpdir(), 'magdiff-fuzz-'));
  const until = performance.now() + options.minutes * 60_000;
  try {
    const runs = await Promise.all(
      Object.entries(await fuzzedReaders(folder)).map(async ([name, reader]) => ({
        name,
        reader,
        corpus: [...reader.seeds, ...(await readCorpus(options.corpusFolder, name))],
        seen: new Set<string>(),
        report: newReport(),
      })),
    );
    let isOver = false;
    while (!isOver) {
      for (const run of runs) {
        for (let count = 0; count < sliceInputs && run.report.inputs < options.inputs; count++)
          await oneInput(run, options);
        run.report.peakMemoryMiB = Math.round(process.resourceUsage().maxRSS / 1024);
        if (performance.now() > until) break;
      }
      isOver = performance.now() > until || runs.every(({ report }) => report.inputs >= options.inputs);
    }
    return Object.fromEntries(runs.map(({ name, report }) => [name, report]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Run {
  name: string;
  reader: FuzzedReader;
  corpus: Buffer[];
  seen: Set<string>;
  report: FuzzReport;
}

async function oneInput(run: Run, { corpusFolder, random }: FuzzOptions): Promise<void> {
  const { corpus, seen, report, reader } = run;
  const isSeed = report.inputs < corpus.length;
  // Half of the inputs are an honest one changed: those get furthest into the reader.
  const from = random(2) === 0 ? reader.seeds : corpus;
  const base = (isSeed ? corpus[report.inputs] : from[random(from.length)]) ?? Buffer.alloc(0);
  const input = isSeed ? base : mutate(base, corpus, random);
  report.inputs++;
  const begun = performance.now();
  const outcome = await outcomeOf(reader, input);
  const took = performance.now() - begun;
  report.slowestMilliseconds = Math.max(report.slowestMilliseconds, Math.round(took));
  if (took > slowMilliseconds) report.slow++;
  if (outcome === 'taken') report.taken++;
  else if (!outcome.startsWith('crash')) report.refused++;
  if (seen.has(outcome)) return;
  seen.add(outcome);
  report.outcomes++;
  if (outcome.startsWith('crash')) report.crashes.push(outcome);
  if (input.length <= largestInput && !isSeed) corpus.push(input);
  if (corpusFolder && !isSeed) await keep(join(corpusFolder, run.name), input);
}

/** How a reader took an input: the sentence of its refusal, without what changes from input to input. */
async function outcomeOf(reader: FuzzedReader, input: Buffer): Promise<string> {
  try {
    const answer = await reader.read(input);
    return typeof answer === 'string' ? answer : 'taken';
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const shape = text
      .replace(/["'“].*?["'”]/g, '"…"')
      .replace(/\d+/g, '#')
      .slice(0, 90);
    if (error instanceof SyntaxError) return 'no JSON';
    return error instanceof StudioError ? `${error.code} ${shape}` : `crash: ${shape}`;
  }
}

async function readCorpus(folder: string | undefined, name: string): Promise<Buffer[]> {
  if (folder === undefined) return [];
  const place = join(folder, name);
  const names = await readdir(place).catch(() => []);
  return Promise.all(names.map((entry) => readFile(join(place, entry))));
}

async function keep(folder: string, input: Buffer): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, createHash('sha256').update(input).digest('hex').slice(0, 16)), input);
}

function newReport(): FuzzReport {
  return {
    inputs: 0,
    taken: 0,
    refused: 0,
    crashes: [],
    slow: 0,
    slowestMilliseconds: 0,
    peakMemoryMiB: 0,
    outcomes: 0,
  };
}
