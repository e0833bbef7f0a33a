import type { ItemRecord, TrackRecord } from '../../contract/records.ts';
import { heardPieces } from '../../contract/timeline/heardPieces.ts';
import { mediaPerFrame } from '../../contract/timeline/shownItems.ts';
import { shownMedia } from '../../contract/timeline/shownMedia.ts';
import type { SoundPiece } from '../../media/soundMix.ts';
import type { OpenProject } from '../projects/openProject.ts';

/** The sounds on the timeline within a range of it, each where it lies, as loud, as fast and with the fades that it has. */
export function timelineSounds(
  { store }: OpenProject,
  { tracks, items }: { tracks: readonly TrackRecord[]; items: readonly ItemRecord[] },
  { inFrame, outFrame }: { inFrame: number; outFrame: number },
): readonly SoundPiece[] {
  const { framesPerSecond: rate, timeline } = store.get('project', 'project');
  const sourceOf = (item: ItemRecord) => {
    const source = store.find('source', item.targetId);
    return source?.hasAudio ? source : undefined;
  };
  const soundOf = (item: ItemRecord) => {
    const source = sourceOf(item);
    return source && shownMedia(source);
  };
  return heardPieces({ tracks, items, rate, volume: timeline?.volume }, soundOf).flatMap((piece) => {
    const { item, from, to, volume, fadeIn, fadeOut } = piece;
    const source = sourceOf(item);
    if (!source || to <= inFrame || from >= outFrame) return [];
    const perFrame = mediaPerFrame(item, shownMedia(source), rate);
    return {
      path: store.assets.pathOf(source.assetId),
      startSeconds: Math.max(0, item.inFrame + (from - item.startFrame) * perFrame) / source.framesPerSecond,
      atSeconds: Math.max(0, from - inFrame) / rate,
      skipSeconds: Math.max(0, inFrame - from) / rate,
      seconds: (to - from) / rate,
      speed: item.speed ?? 1,
      volume,
      fadeIn: { seconds: fadeIn.frames / rate, curve: fadeIn.curve },
      fadeOut: { seconds: fadeOut.frames / rate, curve: fadeOut.curve },
    };
  });
}
