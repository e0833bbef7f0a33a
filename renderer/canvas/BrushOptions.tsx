import type { ReactNode } from 'react';
import { useDocument, useProject, useProjectState, useSession } from '../project/hooks.ts';
import { type NumberRange, Slider } from '../ui/fields/Slider.tsx';
import { texts } from '../ui/texts/texts.ts';
import styles from './BrushOptions.module.css';

/** Size and hardness of the brush in hand, over the stage's corner. */
export function BrushOptions(): ReactNode {
  const { editor } = useProject();
  const tool = useSession((session) => session.tool);
  const radius = useSession((session) => session.brushRadius);
  const hardness = useSession((session) => session.brushHardness);
  const mode = useSession((session) => session.viewMode);
  const pressure = useSession((session) => session.usePressure);
  const busy = useProjectState((state) => state.smartBusy);
  const view = useDocument((document) => document.get('view', 'view'));
  const clicks = useProjectState((state) => state.follower !== null);
  const isLooking = useProjectState((state) => state.clickFrame?.isReady === false);
  if (busy) return <div className={styles.options}>{texts.tools.smartBusy}</div>;
  if (tool === 'smart' && clicks && view?.sourceId && (mode === 'source' || mode === 'sideBySide'))
    return (
      <div className={styles.options} role="status">
        {isLooking ? texts.tools.clickLooking : texts.tools.clickHint}
      </div>
    );
  const draws = tool === 'brush' || tool === 'eraser' || tool === 'smart';
  if (!draws || !view?.sourceId || (mode !== 'source' && mode !== 'sideBySide')) return null;
  return (
    <div className={styles.options}>
      <BrushSlider
        label={texts.tools.size}
        value={Math.sqrt(radius)}
        min={1}
        max={20}
        step={0.1}
        shown={`${Math.round(radius * 2)} ${texts.unit.pixels}`}
        onValue={(value) => editor.session.set({ brushRadius: value * value })}
      />
      {tool === 'smart' ? null : (
        <BrushSlider
          label={texts.tools.hardness}
          value={hardness}
          min={0}
          max={1}
          step={0.01}
          shown={`${Math.round(hardness * 100)} %`}
          onValue={(brushHardness) => editor.session.set({ brushHardness })}
        />
      )}
      <label className={styles.inline}>
        <input
          type="checkbox"
          checked={pressure}
          onChange={(event) => editor.session.set({ usePressure: event.target.checked })}
        />
        {texts.tools.pressure}
      </label>
    </div>
  );
}

function BrushSlider({
  label,
  shown,
  onValue,
  ...range
}: { label: string; shown: string; onValue: (value: number) => void } & NumberRange): ReactNode {
  return (
    <span className={styles.inline}>
      {label}
      <span className={styles.slider}>
        <Slider
          {...range}
          onValueChange={([next]) => next !== undefined && onValue(next)}
          thumb={{ 'aria-label': label, 'aria-valuetext': shown }}
        />
      </span>
      {shown}
    </span>
  );
}
