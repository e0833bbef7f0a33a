import type { Tally } from './sitting.ts';

/** What a campaign did and found. */
export interface CampaignReport extends Tally {
  seed: number;
  kills: number;
  engineKills: number;
  /** Kills of an ffmpeg at work. */
  ffmpegKills: number;
  /** Times that the disk was full for a while. */
  diskFull: number;
  otherFaults: number;
  flippedBits: number;
  /** Times that project.json was cut short while nobody had it open. */
  tornFiles: number;
  /** Damages of which the studio did not say that something was damaged. */
  untold: number;
  /** Times that the server ended by itself. */
  serverEnded: number;
  /** Times that no gesture was taken any more after a fault had passed. */
  stuck: number;
  /** Files that are not whole: project.json, or an asset that does not hash to its name. */
  torn: number;
  seconds: number;
}

/** Whether nothing was lost, torn, doubled or left unsaid. */
export function isClean(report: CampaignReport): boolean {
  const { lost, torn, jobsLost, jobsDoubled, jobsWronglyFailed, serverEnded, untold, stuck } = report;
  return lost + torn + jobsLost + jobsDoubled + jobsWronglyFailed + serverEnded + untold + stuck === 0;
}

/** The report of a campaign that has done nothing yet. */
export function newReport(seed: number): CampaignReport {
  return {
    ...{ seed, kills: 0, engineKills: 0, ffmpegKills: 0, diskFull: 0, otherFaults: 0, flippedBits: 0 },
    ...{
      tornFiles: 0,
      untold: 0,
      stuck: 0,
      serverEnded: 0,
      torn: 0,
      clipsImported: 0,
      seconds: 0,
      acknowledged: 0,
      refused: 0,
      checked: 0,
      lost: 0,
    },
    ...{ jobsStarted: 0, jobsLost: 0, jobsDoubled: 0, jobsWronglyFailed: 0 },
  };
}
