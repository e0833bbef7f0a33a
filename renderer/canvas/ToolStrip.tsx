import { Slider } from 'radix-ui';
import type { ReactNode } from 'react';
import type { MaskOperation } from '../../models/masks/maskDrawing.ts';
import { activeMask, addOperation } from '../editor/maskCommands.ts';
import type { ToolName } from '../editor/session.ts';
import { shownSourceFrame } from '../preview/shownFrames.ts';
import { IconButton } from '../ui/controls.tsx';
import { useApp, useDocument, useSession, useStudio } from '../ui/hooks.ts';
import type { IconName } from '../ui/Icon.tsx';
import { texts } from '../ui/texts.ts';

const tools: readonly { name: ToolName; icon: IconName; keys: string }[] = [
  { name: 'brush', icon: 'brush', keys: 'B' },
  { name: 'eraser', icon: 'eraser', keys: 'E' },
  { name: 'lasso', icon: 'lasso', keys: 'Q' },
  { name: 'rectangle', icon: 'rectangle', keys: 'R' },
  { name: 'fill', icon: 'fill', keys: 'G' },
  { name: 'smart', icon: 'wand', keys: 'W' },
  { name: 'pan', icon: 'hand', keys: 'H' },
];

/** The tools, one under the other, and what acts on the whole mask. */
export function ToolStrip(): ReactNode {
  const studio = useStudio();
  const { editor } = studio;
  const tool = useSession((session) => session.tool);
  const writer = useSession((session) => session.writer);
  const view = useDocument((document) => document.get('view', 'view'));
  const source = useDocument((document) => document.get('source', view?.sourceId));
  const whole = (operation: MaskOperation, label: string) => () => {
    if (source) addOperation(editor, source, shownSourceFrame(editor, source), operation, label);
  };
  return (
    <div className="toolStrip" role="toolbar" aria-label={texts.tools.label} aria-orientation="vertical">
      {tools.map(({ name, icon, keys }) => (
        <IconButton
          key={name}
          icon={icon}
          label={texts.tools[name]}
          keys={keys}
          pressed={tool === name}
          onClick={() => editor.session.set({ tool: name })}
        />
      ))}
      <span className="toolLine" />
      <IconButton
        icon="invert"
        label={texts.masks.invert}
        disabled={!writer || !source}
        onClick={whole({ kind: 'invert' }, 'Invert mask')}
      />
      <IconButton
        icon="all"
        label={texts.masks.fillAll}
        disabled={!writer || !source}
        onClick={whole({ kind: 'fill', mode: 'paint' }, 'Select all')}
      />
      <IconButton
        icon="close"
        label={texts.masks.clear}
        disabled={!writer || !source || !activeMask(editor)}
        onClick={whole({ kind: 'fill', mode: 'erase' }, 'Clear mask')}
      />
    </div>
  );
}

/** Size and hardness of the brush in hand, over the stage's corner. */
export function BrushOptions(): ReactNode {
  const { editor } = useStudio();
  const tool = useSession((session) => session.tool);
  const radius = useSession((session) => session.brushRadius);
  const hardness = useSession((session) => session.brushHardness);
  const mode = useSession((session) => session.viewMode);
  const pressure = useSession((session) => session.usePressure);
  const busy = useApp((app) => app.smartBusy);
  const view = useDocument((document) => document.get('view', 'view'));
  if (busy) return <div className="brushOptions">{texts.tools.smartBusy}</div>;
  const draws = tool === 'brush' || tool === 'eraser' || tool === 'smart';
  if (!draws || !view?.sourceId || (mode !== 'source' && mode !== 'sideBySide')) return null;
  return (
    <div className="brushOptions">
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
      <label className="inline">
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
  value,
  min,
  max,
  step,
  shown,
  onValue,
}: {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  shown: string;
  onValue: (value: number) => void;
}): ReactNode {
  return (
    <span className="inline">
      {label}
      <Slider.Root
        className="slider"
        value={[value]}
        min={min}
        max={max}
        step={step}
        onValueChange={([next]) => next !== undefined && onValue(next)}
      >
        <Slider.Track className="sliderTrack">
          <Slider.Range className="sliderRange" />
        </Slider.Track>
        <Slider.Thumb className="sliderThumb" aria-label={label} aria-valuetext={shown} />
      </Slider.Root>
      {shown}
    </span>
  );
}
