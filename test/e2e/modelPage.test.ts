import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Locator, Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningStudio } from '../../electron/server/startStudio.ts';
import { type MisbehavingServer, misbehavingServer } from '../fixtures/misbehavingServer.ts';
import { writeTinySet } from '../fixtures/models/tinySet.ts';
import {
  askForFewSteps,
  expectAccessible,
  launchBrowser,
  launchStudio,
  openPage,
  shownProject,
  typeNumber,
} from './support.ts';

let folder: string;
let home: string;
let browser: Browser;
let studio: RunningStudio;
let server: MisbehavingServer;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magdiff-e2e-page-'));
  home = join(folder, 'home');
  await mkdir(home);
  await writeTinySet(join(home, 'Meine Modelle'));
  const lora = await readFile(join(home, 'Meine Modelle', 'style.safetensors'));
  server = await misbehavingServer(new Map([['more-style.safetensors', lora]]));
  const entry = {
    ...{ id: 'more', name: 'Another style', licence: 'MIT', licenceUrl: 'https://example.org/licence' },
    ...{ needs: 'a Stable Diffusion 1.5 checkpoint', kind: 'part' as const },
    files: [
      {
        file: 'more-style.safetensors',
        role: 'lora',
        url: `${server.origin}/more-style.safetensors`,
        aboutBytes: 2088,
      },
    ],
  };
  const fetching = {
    catalogue: { hosts: [], models: [entry] },
    allows: ({ hostname }: URL) => hostname === '127.0.0.1',
  };
  browser = await launchBrowser();
  ({ studio } = await launchStudio({ home, fetching }));
  ({ page, complaints } = await openPage(browser, studio.url));
  page.setDefaultTimeout(30_000);
  await page.getByRole('button', { name: 'Open the sample' }).click();
  await page.getByTestId('workbench').waitFor();
});
afterAll(async () => {
  await browser?.close();
  await studio?.close();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const dialog = (): Locator => page.getByRole('dialog', { name: 'Models' });
const tab = (name: RegExp): Locator => dialog().getByRole('tab', { name });

/** Drops a file of that name onto an element, as from a folder of the desktop. */
async function drop(target: Locator, name: string): Promise<void> {
  const transfer = await page.evaluateHandle(`{
    const data = new DataTransfer();
    data.items.add(new File(['weights'], ${JSON.stringify(name)}));
    data;
  }`);
  await target.dispatchEvent('drop', { dataTransfer: transfer });
}

it('offers to add the folder of a dropped model file, and lists what is in it as it is found', async () => {
  await drop(page.getByTestId('workbench'), 'style.safetensors');
  await dialog().getByText('style.safetensors is a model file, not a picture.').waitFor();
  await dialog().getByRole('button', { name: 'Choose its folder…' }).click();
  const browsing = page.getByRole('dialog', { name: 'Add a folder' });
  await browsing.getByRole('button', { name: home }).click();
  await browsing.getByRole('button', { name: 'Meine Modelle' }).click();
  await expectAccessible(page, 'choosing a folder');
  await browsing.getByRole('button', { name: 'Add this folder' }).click();
  await tab(/Files found/).click();
  const row = page.getByTestId('model-file').filter({ hasText: 'style.safetensors' });
  await row.getByText('A LoRA for Stable Diffusion 1.5.').waitFor();
  await row.getByRole('button', { name: 'Verify' }).click();
  await row.getByText(/^SHA-256 [0-9a-f]{64}$/).waitFor();
  await expectAccessible(page, 'files found');
  await row.getByRole('button', { name: 'Take off the list' }).click();
  await row.waitFor({ state: 'hidden' });
  await dialog().getByLabel('Show 1 taken off the list').check();
  await row.getByRole('button', { name: 'Put on the list' }).click();
  await tab(/Folders/).click();
  await page.getByTestId('model-folder').filter({ hasText: 'Meine Modelle' }).getByText('added by you').waitFor();
});

it('fetches nothing without a click; then with progress, stopped and gone on with', async () => {
  await tab(/To fetch/).click();
  const row = page.getByTestId('fetch-entry').filter({ hasText: 'Another style' });
  await row.getByText('2.1 kB').waitFor();
  expect(await row.getByRole('link', { name: 'MIT' }).getAttribute('href')).toBe('https://example.org/licence');
  expect(server.asked).toEqual([]);
  server.pauseAfter = 1100;
  await row.getByRole('button', { name: 'Fetch' }).click();
  await row.getByText('1.1 kB of 2.1 kB').waitFor();
  await row.getByRole('button', { name: 'Stop' }).click();
  await row.getByRole('button', { name: 'Go on' }).waitFor();
  await expectAccessible(page, 'to fetch');
  server.pauseAfter = Number.POSITIVE_INFINITY;
  await row.getByRole('button', { name: 'Go on' }).click();
  await row.getByRole('button', { name: 'Here' }).waitFor();
  expect(server.asked).toEqual([undefined, 'bytes=1100-']);
  await tab(/Files found/).click();
  await page.getByTestId('model-file').filter({ hasText: 'more-style.safetensors' }).waitFor();
});

it('keeps a set, and the inspector offers it; its takes are made by the command line again', async () => {
  await tab(/Sets/).click();
  const set = page.getByTestId('model-set').filter({ hasText: 'ip-adapter.safetensors' });
  await set.getByRole('button', { name: 'Use' }).click();
  await set.getByRole('button', { name: 'In use' }).waitFor();
  await expectAccessible(page, 'sets');
  await page.keyboard.press('Escape');
  await dialog().waitFor({ state: 'hidden' });
  await askForFewSteps(page);
  const model = page.getByLabel('Model', { exact: true });
  expect(await model.locator('option:checked').innerText()).toMatch(/^base ü with /);
  await typeNumber(page.getByRole('textbox', { name: 'Width' }), 64);
  await typeNumber(page.getByRole('textbox', { name: 'Height' }), 64);
  await typeNumber(page.getByRole('textbox', { name: 'Frames' }), 2);
  await page.getByRole('button', { name: 'Generate', exact: true }).click();
  await page.getByRole('tab', { name: /Takes\s*1/ }).waitFor({ timeout: 180_000 });
  const project = await shownProject(page, studio);
  const [take] = project.store.all('take');
  expect(take?.recipe.model.id).toMatch(/^base ü with /);
  const script = resolve(import.meta.dirname, '../../electron/cli/magdiff.ts');
  const args = ['remake', project.store.folder, '--take', take?.id ?? '', '-o', join(folder, 'again.mp4'), '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, ...args], {
    cwd: resolve(import.meta.dirname, '../..'),
    env: { ...process.env, HOME: home, USERPROFILE: home },
  });
  expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}')).toMatchObject({
    identical: true,
    framesSha256: take?.result.framesSha256,
  });
});

it('opens from the inspector’s menu, and a set that is taken away leaves its files and is no model any more', async () => {
  const model = page.getByLabel('Model', { exact: true });
  await model.selectOption('More models…');
  await page.getByTestId('model-set').first().getByRole('button', { name: 'Remove' }).click();
  await page.getByText('Can be made of what is here').waitFor();
  await page.keyboard.press('Escape');
  expect(await model.locator('option').allInnerTexts()).toEqual(['MagDiff Small', 'More models…']);
  expect((await readFile(join(home, 'Meine Modelle', 'style.safetensors'))).length).toBeGreaterThan(100);
  expect(complaints).toEqual([]);
});
