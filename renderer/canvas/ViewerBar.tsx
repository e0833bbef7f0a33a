import type { ReactNode } from 'react';
import type { MaskDisplay, ViewMode } from '../editor/session.ts';
import { useDocument, useProject, useSession } from '../project/hooks.ts';
import { Button } from '../ui/controls/Button.tsx';
import { IconButton } from '../ui/controls/IconButton.tsx';
import { Segments } from '../ui/controls/Segments.tsx';
import { Field, FieldRow } from '../ui/fields/Field.tsx';
import { Slider } from '../ui/fields/Slider.tsx';
import { Icon } from '../ui/Icon.tsx';
import { PopoverPanel } from '../ui/surfaces/PopoverPanel.tsx';
import { texts } from '../ui/texts/texts.ts';
import { AttentionToggle } from './attention/AttentionToggle.tsx';
import styles from './ViewerBar.module.css';
import { fitViewport, zoomAt } from './viewGeometry.ts';

const modes: readonly ViewMode[] = ['source', 'result', 'sideBySide', 'wipe', 'difference'];
const displays: readonly MaskDisplay[] = ['tint', 'outline', 'model', 'hidden'];
const colours = ['#4d9dff', '#35e08c', '#ff4d6d', '#f5b454'];

/** How the viewer shows source, result and mask. */
export function ViewerBar(): ReactNode {
  const { editor } = useProject();
  const mode = useSession((session) => session.viewMode);
  return (
    <div className={styles.bar} role="toolbar" aria-label={texts.viewer.bar}>
      <Segments
        label={texts.viewer.modes}
        value={mode}
        options={modes.map((value) => ({ value, label: texts.viewer[value] }))}
        onChange={(viewMode) => editor.session.set({ viewMode, viewport: null })}
      />
      <span className={styles.space} />
      <AttentionToggle />
      <MaskLookMenu />
      <ZoomControls />
    </div>
  );
}

function MaskLookMenu(): ReactNode {
  const { editor } = useProject();
  const display = useSession((session) => session.maskDisplay);
  const colour = useSession((session) => session.maskColour);
  const opacity = useSession((session) => session.maskOpacity);
  return (
    <PopoverPanel
      label={texts.viewer.maskDisplay}
      trigger={
        <Button quiet aria-label={`${texts.viewer.mask}: ${texts.viewer.short[display]}`}>
          <Icon name="eye" />
          <span className={styles.roomy}>
            {texts.viewer.mask}: {texts.viewer.short[display]}
          </span>
        </Button>
      }
    >
      <Segments
        layout="stack"
        label={texts.viewer.maskDisplay}
        value={display}
        options={displays.map((value) => ({ value, label: texts.viewer[value] }))}
        onChange={(maskDisplay) => editor.session.set({ maskDisplay })}
      />
      <FieldRow>
        <span>{texts.viewer.colour}</span>
        <Segments
          label={texts.viewer.colour}
          value={colour}
          options={colours.map((value) => ({
            value,
            label: `${texts.viewer.colour} ${value}`,
            show: (
              <svg width="12" height="12" aria-hidden="true">
                <circle cx="6" cy="6" r="6" fill={value} />
              </svg>
            ),
          }))}
          onChange={(maskColour) => editor.session.set({ maskColour })}
        />
      </FieldRow>
      <Field>
        <span>{texts.viewer.opacity}</span>
        <Slider
          value={opacity}
          min={0.1}
          max={1}
          step={0.05}
          onValueChange={([next]) => next !== undefined && editor.session.set({ maskOpacity: next })}
          thumb={{ 'aria-label': texts.viewer.opacity }}
        />
      </Field>
    </PopoverPanel>
  );
}

function ZoomControls(): ReactNode {
  const { editor } = useProject();
  const viewport = useSession((session) => session.viewport);
  const mode = useSession((session) => session.viewMode);
  const view = useDocument((document) => document.get('view', 'view'));
  const source = useDocument((document) => document.get('source', view?.sourceId));
  const zoom = (factor: number) => () => {
    if (!source) return;
    const { stageSize: stage } = editor.session.state;
    editor.session.set({
      viewport: zoomAt(viewport ?? fitViewport(mode, source, stage), factor, stage.width / 2, stage.height / 2),
    });
  };
  return (
    <>
      <span className={`${styles.zoom} ${styles.roomy}`}>
        <IconButton icon="minus" label={texts.viewer.zoomOut} onClick={zoom(1 / 1.25)} disabled={!source} />
        <span className={styles.scale}>{viewport ? `${Math.round(viewport.scale * 100)} %` : texts.viewer.fit}</span>
        <IconButton icon="plus" label={texts.viewer.zoomIn} onClick={zoom(1.25)} disabled={!source} />
      </span>
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
