import { type ReactNode, useId } from 'react';
import { shownSetup } from '../../editor/setups.ts';
import { useDocument, useProject, useProjectState, useSession } from '../../project/hooks.ts';
import type { ProjectState } from '../../project/projectScope.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Hint } from '../../ui/controls/Hint.tsx';
import { IconButton } from '../../ui/controls/IconButton.tsx';
import { HintText } from '../../ui/fields/Field.tsx';
import { Switch } from '../../ui/fields/Switch.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { memoryText, secondsText } from './quantities.ts';
import styles from './RunBar.module.css';
import { RunOn } from './RunOn.tsx';

/** Generate, live, and what a run would need. */
export function RunBar(): ReactNode {
  const { takes, messages, state } = useProject();
  const id = useId();
  const settings = useDocument((document) => shownSetup(document)?.settings);
  useDocument((document) => document.get('view', 'view'));
  useDocument((document) => document.all('mask'));
  const estimate = useProjectState((state) => state.estimate);
  const liveMode = useSession((session) => session.liveMode);
  const writer = useSession((session) => session.writer);
  const request = takes.request();
  const reason = typeof request === 'string' ? request : undefined;
  const isEdit = settings?.task === 'edit';
  return (
    <div className={styles.runBar} data-testid="run-bar">
      <div className={styles.row}>
        <Hint text={reason ?? texts.inspector.taskHint[isEdit ? settings.keep : 'generate']} keys="Ctrl Enter">
          <Button
            primary
            large
            aria-disabled={reason !== undefined || !writer}
            onClick={() => void messages.attempt(() => takes.startTake())}
          >
            {isEdit ? texts.inspector.runEdit : texts.inspector.run}
          </Button>
        </Hint>
        <IconButton icon="grid" label={texts.grid.open} keys="V" onClick={() => state.set({ dialog: 'grid' })} />
        <span className={styles.live}>
          <Hint text={texts.inspector.liveHint}>
            <label htmlFor={id}>{texts.inspector.live}</label>
          </Hint>
          <Switch
            id={id}
            checked={liveMode}
            disabled={!writer}
            onChange={(on) => takes.setLiveMode(on)}
            aria-label={texts.inspector.live}
          />
        </span>
      </div>
      <RunOn />
      <HintText warn={estimate !== null && 'problem' in estimate && !reason} role="status">
        {reason ?? needs(estimate)}
      </HintText>
    </div>
  );
}

function needs(estimate: ProjectState['estimate']): string {
  if (!estimate) return texts.inspector.estimating;
  if ('problem' in estimate) return estimate.problem;
  const known = texts.inspector.estimate(secondsText(estimate.seconds), memoryText(estimate.memoryBytes));
  const { drawn, finished, advice } = estimate;
  const size = texts.inspector.drawnAt(drawn, finished.width > drawn.width ? finished : undefined);
  return [known, size, ...(advice ? [advice] : [])].join(' · ');
}
