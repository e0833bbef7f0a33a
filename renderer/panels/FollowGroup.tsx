import { type ReactNode, useSyncExternalStore } from 'react';
import type { MaskRecord, SourceRecord } from '../../electron/contract/records.ts';
import { type FollowStatus, followStatus } from '../editor/followed.ts';
import { shownSourceFrame } from '../preview/shownFrames.ts';
import { useDocument, useProject, useSession } from '../project/hooks.ts';
import { Button } from '../ui/controls/Button.tsx';
import { Hint } from '../ui/controls/Hint.tsx';
import { IconButton } from '../ui/controls/IconButton.tsx';
import { Progress } from '../ui/controls/Progress.tsx';
import { Field, FieldRow, HintText, Inline } from '../ui/fields/Field.tsx';
import { texts } from '../ui/texts/texts.ts';

/** Following the mask through its clip: to start and stop it, how far it is, and what needs a look. */
export function FollowGroup({ mask, source }: { mask: MaskRecord; source: SourceRecord }): ReactNode {
  const { following, messages } = useProject();
  const writer = useSession((session) => session.writer);
  const job = useSession((session) => session.jobs.find((each) => each.id === following.jobOf(mask.id)?.id));
  // Strokes are part of what was followed from; they are read through the status.
  useDocument((document) => document.all('stroke'));
  const status = useDocument((document) => followStatus(document, mask));
  const obstacle = job ? undefined : following.obstacle();
  const locked = writer ? undefined : texts.lock.message;
  const start = (): void => void messages.attempt(() => following.toggle());
  const label = job ? texts.follow.cancel : status.frameCount > 0 ? texts.follow.again : texts.follow.start;
  return (
    <Field>
      <FieldRow>
        <Hint text={obstacle ?? texts.follow.hint} keys="Shift F">
          <Button
            primary={!job && obstacle === undefined}
            aria-disabled={!writer || obstacle !== undefined}
            onClick={start}
          >
            {label}
          </Button>
        </Hint>
        <Inline>
          <IconButton
            icon="doubt"
            small
            label={texts.follow.nextDoubt}
            keys="D"
            reason={status.doubts.length === 0 ? texts.follow.noDoubts : undefined}
            onClick={() => following.nextDoubt()}
          />
          <IconButton
            icon="trash"
            small
            label={texts.follow.forget}
            reason={status.runs.length === 0 ? texts.follow.nothingFollowed : job ? texts.follow.busy : locked}
            onClick={() => following.forget(mask)}
          />
        </Inline>
      </FieldRow>
      {job ? (
        <>
          <Progress label={texts.follow.title} share={job.total > 0 ? job.step / job.total : undefined} />
          <HintText>{texts.follow.running(job.step, job.total)}</HintText>
        </>
      ) : (
        <FollowState status={status} source={source} />
      )}
      {job ? null : status.cuts.map((frame) => <CutOffer key={frame} frame={frame} />)}
    </Field>
  );
}

/** How far the mask is followed, and how sure of the frame that is shown. */
function FollowState({ status, source }: { status: FollowStatus; source: SourceRecord }): ReactNode {
  const { editor } = useProject();
  useSession((session) => session.playhead);
  const { live } = useLive();
  if (status.runs.length === 0) return null;
  const open = status.open.reduce((sum, stretch) => sum + stretch.endFrame - stretch.firstFrame, 0);
  const shown = shownSourceFrame(editor, source);
  const run = status.runs.find(({ firstFrame, endFrame }) => shown >= firstFrame && shown < endFrame);
  const percent = live ? undefined : run?.confidence[shown - run.firstFrame];
  const by = texts.follow.followed(status.frameCount, status.runs[0]?.follower ?? '');
  return (
    <>
      <HintText warn={status.doubtfulCount > 0} role="status">
        {status.doubtfulCount > 0 ? texts.follow.doubts(status.doubtfulCount) : texts.follow.noDoubts}
        {percent === undefined ? '' : ` · ${texts.follow.sure(shown + 1, percent)}`}
      </HintText>
      <HintText>{open > 0 ? texts.follow.open(open) : by}</HintText>
    </>
  );
}

/** The clip cuts: to mark the subject in the new scene, or to look for it there. */
function CutOffer({ frame }: { frame: number }): ReactNode {
  const { following, messages } = useProject();
  return (
    <>
      <HintText warn>{texts.follow.cut(frame + 1)}</HintText>
      <FieldRow>
        <Hint text={texts.follow.cutHint}>
          <Button onClick={() => following.goTo(frame)}>{texts.follow.goThere}</Button>
        </Hint>
        <Hint text={texts.follow.acrossHint}>
          <Button onClick={() => void messages.attempt(() => following.toggle({ acrossCuts: true }))}>
            {texts.follow.across}
          </Button>
        </Hint>
      </FieldRow>
    </>
  );
}

function useLive() {
  const { following } = useProject();
  return useSyncExternalStore(following.state.subscribe, () => following.state.state);
}
