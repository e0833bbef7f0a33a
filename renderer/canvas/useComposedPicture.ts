import type { ItemRecord } from '../../electron/contract/records.ts';
import { mediaFrameAt, shownItemAt } from '../../electron/contract/timeline/shownItems.ts';
import { timelineRate } from '../editor/timelineCommands.ts';
import { frameUrl } from '../preview/shownFrames.ts';
import { useTakeFrameUrls } from '../preview/takeFrames.ts';
import { useFrame } from '../preview/useFrameImage.ts';
import { useDocument, useProject, useSession } from '../project/hooks.ts';
import type { ShownPicture } from './useShownResult.ts';

/** Frames fetched ahead of the playhead. */
const ahead = 4;

/** The timeline's picture under the playhead as it is arranged, as an export of it has it; undefined where nothing lies. */
export function useComposedPicture(): ShownPicture | undefined {
  const { id: projectId, editor } = useProject();
  const isOn = useSession((session) => session.viewMode === 'timeline');
  const playhead = useSession((session) => (isOn ? session.playhead : 0));
  const items = useDocument((document) => document.all('item'));
  const item = isOn ? shownItemAt(items, playhead) : undefined;
  const source = useDocument((document) => document.get('source', item?.targetId));
  const take = useDocument((document) => document.get('take', item?.targetId));
  const takeUrls = useTakeFrameUrls(projectId, take);
  const urlAt = (shown: ItemRecord, frame: number): string | undefined => {
    const rate = timelineRate(editor.document);
    if (take) return takeUrls[mediaFrameAt(shown, take.result, rate, frame)];
    if (!source) return undefined;
    return frameUrl(projectId, source, source.media === 'picture' ? 0 : mediaFrameAt(shown, source, rate, frame));
  };
  const urls = item ? Array.from({ length: ahead + 1 }, (_, index) => urlAt(item, playhead + index)) : [];
  const [first, ...next] = urls;
  const { image, isCurrent } = useFrame(first, next.filter((url) => url !== undefined && url !== first).map(String));
  const isPlaying = useSession((session) => session.speed !== 0);
  // The last picture may stand in while the clip plays, never where it stands.
  if (!image || !item || !(isCurrent || isPlaying)) return undefined;
  return { image, crop: { x: 0, y: 0, width: image.naturalWidth, height: image.naturalHeight } };
}
