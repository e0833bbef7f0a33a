import { Switch } from 'radix-ui';
import { type ReactNode, useId } from 'react';
import type { AppState } from '../ui/appState.ts';
import { Hint } from '../ui/controls.tsx';
import { useApp, useDocument, useSession, useStudio } from '../ui/hooks.ts';
import { texts } from '../ui/texts.ts';
import { Jobs } from './Jobs.tsx';

/** Generate, live, what a run would need, and the jobs under way. */
export function RunBar(): ReactNode {
  const studio = useStudio();
  const id = useId();
  const setup = useDocument((document) => document.get('setup', 'setup'));
  useDocument((document) => document.get('view', 'view'));
  useDocument((document) => document.all('mask'));
  const estimate = useApp((app) => app.estimate);
  const liveMode = useSession((session) => session.liveMode);
  const writer = useSession((session) => session.writer);
  const request = studio.takes.request();
  const reason = typeof request === 'string' ? request : undefined;
  return (
    <div className="runBar">
      <Jobs />
      <div className="runRow">
        <Hint text={reason ?? texts.inspector.taskHint.generate} keys="Ctrl Enter">
          <button
            type="button"
            className="button primary large"
            aria-disabled={reason !== undefined || !writer}
            onClick={() => void studio.attempt(() => studio.takes.startTake())}
          >
            {setup?.settings.task === 'edit' ? texts.inspector.runEdit : texts.inspector.run}
          </button>
        </Hint>
        <span className="liveSwitch">
          <Hint text={texts.inspector.liveHint}>
            <label htmlFor={id}>{texts.inspector.live}</label>
          </Hint>
          <Switch.Root
            id={id}
            className="switch"
            checked={liveMode}
            disabled={!writer}
            onCheckedChange={(on) => studio.takes.setLiveMode(on)}
            aria-label={texts.inspector.live}
          >
            <Switch.Thumb className="switchThumb" />
          </Switch.Root>
        </span>
      </div>
      <span className={estimate && 'problem' in estimate && !reason ? 'hint warn' : 'hint'} role="status">
        {reason ?? needs(estimate)}
      </span>
    </div>
  );
}

function needs(estimate: AppState['estimate']): string {
  if (!estimate) return texts.inspector.estimating;
  if ('problem' in estimate) return estimate.problem;
  const known = texts.inspector.estimate(seconds(estimate.seconds), memory(estimate.memoryBytes));
  return estimate.advice ? `${known} · ${estimate.advice}` : known;
}

/** A duration in seconds as people say it. */
export function seconds(value: number): string {
  if (value < 10) return `${Math.max(0, value).toFixed(1)} s`;
  return value < 90 ? `${Math.round(value)} s` : `${Math.round(value / 60)} min`;
}

function memory(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.max(1, Math.round(bytes / 1e6))} MB`;
}
