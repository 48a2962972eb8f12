import { type Browser, chromium, type Page } from 'playwright-core';
import { buildPage } from '../../studio/build/build-page.ts';
import { startStudio } from '../../studio/server/studio-server.ts';
import { findChromium } from '../page-tests/find-chromium.ts';

interface OpenedStudio extends AsyncDisposable {
  page: Page;
}

/** A studio and its page in a Chromium without a window; undefined if there is none on this machine. */
export async function openInBrowser(
  folder: string,
  files: string[],
  layout?: string,
): Promise<OpenedStudio | undefined> {
  const executablePath = await findChromium();
  if (executablePath === undefined) return undefined;
  const page = await buildPage();
  const boot = { mode: 'served' as const, version: '', files, layout, lake: undefined, folder };
  const studio = await startStudio({ page, boot, port: 0 });
  const isRoot = process.getuid?.() === 0;
  const browser: Browser = await chromium.launch({
    executablePath,
    args: ['--force-color-profile=srgb', '--font-render-hinting=none', '--disable-gpu'],
    chromiumSandbox: !isRoot,
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 740 } });
  const opened = await context.newPage();
  await opened.goto(studio.address);
  return {
    page: opened,
    [Symbol.asyncDispose]: async () => {
      await browser.close();
      await studio[Symbol.asyncDispose]();
    },
  };
}
