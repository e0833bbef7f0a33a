import type { ReactNode } from 'react';
import { isFinal, type JobView } from '../../../electron/contract/jobs.ts';
import { download } from '../../client/download.ts';
import { useProject, useSession } from '../../project/hooks.ts';
import { IconButton } from '../../ui/controls/IconButton.tsx';
import { Progress } from '../../ui/controls/Progress.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { Card, CardList } from '../Card.tsx';
import styles from './Jobs.module.css';
import { secondsText } from './quantities.ts';

/** The jobs under way and those that need a hand: failed, canceled, or exports done. */
export function Jobs(): ReactNode {
  const jobs = useSession((session) => session.jobs);
  if (jobs.length === 0) return null;
  return (
    <CardList aria-label={texts.jobs.title}>
      {jobs.slice(-4).map((job) => (
        <JobCard key={job.id} job={job} />
      ))}
    </CardList>
  );
}

function JobCard({ job }: { job: JobView }): ReactNode {
  const isDone = isFinal(job.state);
  const share = job.total > 0 ? job.step / job.total : undefined;
  return (
    <Card
      name={job.label || texts.inspector.run}
      controls={<JobControls job={job} />}
      data-testid={`job-${job.kind}`}
      data-state={job.state}
    >
      {isDone ? null : <Progress label={texts.jobs.states[job.state]} share={share} />}
      <span className={job.state === 'failed' ? `${styles.state} ${styles.failed}` : styles.state}>{stateOf(job)}</span>
    </Card>
  );
}

/** How far a job is, in a line. */
function stateOf(job: JobView): string {
  const isDone = isFinal(job.state);
  const count = job.total > 0 && !isDone ? ` ${job.step}/${job.total}` : '';
  const left =
    job.secondsLeft !== null && job.secondsLeft > 0 && !isDone
      ? ` · ${texts.jobs.left(secondsText(job.secondsLeft))}`
      : '';
  const failure = job.error ? `: ${job.error.message}` : '';
  const place = job.file ? ` · ${job.file.path}` : '';
  return `${texts.jobs.states[job.state]}${count}${left}${failure}${place}`;
}

function JobControls({ job: { id, state, label, file } }: { job: JobView }): ReactNode {
  const { takes, info } = useProject();
  const act = (action: 'cancel' | 'retry' | 'dismiss') => () => void takes.job(action, id);
  return (
    <>
      {isFinal(state) ? null : (
        <IconButton icon="close" small label={`${texts.jobs.cancel}: ${label}`} onClick={act('cancel')} />
      )}
      {state === 'failed' || state === 'canceled' ? (
        <IconButton icon="retry" small label={`${texts.jobs.retry}: ${label}`} onClick={act('retry')} />
      ) : null}
      {file && info.desktop ? (
        <IconButton icon="folder" small label={texts.jobs.reveal} onClick={() => void takes.reveal(id)} />
      ) : null}
      {file && file.url !== '' ? (
        <IconButton
          icon="import"
          small
          label={`${texts.jobs.download}: ${file.name}`}
          onClick={() => download(file.url, file.name)}
        />
      ) : null}
      {isFinal(state) ? (
        <IconButton icon="trash" small label={`${texts.jobs.dismiss}: ${label}`} onClick={act('dismiss')} />
      ) : null}
    </>
  );
}
