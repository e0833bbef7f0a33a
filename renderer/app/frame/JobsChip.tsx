import type { ReactNode } from 'react';
import { isFinal, type JobView } from '../../../electron/contract/jobs.ts';
import { Jobs } from '../../panels/run/Jobs.tsx';
import { useSession } from '../../project/hooks.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Progress } from '../../ui/controls/Progress.tsx';
import { PopoverPanel } from '../../ui/surfaces/PopoverPanel.tsx';
import { texts } from '../../ui/texts/texts.ts';
import styles from './JobsChip.module.css';

/** The job that is under way, else the last one that needs a hand, in the top bar; it opens the list of all. */
export function JobsChip(): ReactNode {
  const jobs = useSession((session) => session.jobs);
  const job = jobs.find(({ state }) => !isFinal(state) && state !== 'queued') ?? jobs.at(-1);
  if (!job) return null;
  return (
    <PopoverPanel
      label={texts.jobs.title}
      trigger={
        <Button quiet aria-label={`${texts.jobs.title}: ${labelOf(job)}, ${texts.jobs.states[job.state]}`}>
          <span className={styles.chip} data-testid={`job-${job.kind}`} data-state={job.state}>
            <span className={job.state === 'failed' ? `${styles.line} ${styles.failed}` : styles.line}>
              {texts.jobs.states[job.state]}
              {job.total > 0 && !isFinal(job.state) ? ` ${job.step}/${job.total}` : ''} · {labelOf(job)}
            </span>
            {isFinal(job.state) ? null : (
              <Progress label={texts.jobs.states[job.state]} share={job.total > 0 ? job.step / job.total : undefined} />
            )}
          </span>
          {jobs.length > 1 ? <span className={styles.count}>{jobs.length}</span> : null}
        </Button>
      }
    >
      <div className={styles.list}>
        <Jobs />
      </div>
    </PopoverPanel>
  );
}

const labelOf = (job: JobView): string => job.label || texts.inspector.run;
