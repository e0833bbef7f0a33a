import type { SourceRecord, TakeRecord } from '../../electron/contract/records.ts';
import { useLoopedFrame } from '../preview/resultClock.ts';
import { shownTakeFrame } from '../preview/shownFrames.ts';
import { useTakeFrameUrls } from '../preview/takeFrames.ts';
import { useFrameImage } from '../preview/useFrameImage.ts';
import { useDocument, useProject, useSession } from '../project/hooks.ts';

/** A picture and the part of it to draw. */
export interface ShownPicture {
  image: HTMLImageElement | HTMLCanvasElement;
  crop: { x: number; y: number; width: number; height: number };
}

/** What the viewer shows as result, and which source frame belongs beside it. */
export interface ShownResult {
  picture: ShownPicture | undefined;
  /** The take compared against, where there is one: it takes the source's place. */
  compare: ShownPicture | undefined;
  /** The source frame that the result's frame stands for, where that is known (edits). */
  sourceFrame: number | undefined;
  exists: boolean;
  /** The take that the picture is of, and which frame of it; absent for a live preview. */
  take: TakeRecord | undefined;
  frame: number;
}

/** The live preview where there is one, else the chosen take; looping, or at the frame under the playhead. */
export function useShownResult(source: SourceRecord | undefined): ShownResult {
  const { id: projectId, editor, model } = useProject();
  const view = useDocument((document) => document.get('view', 'view'));
  const take = useDocument((document) => document.get('take', view?.takeId));
  const other = useDocument((document) => document.get('take', view?.compareTakeId));
  // What is made of another source has no place beside this one.
  const live = useSession((session) => (session.livePreview?.sourceId === source?.id ? session.livePreview : null));
  useSession((session) => session.playhead);
  const sheet = live?.sheet ?? null;
  const count = sheet?.frameCount ?? take?.result.frameCount ?? 1;
  const rate = sheet ? model?.framesPerSecond : take?.result.framesPerSecond;
  const held = !sheet && take ? shownTakeFrame(editor, take) : undefined;
  const frame = useLoopedFrame(count, rate ?? 1, held);
  const takePicture = useTakePicture(projectId, sheet ? undefined : take, frame);
  const compare = useTakePicture(projectId, other, other ? frame % other.result.frameCount : 0);
  const sheetImage = useFrameImage(sheet?.url);
  let picture = takePicture;
  if (sheet && sheetImage) {
    const column = frame % sheet.columns;
    const row = Math.floor(frame / sheet.columns);
    const crop = {
      x: column * sheet.frameWidth,
      y: row * sheet.frameHeight,
      width: sheet.frameWidth,
      height: sheet.frameHeight,
    };
    picture = { image: sheetImage, crop };
  }
  const recipe = sheet ? undefined : take?.recipe;
  const isEdit = sheet ? editor.setup?.settings.task === 'edit' : recipe?.settings.task === 'edit';
  const first = recipe?.source.sourceId === source?.id ? recipe?.source.inFrame : source?.inFrame;
  const sourceFrame =
    isEdit && source && (sheet || take) ? Math.min(source.frameCount - 1, (first ?? 0) + frame) : undefined;
  return {
    picture,
    compare: other ? compare : undefined,
    sourceFrame,
    exists: sheet !== null || take !== undefined,
    take: sheet ? undefined : take,
    frame,
  };
}

function useTakePicture(projectId: string, take: TakeRecord | undefined, frame: number): ShownPicture | undefined {
  const urls = useTakeFrameUrls(projectId, take);
  const image = useFrameImage(urls[frame], urls.slice(frame + 1, frame + 4));
  if (!image || urls.length === 0) return undefined;
  return { image, crop: { x: 0, y: 0, width: image.naturalWidth, height: image.naturalHeight } };
}
