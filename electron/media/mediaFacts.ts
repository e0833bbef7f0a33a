/** What a picture or clip is. Sizes are as shown, after rotation. */
export interface MediaFacts {
  kind: 'picture' | 'clip';
  width: number;
  height: number;
  /** Average frames per second; what a clip of variable rate is read at. 0 for a picture. */
  framesPerSecond: number;
  /** The same as an exact fraction, as ffmpeg writes it (`30000/1001`). */
  frameRate: string;
  durationSeconds: number;
  /** Frames when read at `framesPerSecond`; 1 for a picture. */
  frameCount: number;
  rotationDegrees: number;
  isVariableFrameRate: boolean;
  hasAlpha: boolean;
  bitDepth: number;
  codec: string;
  /** YUV matrix to read with; guessed from the size where the file does not say. */
  colourMatrix: 'bt709' | 'bt601' | 'bt2020' | 'rgb';
  audioTracks: { codec: string; channels: number; sampleRate: number }[];
}
