import { Popover, Slider } from 'radix-ui';
import type { ReactNode } from 'react';
import type { MaskDisplay, ViewMode } from '../editor/session.ts';
import { IconButton, Segments } from '../ui/controls.tsx';
import { useDocument, useSession, useStudio } from '../ui/hooks.ts';
import { Icon } from '../ui/Icon.tsx';
import { texts } from '../ui/texts.ts';
import { fitViewport, zoomAt } from './viewGeometry.ts';

const modes: readonly ViewMode[] = ['source', 'result', 'sideBySide', 'wipe', 'difference'];
const displays: readonly MaskDisplay[] = ['tint', 'outline', 'model', 'hidden'];
const colours = ['#4d9dff', '#35e08c', '#ff4d6d', '#f5b454'];

/** How the viewer shows source, result and mask. */
export function ViewerBar(): ReactNode {
  const { editor } = useStudio();
  const mode = useSession((session) => session.viewMode);
  return (
    <div className="viewerBar">
      <Segments
        label={texts.viewer.modes}
        value={mode}
        options={modes.map((value) => ({ value, label: texts.viewer[value] }))}
        onChange={(viewMode) => editor.session.set({ viewMode, viewport: null })}
      />
      <span className="grow" />
      <MaskLookMenu />
      <ZoomControls />
    </div>
  );
}

function MaskLookMenu(): ReactNode {
  const { editor } = useStudio();
  const display = useSession((session) => session.maskDisplay);
  const colour = useSession((session) => session.maskColour);
  const opacity = useSession((session) => session.maskOpacity);
  return (
    <Popover.Root>
      <Popover.Trigger className="button quiet">
        <Icon name="eye" />
        {texts.viewer.mask}: {texts.viewer.short[display]}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover" sideOffset={5} align="end" aria-label={texts.viewer.maskDisplay}>
          <Segments
            layout="stack"
            label={texts.viewer.maskDisplay}
            value={display}
            options={displays.map((value) => ({ value, label: texts.viewer[value] }))}
            onChange={(maskDisplay) => editor.session.set({ maskDisplay })}
          />
          <div className="fieldRow">
            <span>{texts.viewer.colour}</span>
            <span className="segments">
              {colours.map((value) => (
                <button
                  key={value}
                  type="button"
                  className="segment"
                  data-state={value === colour ? 'on' : 'off'}
                  aria-pressed={value === colour}
                  aria-label={`${texts.viewer.colour} ${value}`}
                  onClick={() => editor.session.set({ maskColour: value })}
                >
                  <svg width="12" height="12" aria-hidden="true">
                    <circle cx="6" cy="6" r="6" fill={value} />
                  </svg>
                </button>
              ))}
            </span>
          </div>
          <div className="field">
            <span>{texts.viewer.opacity}</span>
            <Slider.Root
              className="slider"
              value={[opacity]}
              min={0.1}
              max={1}
              step={0.05}
              onValueChange={([next]) => next !== undefined && editor.session.set({ maskOpacity: next })}
            >
              <Slider.Track className="sliderTrack">
                <Slider.Range className="sliderRange" />
              </Slider.Track>
              <Slider.Thumb className="sliderThumb" aria-label={texts.viewer.opacity} />
            </Slider.Root>
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function ZoomControls(): ReactNode {
  const { editor } = useStudio();
  const viewport = useSession((session) => session.viewport);
  const mode = useSession((session) => session.viewMode);
  const view = useDocument((document) => document.get('view', 'view'));
  const source = useDocument((document) => document.get('source', view?.sourceId));
  const stageSize = (): { width: number; height: number } => {
    const box = document.querySelector('.stage')?.getBoundingClientRect();
    return { width: box?.width ?? 800, height: box?.height ?? 500 };
  };
  const zoom = (factor: number) => () => {
    if (!source) return;
    const stage = stageSize();
    editor.session.set({
      viewport: zoomAt(viewport ?? fitViewport(mode, source, stage), factor, stage.width / 2, stage.height / 2),
    });
  };
  return (
    <>
      <IconButton icon="minus" label={texts.viewer.zoomOut} onClick={zoom(1 / 1.25)} disabled={!source} />
      <span className="zoomValue">{viewport ? `${Math.round(viewport.scale * 100)} %` : texts.viewer.fit}</span>
      <IconButton icon="plus" label={texts.viewer.zoomIn} onClick={zoom(1.25)} disabled={!source} />
      <IconButton
        icon="fit"
        label={texts.viewer.fit}
        keys="F"
        onClick={() => editor.session.set({ viewport: null })}
        disabled={!source}
      />
    </>
  );
}
