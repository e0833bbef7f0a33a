import { crossFadeInto, mediaPerFrame, type ShownMedia } from './shownItems.ts';
import type { ItemRecord, TrackRecord } from './timelineRecords.ts';
import { endOf } from './tracks.ts';

/** A change of loudness: over so many timeline frames, evenly, or so that two that cross stay equally loud. */
export interface SoundFade {
  readonly frames: number;
  readonly curve: 'even' | 'crossing';
}

/** The sound of an item where it is heard, in timeline frames, which may be fractions. */
export interface HeardPiece {
  readonly item: ItemRecord;
  readonly from: number;
  readonly to: number;
  /** A factor: its own, its track's and the whole timeline's. */
  readonly volume: number;
  readonly fadeIn: SoundFade;
  readonly fadeOut: SoundFade;
}

/** The sounds of a timeline, each where it lies. A piece that cross-fades is heard as far into its neighbour as its file reaches. */
export function heardPieces(
  { tracks, items, rate, volume = 1 }: Heard,
  soundOf: (item: ItemRecord) => ShownMedia | undefined,
): HeardPiece[] {
  const byId = new Map(tracks.map((track) => [track.id, track]));
  return items.flatMap((item) => {
    const track = byId.get(item.trackId);
    const media = soundOf(item);
    const loudness = volume * (track?.volume ?? 1) * (item.volume ?? 1);
    if (!track || track.muted || !media || loudness === 0) return [];
    const perFrame = mediaPerFrame(item, media, rate);
    const end = endOf(item);
    const next = items.find((other) => other.trackId === item.trackId && other.startFrame === end);
    const into = crossFadeInto(items, item);
    const out = next && crossFadeInto(items, next);
    const from = into ? Math.max(into.start, item.startFrame - item.inFrame / perFrame) : item.startFrame;
    const reach = item.startFrame + (media.frameCount - item.inFrame) / perFrame;
    const to = out ? Math.min(out.end, Math.max(end, reach)) : Math.min(end, reach);
    if (to <= from) return [];
    return {
      ...{ item, from, to, volume: loudness },
      fadeIn: into
        ? { frames: into.end - from, curve: 'crossing' as const }
        : { frames: item.fadeInFrames ?? 0, curve: 'even' as const },
      fadeOut: out
        ? { frames: Math.max(0, to - out.start), curve: 'crossing' as const }
        : { frames: item.fadeOutFrames ?? 0, curve: 'even' as const },
    };
  });
}

/** What of a timeline decides what is heard. */
export interface Heard {
  readonly tracks: readonly TrackRecord[];
  readonly items: readonly ItemRecord[];
  /** Frames per second. */
  readonly rate: number;
  /** Of the whole; absent: 1. */
  readonly volume?: number | undefined;
}

/** A piece's loudness at a position of the timeline, a factor; 0 where it is not heard. */
export function gainAt({ from, to, volume, fadeIn, fadeOut }: HeardPiece, position: number): number {
  if (position < from || position >= to) return 0;
  const comes = fadeIn.frames > 0 ? shaped((position - from) / fadeIn.frames, fadeIn) : 1;
  const goes = fadeOut.frames > 0 ? shaped((to - position) / fadeOut.frames, fadeOut) : 1;
  return volume * comes * goes;
}

function shaped(share: number, { curve }: SoundFade): number {
  const held = Math.min(1, Math.max(0, share));
  return curve === 'even' ? held : Math.sin((held * Math.PI) / 2);
}
