import type { ReactNode } from 'react';
import { isFinal, type JobView } from '../../electron/contract/jobs.ts';
import { IconButton, Progress } from '../ui/controls.tsx';
import { useApp, useSession, useStudio } from '../ui/hooks.ts';
import { download } from '../ui/studioController.ts';
import { texts } from '../ui/texts.ts';
import { seconds } from './RunBar.tsx';

/** The jobs under way and those that need a hand: failed, canceled, or exports done. */
export function Jobs(): ReactNode {
  const jobs = useSession((session) => session.jobs);
  if (jobs.length === 0) return null;
  return (
    <ul className="jobs" aria-label={texts.jobs.title}>
      {jobs.slice(-4).map((job) => (
        <Job key={job.id} job={job} />
      ))}
    </ul>
  );
}

function Job({ job }: { job: JobView }): ReactNode {
  const studio = useStudio();
  const desktop = useApp((app) => app.info?.desktop === true);
  const final = isFinal(job.state);
  const share = job.total > 0 ? job.step / job.total : undefined;
  const left =
    job.secondsLeft !== null && job.secondsLeft > 0 && !final ? ` · ${texts.jobs.left(seconds(job.secondsLeft))}` : '';
  const count = job.total > 0 && !final ? ` ${job.step}/${job.total}` : '';
  const file = job.file;
  return (
    <li className="job" data-state={job.state} data-kind={job.kind}>
      <div className="jobHead">
        <span className="jobName">{job.label || texts.inspector.run}</span>
        {final ? null : (
          <IconButton
            icon="close"
            small
            label={`${texts.jobs.cancel}: ${job.label}`}
            onClick={() => void studio.takes.job('cancel', job.id)}
          />
        )}
        {job.state === 'failed' || job.state === 'canceled' ? (
          <IconButton
            icon="retry"
            small
            label={`${texts.jobs.retry}: ${job.label}`}
            onClick={() => void studio.takes.job('retry', job.id)}
          />
        ) : null}
        {file && desktop ? (
          <IconButton icon="folder" small label={texts.jobs.reveal} onClick={() => void studio.takes.reveal(job.id)} />
        ) : null}
        {file && file.url !== '' ? (
          <IconButton
            icon="import"
            small
            label={`${texts.jobs.download}: ${file.name}`}
            onClick={() => download(file.url, file.name)}
          />
        ) : null}
        {final ? (
          <IconButton
            icon="trash"
            small
            label={`${texts.jobs.dismiss}: ${job.label}`}
            onClick={() => void studio.takes.job('dismiss', job.id)}
          />
        ) : null}
      </div>
      {final ? null : <Progress label={texts.jobs.states[job.state]} share={share} />}
      <span className={job.state === 'failed' ? 'jobState bad' : 'jobState'}>
        {texts.jobs.states[job.state]}
        {count}
        {left}
        {job.error ? `: ${job.error.message}` : ''}
        {file ? ` · ${file.path}` : ''}
      </span>
    </li>
  );
}
