import type Konva from 'konva';
import { type ReactNode, useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { Image as KonvaImage } from 'react-konva';
import type { MaskRecord, SourceRecord } from '../../../electron/contract/records.ts';
import type { MaskDrawing, MaskOperation } from '../../../models/masks/maskDrawing.ts';
import { activeMask, keyAt } from '../../editor/maskCommands.ts';
import { shownDrawing } from '../../editor/maskDrawings.ts';
import { shownSetup } from '../../editor/setups.ts';
import type { LiveFollow } from '../../project/following.ts';
import { useDocument, useProject, useSession } from '../../project/hooks.ts';
import { MaskCanvas } from './MaskCanvas.ts';

/** The mask over the source, painted by the pipeline's own rasteriser. */
export function MaskOverlay({ source, frame }: { source: SourceRecord; frame: number }): ReactNode {
  const { editor, following } = useProject();
  const node = useRef<Konva.Image>(null);
  const painter = useMemo(() => new MaskCanvas(), []);
  const lastLive = useRef<MaskOperation | null>(null);
  const view = useDocument((document) => document.get('view', 'view'));
  const mask = useDocument(() => (view ? activeMask(editor) : undefined));
  const keys = useDocument((document) => (mask ? document.childrenOf('maskKey', mask.id) : undefined));
  const runs = useDocument((document) => (mask ? document.childrenOf('followed', mask.id) : undefined));
  const sequences = useSyncExternalStore(editor.sequences.subscribe, () => editor.sequences.state);
  const live = useSyncExternalStore(following.state.subscribe, () => following.state.state.live);
  const key = mask && keyAt(editor.document, mask.id, frame);
  const preview =
    mask && live?.maskId === mask.id && key?.frameIndex !== frame ? previewAt(mask, live, frame) : undefined;
  const strokes = useDocument((document) => (key ? document.childrenOf('stroke', key.id) : undefined));
  const keep = useDocument((document) => shownSetup(document)?.settings);
  const display = useSession((session) => session.maskDisplay);
  const colour = useSession((session) => session.maskColour);
  const opacity = useSession((session) => session.maskOpacity);

  const inverted = keep?.task === 'edit' && keep.keep === 'rest';
  useEffect(() => {
    painter.setLook({ display, colour, inverted });
    node.current?.getLayer()?.batchDraw();
  }, [painter, display, colour, inverted]);
  // Strokes, keys and what was followed are part of the drawing that is read from the document here.
  // biome-ignore lint/correctness/useExhaustiveDependencies: they are read through shownDrawing.
  useEffect(() => {
    const drawing = mask
      ? (preview ?? shownDrawing(editor, mask, frame))
      : { width: source.width, height: source.height, growPixels: 0, featherPixels: 0, keys: [] };
    painter.show(drawing, frame, `${mask?.id ?? source.id}/${key?.id ?? ''}`);
    node.current?.getLayer()?.batchDraw();
  }, [painter, editor, mask, keys, key, strokes, runs, sequences, preview, frame, source]);
  useEffect(() => {
    painter.onProgress = () => node.current?.getLayer()?.batchDraw();
    return () => painter.close();
  }, [painter]);
  useEffect(
    () =>
      editor.session.subscribe(() => {
        const { live: drawn, tool } = editor.session.state;
        if (drawn === lastLive.current) return;
        lastLive.current = drawn;
        if (drawn?.kind === 'stroke' && tool !== 'smart') painter.showLive(drawn);
        else if (drawn === null) painter.dropLive();
        else return;
        node.current?.getLayer()?.batchDraw();
      }),
    [editor, painter],
  );
  const shownOpacity = display === 'model' ? 1 : display === 'outline' ? 1 : opacity;
  const hidden = display === 'hidden' || (display === 'model' && !mask);
  return (
    <KonvaImage
      ref={node}
      image={painter.canvas}
      width={source.width}
      height={source.height}
      opacity={shownOpacity}
      visible={!hidden}
    />
  );
}

const previews = new WeakMap<object, MaskDrawing>();

/** The mask of a frame that a running job has followed; the same object for the same frame. */
function previewAt(mask: MaskRecord, live: LiveFollow, frame: number): MaskDrawing | undefined {
  const followed = live.frames.get(frame);
  if (!followed) return undefined;
  const { width, height, runs } = followed;
  const region: MaskOperation = { kind: 'region', mode: 'paint', width, height, runs };
  const drawing = previews.get(followed) ?? {
    ...mask,
    keys: [{ frameIndex: frame, interpolation: 'hold', operations: [region] }],
  };
  previews.set(followed, drawing);
  return drawing;
}
