import { faceFiles } from '../../../electron/composition/titleFaces.ts';
import type { TitleStyle } from '../../../electron/contract/timeline/timelineRecords.ts';

/** Addresses of the faces' files, by their places among the packages. */
const files = import.meta.glob<string>(
  '../../../node_modules/@fontsource/*/files/*-{latin,latin-ext,cyrillic,greek}-{400,700}-normal.woff2',
  { query: '?url', import: 'default', eager: true },
);

const loading = new Map<TitleStyle['font'], Promise<void>>();
const ready = new Set<TitleStyle['font']>();

/** Whether a title's face can be drawn with. */
export function isFaceReady(font: TitleStyle['font']): boolean {
  return ready.has(font);
}

/** Loads a title's face, once. A canvas does not wait for fonts by itself. */
export function loadFace(font: TitleStyle['font']): Promise<void> {
  const known = loading.get(font);
  if (known) return known;
  const faces = faceFiles(font).flatMap(({ family, weight, path }) => {
    const url = files[`../../../node_modules/${path}`];
    return url ? new FontFace(family, `url(${url})`, { weight: String(weight) }) : [];
  });
  for (const face of faces) document.fonts.add(face);
  const load = Promise.all(faces.map((face) => face.load())).then(() => void ready.add(font));
  loading.set(font, load);
  return load;
}
