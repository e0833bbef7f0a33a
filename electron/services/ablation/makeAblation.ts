import { join } from 'node:path';
import { frameFileOf } from '../../engine/frameFiles.ts';
import { readPicture } from '../../media/readPicture.ts';
import { writeClip } from '../grids/writeClip.ts';
import type { AblationBase, AblationPlan, PlannedRow, PlannedTake } from './ablationPlan.ts';
import { type AblationReport, type MeasuredResult, meansOf, type ReportedRow, readingNotes } from './ablationReport.ts';

/** Who makes an ablation, and where. */
export interface AblationMaking<Base extends AblationBase> {
  /** The report's folder. */
  readonly folder: string;
  /** Takes asked for at a time. */
  readonly atOnce: number;
  /** Makes and measures a take in its own folder, or takes what lies there from an earlier run. */
  make(take: PlannedTake<Base>, folder: string): Promise<MeasuredResult>;
  /** Hears of every take that is made and measured. */
  onMade(made: number): void;
}

/** Makes every take of a plan, with a clip of each; the first one that fails ends it. */
export async function makeAblation<Base extends AblationBase>(
  { rows, alphas, takes }: AblationPlan<Base>,
  { folder, atOnce, make, onMade }: AblationMaking<Base>,
): Promise<AblationReport> {
  const results = new Map<PlannedTake<Base>, MeasuredResult>();
  const waiting = [...takes];
  const makeNext = async (): Promise<void> => {
    for (let take = waiting.shift(); take; take = waiting.shift()) {
      try {
        const own = join(folder, ...take.place.split('/'));
        const made = await make(take, own);
        const { framesFolder } = made.result;
        await writeClip((frame) => readPicture(frameFileOf(framesFolder, frame)), made.result, join(own, 'clip.mp4'));
        results.set(take, made);
        onMade(results.size);
      } catch (error) {
        waiting.length = 0;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, makeNext));
  const reported = ({ name, takes: of }: PlannedRow<Base>): ReportedRow => {
    const made = of.flatMap((take) => {
      const result = results.get(take);
      const { subject, prompt } = take.base;
      return result ? [{ ...result, subject, prompt, clip: `${take.place}/clip.mp4` }] : [];
    });
    return { name, takes: made, means: meansOf(made) };
  };
  const all = [...results.values()];
  return {
    model: all[0]?.result.modelName ?? '',
    modelHash: all[0]?.result.modelHash ?? '',
    notes: readingNotes(all),
    rows: rows.map(reported),
    alphas: alphas.map((across) => across.map(reported)),
  };
}
