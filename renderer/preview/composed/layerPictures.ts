import type { DrawnLayer } from '../../../electron/composition/drawFrame.ts';
import type { SourceRecord, TakeRecord } from '../../../electron/contract/records.ts';
import { layersAt, mediaFrameAt } from '../../../electron/contract/timeline/shownItems.ts';
import { type FrameSize, shownMedia } from '../../../electron/contract/timeline/shownMedia.ts';
import type { DocumentStore } from '../../editor/documentStore.ts';
import { arrangementOf, targetOf } from '../../editor/timeline/arrangement.ts';
import { frameImages } from '../frameImages.ts';
import { frameUrl } from '../shownFrames.ts';
import { knownTakeFrameUrls, takeFrameUrls } from '../takeFrames.ts';
import { isFaceReady, loadFace } from './titleFonts.ts';

/** How often a picture that did not come is asked for in a row: a source just brought in is not known at once. After a pause it is again. */
const mostTries = 8;
const pauseMilliseconds = 15_000;
const failures = new Map<string, { readonly tries: number; readonly at: number }>();

function triesOf(url: string): number {
  const failed = failures.get(url);
  return failed && performance.now() - failed.at < pauseMilliseconds ? failed.tries : 0;
}

/** The timeline's layers at a frame with their pictures; undefined while one of them has not come. */
export function layersWithPictures(
  projectId: string,
  document: DocumentStore,
  frame: number,
): DrawnLayer<CanvasImageSource>[] | undefined {
  const arrangement = arrangementOf(document);
  const drawn: DrawnLayer<CanvasImageSource>[] = [];
  for (const layer of layersAt(arrangement.tracks, arrangement.items, frame)) {
    const { item } = layer;
    const target = targetOf(document, item.targetId);
    if (item.title && !isFaceReady(item.title.font)) return undefined;
    if (!target) {
      drawn.push(layer);
      continue;
    }
    if (target.kind === 'take' && !knownTakeFrameUrls(projectId, target)) return undefined;
    const url = urlOf(projectId, target, mediaFrameAt(item, shownMedia(target), arrangement.rate, frame)) ?? '';
    const image = frameImages.get(url);
    if (!image && url !== '' && triesOf(url) < mostTries) return undefined;
    drawn.push(image ? { ...layer, picture: { image, size: sizeOf(image), media: mediaSize(target) } } : layer);
  }
  return drawn;
}

/** Has everything fetched that a frame of the timeline needs; resolves once there is more of it than before, or nothing is missing. */
export async function fetchLayers(projectId: string, document: DocumentStore, frame: number): Promise<void> {
  const arrangement = arrangementOf(document);
  const waiting = layersAt(arrangement.tracks, arrangement.items, frame).map(async ({ item }) => {
    if (item.title) await loadFace(item.title.font);
    const target = targetOf(document, item.targetId);
    if (!target) return;
    if (target.kind === 'take') await takeFrameUrls(projectId, target);
    const url = urlOf(projectId, target, mediaFrameAt(item, shownMedia(target), arrangement.rate, frame));
    if (url === undefined || frameImages.get(url)) return;
    const tries = triesOf(url);
    if (tries >= mostTries) return;
    await frameImages.load(url).then(
      () => void failures.delete(url),
      async () => {
        failures.set(url, { tries: tries + 1, at: performance.now() });
        await new Promise((done) => setTimeout(done, 300 * (tries + 1)));
      },
    );
  });
  await Promise.all(waiting);
}

function urlOf(projectId: string, target: SourceRecord | TakeRecord, index: number): string | undefined {
  return target.kind === 'take' ? knownTakeFrameUrls(projectId, target)?.[index] : frameUrl(projectId, target, index);
}

const sizeOf = (image: HTMLImageElement): FrameSize => ({ width: image.naturalWidth, height: image.naturalHeight });

const mediaSize = (target: SourceRecord | TakeRecord): FrameSize => (target.kind === 'take' ? target.result : target);
