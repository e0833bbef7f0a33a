import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright';
import type { DocumentRecord } from '../../electron/contract/records.ts';
import { takeSettings } from '../../electron/contract/takeSettings.ts';
import { encodePng } from '../../electron/media/readPicture.ts';
import { type RunningStudio, startStudio } from '../../electron/server/startStudio.ts';
import { AssetStore } from '../../electron/services/projects/store/assetStore.ts';
import { simplifyStroke } from '../../models/masks/simplifyStroke.ts';
import { buildRenderer, pageFolder } from '../buildRenderer.ts';
import { launchBrowser } from './launchBrowser.ts';
import { type Measure, percentile95 } from './measure.ts';

const frame = { width: 3840, height: 2160 };

/**
 * The page's own measures, in a real Chromium without a window: first paint and size, opening a large project, painting on a 4K frame
 * over 2,000 strokes, and a timeline of 1,000 items.
 */
export async function benchPage(): Promise<Measure[]> {
  await buildRenderer();
  const workspace = await mkdtemp(join(tmpdir(), 'magdiff-bench-'));
  const browser = await launchBrowser();
  let studio: RunningStudio | undefined;
  try {
    await writeProject(workspace, 'Large', { takes: 500, strokes: 5000, items: 20 });
    await writeProject(workspace, 'Painted', { takes: 0, strokes: 2000, items: 1 });
    await writeProject(workspace, 'Long', { takes: 0, strokes: 0, items: 1000 });
    studio = await startStudio({ workspace, cacheFolder: join(workspace, 'cache') });
    const page = await openPage(browser, studio.url);
    // The engine's first start takes both cores for some seconds; opening a project is measured once it rests.
    const [model] = await studio.services.catalogue.list();
    if (model) await studio.services.engine.device(await studio.services.catalogue.folderOf(model.id));
    return [
      await firstPaint(page),
      await scriptSize(),
      await openLarge(page),
      await paint(page),
      await scrollTimeline(page),
    ];
  } finally {
    await browser.close();
    await studio?.close();
    await rm(workspace, { recursive: true, force: true });
  }
}

async function openPage(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForSelector('[data-testid=start-page]');
  return page;
}

async function firstPaint(page: Page): Promise<Measure> {
  await page.reload();
  await page.waitForSelector('[data-testid=start-page]');
  const milliseconds = await page.evaluate<number>(`new Promise((resolve) => {
    new PerformanceObserver((list) => {
      const entry = list.getEntries().find((candidate) => candidate.name === 'first-contentful-paint');
      if (entry) resolve(entry.startTime);
    }).observe({ type: 'paint', buffered: true });
  })`);
  return { name: 'page: first paint from the server', value: milliseconds / 1000, unit: 's', bound: { atMost: 1 } };
}

async function scriptSize(): Promise<Measure> {
  let bytes = 0;
  for (const name of await readdir(join(pageFolder, 'static')))
    if (name.endsWith('.js')) bytes += gzipSync(await readFile(join(pageFolder, 'static', name)), { level: 9 }).length;
  return { name: 'page: JavaScript sent, gzipped', value: bytes / 1000, unit: 'kB', bound: { atMost: 600 } };
}

/** From the click on the project to the frame in which its takes are listed. */
async function openLarge(page: Page): Promise<Measure> {
  const began = performance.now();
  await page.getByRole('button', { name: /^Large/ }).click();
  await page.waitForSelector('[data-testid=workbench]');
  await page.getByRole('tab', { name: /Takes\s*500/ }).waitFor();
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  const value = (performance.now() - began) / 1000;
  return { name: 'open a project of 500 takes and 5,000 strokes', value, unit: 's', bound: { atMost: 1.5 } };
}

async function openProject(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: /^Project:/ }).click();
  await page.getByRole('menuitem', { name: 'All projects…' }).click();
  await page.getByRole('button', { name: new RegExp(`^${name}`) }).click();
  await page.waitForSelector('[data-testid=workbench]');
  await page.waitForTimeout(6000);
}

/** Script time of each pointer event of a long stroke, as Chromium counts it: handlers, rasteriser and drawing alike. */
async function paint(page: Page): Promise<Measure> {
  await openProject(page, 'Painted');
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const scriptSeconds = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find((metric) => metric.name === 'ScriptDuration')?.value ?? 0;
  };
  const box = await page.getByRole('application', { name: 'Viewer' }).boundingBox();
  if (!box) throw new Error('Assertion failed: the stage is shown');
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await page.mouse.move(middle.x - 200, middle.y);
  await page.mouse.down();
  const times: number[] = [];
  for (let event = 0; event < 120; event++) {
    const before = await scriptSeconds();
    await page.mouse.move(middle.x - 200 + event * 3, middle.y + 60 * Math.sin(event / 8));
    times.push(((await scriptSeconds()) - before) * 1000);
  }
  await page.mouse.up();
  const value = percentile95(times.slice(5));
  return {
    name: 'brush on a 4K frame over 2,000 strokes: script per pointer event, p95',
    value,
    unit: 'ms',
    bound: { atMost: 8 },
  };
}

