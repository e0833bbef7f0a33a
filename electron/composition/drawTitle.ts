import type { FrameSize } from '../contract/timeline/shownMedia.ts';
import type { TitleStyle } from '../contract/timeline/timelineRecords.ts';
import type { DrawingContext } from './drawingContext.ts';
import { fontOf } from './titleFaces.ts';

/** Height of the frame that titles are laid out in, so that lines break at the same words in every size. */
const layoutHeight = 1080;
/** Share of the frame's width that a line may take, and of its shorter side that stays free at the edges. */
const widest = 0.92;
const margin = 0.04;
const lineHeight = 1.2;
/** Where a line's foot lies, as a share of its height, and how wide the dark edge is, of the letters'. */
const foot = 0.82;
const edge = 0.09;

/** Draws a title over a frame. */
export function drawTitle<Image>(context: DrawingContext<Image>, title: TitleStyle, frame: FrameSize): void {
  const scale = frame.height / layoutHeight;
  const width = frame.width / scale;
  const size = title.size * layoutHeight;
  context.save();
  context.scale(scale, scale);
  context.font = fontOf(title, size);
  context.textAlign = 'left';
  context.textBaseline = 'alphabetic';
  const lines = brokenLines(title.text, width * widest, (text) => context.measureText(text).width);
  const block = { width: Math.max(...lines.map((line) => line.width)), height: lines.length * size * lineHeight };
  const room = margin * Math.min(width, layoutHeight);
  const left = room + title.x * (width - 2 * room - block.width);
  const top = room + title.y * (layoutHeight - 2 * room - block.height);
  context.fillStyle = title.colour;
  context.strokeStyle = 'rgba(0, 0, 0, 0.6)';
  context.lineWidth = size * edge;
  context.lineJoin = 'round';
  const share = { left: 0, centre: 0.5, right: 1 }[title.align];
  const placed = lines.map((line, index) => ({
    text: line.text,
    x: left + share * (block.width - line.width),
    y: top + (index + foot) * size * lineHeight,
  }));
  // All edges before all letters: none may lie over a neighbour.
  if (title.shadow) for (const { text, x, y } of placed) context.strokeText(text, x, y);
  for (const { text, x, y } of placed) context.fillText(text, x, y);
  context.restore();
}

/** Text in lines no wider than `most`, broken between words and at its own line breaks; a word that is wider stays whole. */
export function brokenLines(
  text: string,
  most: number,
  widthOf: (text: string) => number,
): { text: string; width: number }[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    for (const word of paragraph.split(' ')) {
      const last = lines.at(-1);
      const longer = last === undefined ? word : `${last} ${word}`;
      if (last !== undefined && widthOf(longer) > most) lines.push(word);
      else lines[Math.max(0, lines.length - 1)] = longer;
    }
    return lines.map((line) => ({ text: line, width: widthOf(line) }));
  });
}
