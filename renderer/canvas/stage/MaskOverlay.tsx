import type Konva from 'konva';
import { type ReactNode, useEffect, useMemo, useRef } from 'react';
import { Image as KonvaImage } from 'react-konva';
import type { SourceRecord } from '../../../electron/contract/records.ts';
import type { MaskOperation } from '../../../models/masks/maskDrawing.ts';
import { activeMask, drawingOfMask, keyAt } from '../../editor/maskCommands.ts';
import { useDocument, useProject, useSession } from '../../project/hooks.ts';
import { MaskCanvas } from './MaskCanvas.ts';

/** The mask over the source, painted by the pipeline's own rasteriser. */
export function MaskOverlay({ source, frame }: { source: SourceRecord; frame: number }): ReactNode {
  const { editor } = useProject();
  const node = useRef<Konva.Image>(null);
  const painter = useMemo(() => new MaskCanvas(), []);
  const lastLive = useRef<MaskOperation | null>(null);
  const view = useDocument((document) => document.get('view', 'view'));
  const mask = useDocument(() => (view ? activeMask(editor) : undefined));
  const keys = useDocument((document) => (mask ? document.childrenOf('maskKey', mask.id) : undefined));
  const key = mask && keyAt(editor.document, mask.id, frame);
  const strokes = useDocument((document) => (key ? document.childrenOf('stroke', key.id) : undefined));
  const keep = useDocument((document) => document.get('setup', 'setup')?.settings);
  const display = useSession((session) => session.maskDisplay);
  const colour = useSession((session) => session.maskColour);
  const opacity = useSession((session) => session.maskOpacity);

  const inverted = keep?.task === 'edit' && keep.keep === 'rest';
  useEffect(() => {
    painter.setLook({ display, colour, inverted });
    node.current?.getLayer()?.batchDraw();
  }, [painter, display, colour, inverted]);
  // Strokes and keys are part of the drawing that is read from the document here.
  // biome-ignore lint/correctness/useExhaustiveDependencies: keys and strokes are read through drawingOfMask.
  useEffect(() => {
    const drawing = mask
      ? drawingOfMask(editor.document, mask)
      : { width: source.width, height: source.height, growPixels: 0, featherPixels: 0, keys: [] };
    painter.show(drawing, frame, `${mask?.id ?? source.id}/${key?.id ?? ''}`);
    node.current?.getLayer()?.batchDraw();
  }, [painter, editor, mask, keys, key, strokes, frame, source]);
  useEffect(() => {
    painter.onProgress = () => node.current?.getLayer()?.batchDraw();
    return () => painter.close();
  }, [painter]);
  useEffect(
    () =>
      editor.session.subscribe(() => {
        const { live, tool } = editor.session.state;
        if (live === lastLive.current) return;
        lastLive.current = live;
        if (live?.kind === 'stroke' && tool !== 'smart') painter.showLive(live);
        else if (live === null) painter.dropLive();
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
