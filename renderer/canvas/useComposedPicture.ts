import { useEffect, useMemo, useReducer, useRef } from 'react';
import { type FrameSize, timelineFrameSize } from '../../electron/contract/timeline/shownMedia.ts';
import { targetOf } from '../editor/timeline/arrangement.ts';
import { ComposedView, viewedSize } from '../preview/composed/ComposedView.ts';
import { fetchLayers, layersWithPictures } from '../preview/composed/layerPictures.ts';
import { useDocument, useProject, useSession } from '../project/hooks.ts';
import type { ShownPicture } from './useShownResult.ts';

/** Frames fetched ahead of the playhead. */
const ahead = 4;

/** The timeline as it is arranged: its frame's size, and its picture under the playhead, drawn as an export draws it. */
export interface Composed {
  readonly frame: FrameSize;
  readonly picture: ShownPicture | undefined;
}

/** See {@link Composed}; undefined while something else is shown, or nothing lies on the timeline. */
export function useComposedPicture(): Composed | undefined {
  const { id: projectId, editor } = useProject();
  const { document } = editor;
  const isOn = useSession((session) => session.viewMode === 'timeline');
  const isPlaying = useSession((session) => session.speed !== 0);
  const playhead = useSession((session) => (isOn ? session.playhead : 0));
  const project = useDocument((store) => store.get('project', 'project'));
  const tracks = useDocument((store) => store.all('track'));
  const items = useDocument((store) => store.all('item'));
  const sources = useDocument((store) => store.all('source'));
  const takes = useDocument((store) => store.all('take'));
  const [arrivals, arrived] = useReducer((count: number) => count + 1, 0);
  const view = useMemo(() => new ComposedView(), []);
  const last = useRef<ShownPicture>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: sources and takes are read through the document.
  const frame = useMemo(
    () => (isOn ? timelineFrameSize(project, tracks, items, (id) => targetOf(document, id)) : undefined),
    [isOn, project, tracks, items, document, sources, takes],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is drawn is read through the document and from what has arrived.
  const picture = useMemo((): ShownPicture | undefined => {
    const layers = frame && layersWithPictures(projectId, document, playhead);
    const image = frame && layers && view.draw(viewedSize(frame), layers);
    return image && { image, crop: { x: 0, y: 0, width: image.width, height: image.height } };
  }, [frame, projectId, document, playhead, view, items, sources, takes, tracks, arrivals]);
  const isMissing = frame !== undefined && picture === undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what there is to fetch changes with what lies there.
  useEffect(() => {
    if (!frame) return undefined;
    let isWanted = true;
    if (isMissing) void fetchLayers(projectId, document, playhead).finally(() => isWanted && arrived());
    for (let next = 1; next <= ahead; next++) void fetchLayers(projectId, document, playhead + next);
    return () => {
      isWanted = false;
    };
  }, [frame, isMissing, projectId, document, playhead, items, arrivals]);
  if (picture) last.current = picture;
  if (!frame) return undefined;
  // The last picture may stand in while the clip plays, never where it stands.
  return { frame, picture: picture ?? (isPlaying ? last.current : undefined) };
}