async function scrollTimeline(page: Page): Promise<Measure> {
  await openProject(page, 'Long');
  const value = await page.evaluate<number>(`(async () => {
    const canvas = document.querySelector('[data-testid=timeline]');
    const box = canvas.getBoundingClientRect();
    const began = performance.now();
    let frames = 0;
    while (performance.now() - began < 3000) {
      const ctrlKey = frames % 2 === 0;
      const deltaY = ctrlKey ? (Math.floor(frames / 40) % 2 === 0 ? -20 : 20) : 60;
      const at = { clientX: box.left + 300, clientY: box.top + 60, bubbles: true, cancelable: true };
      canvas.dispatchEvent(new WheelEvent('wheel', { deltaY, ctrlKey, ...at }));
      await new Promise((done) => requestAnimationFrame(done));
      frames++;
    }
    return frames / ((performance.now() - began) / 1000);
  })()`);
  return { name: 'timeline of 1,000 items: scroll and zoom', value, unit: 'frames/s', bound: { atLeast: 50 } };
}

/** Writes a project of that size straight to disk. */
async function writeProject(
  workspace: string,
  name: string,
  counts: { takes: number; strokes: number; items: number },
): Promise<void> {
  const folder = join(workspace, name);
  await mkdir(join(folder, 'assets'), { recursive: true });
  const assets = new AssetStore(join(folder, 'assets'));
  const pixels = new Uint8Array(frame.width * frame.height * 4).fill(128);
  const assetId = await assets.put(await encodePng({ ...frame, data: pixels }, 1));
  const framesAssetId = await assets.put(JSON.stringify([assetId]));
  const settings = takeSettings.parse({ task: 'generate', prompt: 'it jumps', seed: 1 });
  const records: DocumentRecord[] = [
    { kind: 'project', id: 'project', name, createdAt: '2026-01-01T00:00:00Z', framesPerSecond: 8 },
    { kind: 'setup', id: 'setup', modelId: '', settings },
    {
      kind: 'view',
      id: 'view',
      sourceId: 'source',
      maskId: 'mask',
      takeId: null,
      compareTakeId: null,
      playheadFrame: 0,
    },
    {
      kind: 'source',
      id: 'source',
      media: 'picture',
      assetId,
      name: 'Frame.png',
      mimeType: 'image/png',
      sizeBytes: 1,
      ...frame,
      frameCount: 1,
      framesPerSecond: 8,
      durationSeconds: 0,
      hasAudio: false,
      hasAlpha: false,
      inFrame: 0,
      outFrame: 1,
      createdAt: '',
    },
    {
      kind: 'mask',
      id: 'mask',
      sourceId: 'source',
      name: 'Subject',
      ...frame,
      growPixels: 0,
      featherPixels: 0,
      createdAt: '',
    },
    { kind: 'maskKey', id: 'key', maskId: 'mask', frameIndex: 0, interpolation: 'hold' },
  ];
  for (let index = 0; index < counts.strokes; index++) records.push(strokeNumber(index));
  for (let index = 0; index < counts.items; index++)
    records.push({
      kind: 'item',
      id: `item-${index}`,
      trackId: 'track-source',
      targetId: 'source',
      startFrame: index * 10,
      lengthFrames: 9,
      inFrame: 0,
    });
  for (let index = 0; index < counts.takes; index++)
    records.push({
      kind: 'take',
      id: `take-${index}`,
      name: `Take ${index + 1}`,
      createdAt: '2026-01-01T00:00:00Z',
      starred: false,
      recipe: {
        settings,
        source: {
          sourceId: 'source',
          assetId,
          media: 'picture',
          name: 'Frame.png',
          frameIndex: 0,
          inFrame: 0,
          outFrame: 1,
          place: null,
        },
        drawingAssetId: null,
        maskFile: null,
        maskId: 'mask',
        model: { id: 'm', title: 'M', hash: 'h' },
        provider: 'cpu',
        studioVersion: '0',
      },
      result: {
        framesAssetId,
        firstFrameAssetId: assetId,
        latentsAssetId: null,
        frameCount: 1,
        ...frame,
        framesPerSecond: 8,
        framesSha256: '',
        seconds: 1,
      },
    });
  await writeFile(
    join(folder, 'project.json'),
    JSON.stringify({ format: 'magdiff-project', schemaVersion: 1, sequence: 0, records }),
  );
  await writeFile(join(folder, 'summary.json'), JSON.stringify({ name, takeCount: counts.takes, posterAssetId: null }));
}

/** A stroke of fifty points somewhere on the frame, as the brush keeps it. */
function strokeNumber(index: number): DocumentRecord {
  const points: number[] = [];
  const x = (index * 977) % frame.width;
  const y = (index * 613) % frame.height;
  for (let step = 0; step < 50; step++) points.push(x + step * 4, y + Math.round(300 * Math.sin(step / 6)) / 10, 1);
  return {
    kind: 'stroke',
    id: `stroke-${index}`,
    keyId: 'key',
    order: index,
    operation: {
      kind: 'stroke',
      mode: index % 5 === 4 ? 'erase' : 'paint',
      radius: 24,
      hardness: 0.8,
      points: simplifyStroke(points, 24, 0.2),
    },
  };
}
