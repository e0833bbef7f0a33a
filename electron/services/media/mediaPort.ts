import type { FrameCanvas } from '../../media/canvas/frameCanvas.ts';
import type { EncodedVideo, EncodeVideoOptions } from '../../media/encodeVideo.ts';
import type { DrawWork } from '../../media/pixels/pixelProtocol.ts';

/** What a media file is, as far as the studio needs to know. */
export interface MediaFacts {
  media: 'picture' | 'clip' | 'sound';
  mimeType: string;
  width: number;
  height: number;
  frameCount: number;
  framesPerSecond: number;
  durationSeconds: number;
  hasAudio: boolean;
  hasAlpha: boolean;
}

/** Pixels with red, green, blue and alpha bytes, row by row. */
export interface RgbaPicture {
  width: number;
  height: number;
  data: Uint8Array;
}

/** The part of electron/media that the services use; the composition root hands it in. */
export interface MediaPort {
  probe(path: string): Promise<MediaFacts>;
  /** One frame scaled to fit; decoded at exactly `frameIndex`. */
  readFrames(
    path: string,
    facts: Pick<MediaFacts, 'media' | 'framesPerSecond' | 'frameCount'>,
    options: {
      firstFrame: number;
      frameCount: number;
      everyNth: number;
      width: number;
      height: number;
      signal: AbortSignal;
    },
  ): AsyncIterable<RgbaPicture>;
  /** A whole picture at its own size. */
  readPicture(path: string): Promise<RgbaPicture>;
  /** A picture of the disk at the given size. */
  readScaled(path: string, size: { width: number; height: number }): Promise<RgbaPicture>;
  /** WebP by default, near lossless; `png` is lossless. */
  encodePicture(picture: RgbaPicture, format: 'webp' | 'png'): Promise<Uint8Array>;
  /** Loudest sample (0..255) of each of `count` equal stretches. */
  waveform(path: string, count: number): Promise<Uint8Array>;
  /** Coverage 0 to 255 of a frame of the drawing in a file, whose frame `startFrame` counts as frame 0. */
  maskCoverage(drawing: Omit<DrawWork, 'kind'>): Promise<Uint8Array>;
  encodeVideo(options: EncodeVideoOptions): Promise<EncodedVideo>;
  /** A canvas that frames of the timeline are drawn on. */
  openCanvas(width: number, height: number): Promise<FrameCanvas>;
  /** Coverage 0 or 255 of the subject; `scribbles` holds 1 for subject, 2 for background, 0 for unknown. */
  smartSelect(picture: RgbaPicture, scribbles: Uint8Array): Promise<Uint8Array>;
}
