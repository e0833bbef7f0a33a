import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CampaignReport } from './campaignReport.ts';
import type { RemoteStudio } from './remoteStudio.ts';
import type { Random, Sitting } from './sitting.ts';
import type { SlowFfmpeg } from './slowFfmpeg.ts';

const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

/** Gestures, takes and imports under one or several faults, ending with a kill. */
export async function oneRound(
  studio: RemoteStudio,
  sitting: Sitting,
  ffmpeg: SlowFfmpeg,
  random: Random,
  report: CampaignReport,
): Promise<void> {
  let isOver = false;
  let isExpected = false;
  studio.process.once('exit', () => {
    if (!isExpected) report.serverEnded++;
    isOver = true;
  });
  const gestures = sitting.gesture(studio, () => isOver);
  // A refusal to start a take, as on a full disk, is an answer like any other.
  const attempts = [sitting.startTake(studio).catch(() => undefined)];
  if (random(4) === 0) {
    await ffmpeg.beSlow(random(2) === 0);
    attempts.push(sitting.importClip(studio, ffmpeg.clip).catch(() => undefined));
  }
  // Now and then long enough for a take to come to its end.
  if (random(4) === 0) await pause(random(6000));
  for (let faults = random(4); faults > 0 && !isOver; faults--) {
    await pause(random(200));
    await oneFault(studio, sitting, random, report);
  }
  await pause(random(400));
  isExpected = true;
  isOver = true;
  await studio.kill();
  report.kills++;
  await Promise.all([gestures, ...attempts]);
  await ffmpeg.beSlow(false);
}

async function oneFault(studio: RemoteStudio, sitting: Sitting, random: Random, report: CampaignReport): Promise<void> {
  const kind = random(7);
  if (kind <= 1) {
    const killed = await studio.killChild(kind === 0 ? 'engineProcess' : 'ffmpeg');
    if (killed) report[kind === 0 ? 'engineKills' : 'ffmpegKills']++;
    return;
  }
  if (kind <= 4) {
    report.diskFull++;
    studio.order('disk-full');
  } else {
    report.otherFaults++;
    studio.order(kind === 5 ? 'no-handles' : 'clock-jump');
  }
  await pause(random(250));
  if (random(5) === 0) return;
  studio.order('none');
  if (!(await sitting.goesOn(studio))) report.stuck++;
}

/** What was done to the files of a project that is not open. */
export interface Damage {
  /** The studio must say that something was damaged. */
  readonly mustBeTold: boolean;
  /** Gestures that may be missing: those whose record was damaged. */
  readonly mayLack: number;
}

/** Leaves half a line, flips a bit in a gesture's record, or tears project.json; most often nothing. */
export async function damageFiles(folder: string, random: Random, report: CampaignReport): Promise<Damage> {
  const journal = join(folder, 'journal.ndjson');
  const kind = random(12);
  if (kind === 0) await appendFile(journal, '{"sequence":99,"diff":{"added":[{"ki');
  if (kind === 1 && (await flipBit(journal, random))) {
    report.flippedBits++;
    return { mustBeTold: true, mayLack: 1 };
  }
  if (kind === 2) {
    const path = join(folder, 'project.json');
    await truncate(path, random((await readFile(path)).length - 2));
    report.tornFiles++;
    return { mustBeTold: true, mayLack: 0 };
  }
  return { mustBeTold: false, mayLack: 0 };
}

async function flipBit(journal: string, random: Random): Promise<boolean> {
  const bytes = await readFile(journal);
  const lines = bytes.toString('latin1').split('\n').slice(0, -1);
  const chosen = random(Math.max(1, lines.length));
  if (!lines[chosen]?.includes('"marker-')) return false;
  const start = lines.slice(0, chosen).reduce((sum, line) => sum + line.length + 1, 0);
  const at = start + random(lines[chosen].length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random(7));
  await writeFile(journal, bytes);
  return true;
}
