import { type ReactNode, type RefObject, useEffect, useRef } from 'react';
import { Group, Layer, Stage } from 'react-konva';
import type { SourceRecord } from '../../electron/contract/records.ts';
import type { Editor } from '../editor/editor.ts';
import { frameUrl, shownSourceFrame } from '../preview/shownFrames.ts';
import { useFrame } from '../preview/useFrameImage.ts';
import { useDocument, useProject, useSession } from '../project/hooks.ts';
import { texts } from '../ui/texts/texts.ts';
import { AttentionBar } from './attention/AttentionBar.tsx';
import { useHeat } from './attention/useHeat.ts';
import { LiveBadge } from './LiveBadge.tsx';
import { BrushCursor } from './stage/BrushCursor.tsx';
import { LiveShape } from './stage/LiveShape.tsx';
import { MaskOverlay } from './stage/MaskOverlay.tsx';
import { Pictures } from './stage/Pictures.tsx';
import { useClickAhead } from './useClickAhead.ts';
import { useComposedPicture } from './useComposedPicture.ts';
import { usePointerTools } from './usePointerTools.ts';
import { useShownResult } from './useShownResult.ts';
import styles from './Viewer.module.css';
import { fitViewport, layOut } from './viewGeometry.ts';

/** The viewer's stage: source, result and mask, and the hand's tools upon them. */
export function Viewer(): ReactNode {
  const { editor, id: projectId } = useProject();
  const holder = useRef<HTMLDivElement>(null);
  useStageSize(holder, editor);
  const stage = useSession((session) => session.stageSize);
  const view = useDocument((document) => document.get('view', 'view'));
  const source = useDocument((document) => document.get('source', view?.sourceId));
  useSession((session) => session.playhead);
  const mode = useSession((session) => session.viewMode);
  const viewport = useSession((session) => session.viewport);
  const result = useShownResult(source);
  const heated = useHeat(result);
  const composed = useComposedPicture();
  const ahead = useSession((session) => session.speed) !== 0 ? 4 : 1;
  const isComparing = mode !== 'source' && mode !== 'timeline';
  const frame = source ? ((isComparing ? result.sourceFrame : undefined) ?? shownSourceFrame(editor, source)) : 0;
  const urls = source ? nextUrls(projectId, source, frame, ahead) : [];
  const { image: sourceImage, isCurrent } = useFrame(urls[0], urls.slice(1));
  const isComing = !isCurrent && ahead === 1;
  // What is arranged has a frame of its own; everything else is seen over the source's.
  const room = composed?.frame ?? source;
  const shown = viewport ?? (room ? fitViewport(mode, room, stage) : { scale: 1, x: 0, y: 0 });
  const pointer = usePointerTools(holder, source, shown, { frame, isCurrent });
  useClickAhead(source, frame);
  const places = room ? layOut(mode, room, shown) : undefined;

  return (
    // The keyboard's way to the same tools are the page-wide shortcuts.
    <div
      className={styles.stage}
      ref={holder}
      role="application"
      aria-label={texts.viewer.label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the stage takes the keyboard's shortcuts like an editor's canvas.
      tabIndex={0}
      style={{ cursor: pointer.cursor }}
      {...pointer.handlers}
    >
      {room && places ? (
        <Stage width={stage.width} height={stage.height} listening={false}>
          <Layer listening={false} imageSmoothingEnabled={shown.scale < 6}>
            <Pictures
              frame={{ width: room.width, height: room.height }}
              image={sourceImage}
              result={heated}
              compare={result.compare}
              composed={composed?.picture}
              places={places}
            />
          </Layer>
          <Layer listening={false}>
            {source && (mode === 'source' || mode === 'sideBySide') ? (
              <Group x={places.source.x} y={places.source.y} scaleX={shown.scale} scaleY={shown.scale}>
                <MaskOverlay source={source} frame={frame} />
                <LiveShape scale={shown.scale} sourceId={source.id} frameIndex={frame} />
              </Group>
            ) : null}
            <BrushCursor scale={shown.scale} position={pointer.position} />
          </Layer>
        </Stage>
      ) : (
        <EmptyStage />
      )}
      {source && mode === 'sideBySide' && !result.exists ? (
        <div className={`${styles.empty} ${styles.half}`}>{texts.viewer.noResult}</div>
      ) : null}
      {source && !result.exists && (mode === 'result' || mode === 'wipe' || mode === 'difference') ? (
        <div className={styles.empty}>{texts.viewer.noResult}</div>
      ) : null}
      {source && isComing && mode !== 'timeline' ? (
        <span className={styles.coming} role="status" data-testid="frame-coming">
          {texts.viewer.coming(frame + 1)}
        </span>
      ) : null}
      <LiveBadge />
      <AttentionBar take={result.take} />
    </div>
  );
}

function nextUrls(projectId: string, source: SourceRecord, frame: number, ahead: number): string[] {
  const count = source.media === 'picture' ? 1 : Math.min(ahead + 1, source.frameCount - frame);
  return Array.from({ length: Math.max(1, count) }, (_, index) => frameUrl(projectId, source, frame + index));
}

/** Says what to do while there is nothing to see. */
function EmptyStage(): ReactNode {
  return (
    <div className={styles.empty}>
      <strong>{texts.viewer.empty}</strong>
      <span>{texts.viewer.emptyHint}</span>
    </div>
  );
}

/** Keeps the session's stage size at the element's own. */
function useStageSize(holder: RefObject<HTMLDivElement | null>, editor: Editor): void {
  useEffect(() => {
    const element = holder.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() =>
      editor.session.set({ stageSize: { width: element.clientWidth, height: element.clientHeight } }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [holder, editor]);
}
