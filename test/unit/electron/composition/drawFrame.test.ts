import { describe, expect, it } from 'vitest';
import { drawFrame, placeOfPicture, sizeToRead } from '../../../../electron/composition/drawFrame.ts';
import { brokenLines } from '../../../../electron/composition/drawTitle.ts';
import type { ItemRecord, TitleStyle } from '../../../../electron/contract/timeline/timelineRecords.ts';
import { openFrameCanvas } from '../../../../electron/media/canvas/frameCanvas.ts';

const plainTitle: Omit<TitleStyle, 'text' | 'size' | 'x' | 'y'> = {
  ...{ font: 'sans', bold: true, colour: '#ff0000', align: 'left', shadow: false },
};
const frame = { width: 64, height: 32 };
const item = (more: Partial<ItemRecord> = {}): ItemRecord => ({
  ...{ kind: 'item', id: 'a', trackId: 't', targetId: 's', startFrame: 0, lengthFrames: 8, inFrame: 0 },
  ...more,
});
const canvas = await openFrameCanvas(frame.width, frame.height);

/** A picture of one colour. */
function plain(width: number, height: number, colour: readonly [number, number, number, number]) {
  const data = new Uint8Array(width * height * 4);
  for (let at = 0; at < data.length; at += 4) data.set(colour, at);
  return { image: canvas.picture({ width, height, data }), size: { width, height }, media: { width, height } };
}

const pixelAt = (x: number, y: number): number[] => [
  ...canvas.pixels().subarray((y * 64 + x) * 4, (y * 64 + x) * 4 + 4),
];
function near(pixel: readonly number[], wanted: readonly number[]): void {
  for (const [index, value] of pixel.entries()) expect(Math.abs(value - (wanted[index] ?? 0))).toBeLessThanOrEqual(1);
}

describe('a frame of the timeline', () => {
  it('is black where nothing lies, and in the bars of what does not fit', () => {
    drawFrame(canvas, canvas.scratch, frame, []);
    near(pixelAt(10, 10), [0, 0, 0, 255]);
    const below = { item: item(), opacity: 1, picture: plain(64, 32, [0, 200, 0, 255]) };
    const square = plain(16, 16, [200, 0, 0, 255]);
    drawFrame(canvas, canvas.scratch, frame, [below, { item: item(), opacity: 1, picture: square }]);
    near(pixelAt(2, 16), [0, 0, 0, 255]);
    near(pixelAt(32, 16), [200, 0, 0, 255]);
    drawFrame(canvas, canvas.scratch, frame, [below, { item: item({ clear: true }), opacity: 1, picture: square }]);
    near(pixelAt(2, 16), [0, 200, 0, 255]);
  });

  it('lets through as much as its opacity says, bars and picture alike', () => {
    const below = { item: item(), opacity: 1, picture: plain(64, 32, [0, 200, 0, 255]) };
    const square = plain(16, 16, [200, 0, 0, 255]);
    drawFrame(canvas, canvas.scratch, frame, [below, { item: item(), opacity: 0.25, picture: square }]);
    near(pixelAt(2, 16), [0, 150, 0, 255]);
    near(pixelAt(32, 16), [50, 150, 0, 255]);
  });

  it('keeps, fills or stretches, and cuts sides off', () => {
    const media = { width: 200, height: 100 };
    const place = (more: Partial<ItemRecord>, of = media) =>
      placeOfPicture(item(more), of, { width: 100, height: 100 });
    expect(place({}).to).toEqual({ x: 0, y: 25, width: 100, height: 50 });
    expect(place({ fit: 'fill' })).toEqual({
      from: { x: 0.25, y: 0, width: 0.5, height: 1 },
      to: { x: 0, y: 0, width: 100, height: 100 },
    });
    expect(place({ fit: 'stretch' }).to).toEqual({ x: 0, y: 0, width: 100, height: 100 });
    expect(place({ crop: { left: 0.5, right: 0, top: 0, bottom: 0 } }).to).toEqual({
      x: 0,
      y: 0,
      width: 100,
      height: 100,
    });
    expect(sizeToRead(item({ fit: 'fill' }), { width: 4000, height: 2000 }, frame)).toEqual(frame);
    expect(sizeToRead(item(), { width: 8, height: 8 }, frame)).toEqual({ width: 8, height: 8 });
  });

  it('has a title’s letters in its colour and place', () => {
    const title: TitleStyle = {
      ...plainTitle,
      ...{ text: 'MMMM', size: 0.5, x: 0, y: 1 },
    };
    drawFrame(canvas, canvas.scratch, frame, [{ item: item({ targetId: null, clear: true, title }), opacity: 1 }]);
    const rows = [8, 24].map((y) => Math.max(...Array.from({ length: 64 }, (_, x) => pixelAt(x, y)[0] ?? 0)));
    expect(rows[0]).toBe(0);
    expect(rows[1]).toBeGreaterThan(180);
  });

  it('breaks a title’s lines between words, and where it says', () => {
    const broken = brokenLines('one two three\nfour', 7, (text) => text.length);
    expect(broken.map(({ text }) => text)).toEqual(['one two', 'three', 'four']);
    expect(brokenLines('extraordinary', 4, (text) => text.length)).toHaveLength(1);
  });
});
