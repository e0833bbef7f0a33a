import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '../../contract/newId.ts';
import type { DocumentRecord, ItemRecord, MaskRecord, SourceRecord } from '../../contract/records.ts';
import type { MediaPort, RgbaPicture } from '../media/mediaPort.ts';
import type { ProjectLibrary } from './projectLibrary.ts';
import {
  drawSampleFrame,
  sampleFrameCount,
  sampleFramesPerSecond,
  sampleSize,
  sampleSound,
  sampleSubjectOutline,
} from './sampleMaterial.ts';
import { importSource } from './sourceImport.ts';

/** Makes the sample project, of material that the studio draws itself: a picture with its subject marked, and a clip with sound. */
export async function createSampleProject(library: ProjectLibrary, media: MediaPort): Promise<string> {
  const projectId = await library.create('Sample');
  const project = await library.open(projectId);
  const work = join(project.store.folder, 'cache', `sample-${randomUUID()}`);
  await mkdir(work, { recursive: true });
  const picturePath = join(work, 'picture.png');
  await writeFile(picturePath, await media.encodePicture(drawSampleFrame(0), 'png'));
  const { source: picture } = await importSource(media, project, picturePath, 'Red balloon.png');
  const soundPath = join(work, 'sound.wav');
  await writeFile(soundPath, sampleSound());
  const written = await media.encodeVideo({
    frames: sampleFrames(),
    frameCount: sampleFrameCount,
    width: sampleSize,
    height: sampleSize,
    frameRate: sampleFramesPerSecond,
    format: 'mp4-h264',
    quality: 'best',
    sounds: [{ path: soundPath, startSeconds: 0 }],
    out: join(work, 'clip.mp4'),
    signal: AbortSignal.timeout(120_000),
  });
  const { source: clip } = await importSource(media, project, written.path, 'Balloon over hills.mp4');
  const rate = clip.framesPerSecond;
  const pictureMask = maskFor(picture, [0]);
  const clipMask = maskFor(
    clip,
    Array.from({ length: sampleFrameCount }, (_, index) => index),
  );
  const pictureItem = itemFor(picture, 0, Math.round(rate * 2));
  const clipItem = itemFor(clip, pictureItem.lengthFrames, clip.frameCount);
  await project.add([picture, clip, ...pictureMask, ...clipMask, pictureItem, clipItem]);
  const [oldProject, oldSetup, oldView] = [
    project.store.get('project', 'project'),
    project.store.get('setup', 'setup'),
    project.store.get('view', 'view'),
  ];
  await project.applyOwn({
    added: [],
    removed: [],
    updated: [
      [oldProject, { ...oldProject, framesPerSecond: rate }],
      [oldSetup, { ...oldSetup, settings: { ...oldSetup.settings, prompt: 'it floats up on the beach at sunset' } }],
      [oldView, { ...oldView, sourceId: picture.id, maskId: pictureMask[0].id }],
    ],
  });
  await library.fold(project);
  return projectId;
}

async function* sampleFrames(): AsyncGenerator<RgbaPicture, void, undefined> {
  for (let index = 0; index < sampleFrameCount; index++) yield drawSampleFrame(index);
}

/** A place on the timeline that shows a source from its first frame. */
function itemFor(source: SourceRecord, startFrame: number, lengthFrames: number): ItemRecord {
  const id = newId('item');
  return { kind: 'item', id, trackId: 'track-source', targetId: source.id, startFrame, lengthFrames, inFrame: 0 };
}

/** A mask of the sample's subject, keyed at the given frames. */
function maskFor({ id: sourceId, width, height }: SourceRecord, frames: number[]): [MaskRecord, ...DocumentRecord[]] {
  const maskId = newId('mask');
  const createdAt = new Date().toISOString();
  const edge = { growPixels: -1, featherPixels: 0 };
  const keys = frames.flatMap((frameIndex): DocumentRecord[] => {
    const keyId = newId('key');
    const operation = sampleSubjectOutline(frameIndex);
    return [
      { kind: 'maskKey', id: keyId, maskId, frameIndex, interpolation: 'linear' },
      { kind: 'stroke', id: newId('stroke'), keyId, order: 0, operation },
    ];
  });
  return [{ kind: 'mask', id: maskId, sourceId, name: 'Balloon', width, height, ...edge, createdAt }, ...keys];
}
