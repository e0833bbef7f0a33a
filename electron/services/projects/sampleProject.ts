import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '../../contract/newId.ts';
import type { DocumentRecord } from '../../contract/records.ts';
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
  const records: DocumentRecord[] = [];
  const picturePath = join(work, 'picture.png');
  await writeFile(picturePath, await media.encodePicture(drawSampleFrame(0), 'png'));
  const picture = await importSource(media, project, picturePath, 'Red balloon.png');
  const soundPath = join(work, 'sound.wav');
  await writeFile(soundPath, sampleSound());
  const written = await media.encodeVideo({
    frames: sampleFrames(),
    frameCount: sampleFrameCount,
    width: sampleSize,
    height: sampleSize,
    framesPerSecond: sampleFramesPerSecond,
    format: 'mp4-h264',
    quality: 'best',
    outputWidth: sampleSize,
    outputHeight: sampleSize,
    sound: { path: soundPath, startSeconds: 0 },
    out: join(work, 'clip.mp4'),
    onProgress: () => undefined,
    signal: AbortSignal.timeout(120_000),
  });
  const clip = await importSource(media, project, written.path, 'Balloon over hills.mp4');
  records.push(picture, clip, ...maskFor(picture.id, picture.width, picture.height, [0]));
  records.push(
    ...maskFor(
      clip.id,
      clip.width,
      clip.height,
      Array.from({ length: sampleFrameCount }, (_, index) => index),
    ),
  );
  const rate = clip.framesPerSecond;
  records.push({
    kind: 'item',
    id: newId('item'),
    track: 'source',
    targetId: picture.id,
    startFrame: 0,
    lengthFrames: Math.round(rate * 2),
    inFrame: 0,
  });
  records.push({
    kind: 'item',
    id: newId('item'),
    track: 'source',
    targetId: clip.id,
    startFrame: Math.round(rate * 2),
    lengthFrames: clip.frameCount,
    inFrame: 0,
  });
  await project.add(records);
  const [oldProject, oldSetup, oldView] = [
    project.store.get('project', 'project'),
    project.store.get('setup', 'setup'),
    project.store.get('view', 'view'),
  ];
  const mask = records.find((record) => record.kind === 'mask');
  await project.applyOwn({
    added: [],
    removed: [],
    updated: [
      [oldProject, { ...oldProject, framesPerSecond: rate }],
      [oldSetup, { ...oldSetup, settings: { ...oldSetup.settings, prompt: 'it floats up on the beach at sunset' } }],
      [oldView, { ...oldView, sourceId: picture.id, maskId: mask?.id ?? null }],
    ],
  });
  await library.fold(project);
  return projectId;
}

async function* sampleFrames(): AsyncGenerator<RgbaPicture, void, undefined> {
  for (let index = 0; index < sampleFrameCount; index++) yield drawSampleFrame(index);
}

/** A mask of the sample's subject, keyed at the given frames. */
function maskFor(sourceId: string, width: number, height: number, frames: number[]): DocumentRecord[] {
  const maskId = newId('mask');
  const records: DocumentRecord[] = [
    {
      kind: 'mask',
      id: maskId,
      sourceId,
      name: 'Balloon',
      width,
      height,
      growPixels: -1,
      featherPixels: 0,
      createdAt: new Date().toISOString(),
    },
  ];
  for (const frameIndex of frames) {
    const keyId = newId('key');
    records.push({ kind: 'maskKey', id: keyId, maskId, frameIndex, interpolation: 'linear' });
    records.push({ kind: 'stroke', id: newId('stroke'), keyId, order: 0, operation: sampleSubjectOutline(frameIndex) });
  }
  return records;
}
