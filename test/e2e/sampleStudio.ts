import type { Page } from 'playwright';
import type { RunningStudio } from '../../electron/server/startStudio.ts';
import { launchBrowser, launchStudio, openPage } from './support.ts';

/** A studio with a page on its sample project. */
export interface SampleStudio {
  readonly studio: RunningStudio;
  readonly page: Page;
  /** What the page's console complained of. */
  readonly complaints: string[];
  close(): Promise<void>;
}

/** Opens one; `patienceMilliseconds`: how long anything on the page is waited for. */
export async function openSample(patienceMilliseconds = 20_000): Promise<SampleStudio> {
  const browser = await launchBrowser();
  const { studio } = await launchStudio();
  const close = async (): Promise<void> => {
    await browser.close();
    await studio.close();
  };
  try {
    const { page, complaints } = await openPage(browser, studio.url);
    page.setDefaultTimeout(patienceMilliseconds);
    await page.getByRole('button', { name: 'Open the sample' }).click();
    return { studio, page, complaints, close };
  } catch (error) {
    await close();
    throw error;
  }
}
