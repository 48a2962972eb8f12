import type { Browser, BrowserContextOptions } from 'playwright-core';
import { buildPage, type PageFiles } from '../../studio/build/build-page.ts';
import { type Studio, startStudio } from '../../studio/server/studio-server.ts';
import { openPage, type WatchedPage } from './chromium.ts';

let built: Promise<PageFiles> | undefined;

/** The page, compiled once. */
export function studioPage(): Promise<PageFiles> {
  built ??= buildPage();
  return built;
}

interface StudioOfTest extends WatchedPage, AsyncDisposable {
  studio: Studio;
}

/** A studio on a free port, and its page in a browser. */
export async function openStudio(
  browser: Browser,
  folder: string,
  { files = [], layout, lake }: { files?: string[]; layout?: string; lake?: string } = {},
  options: BrowserContextOptions = {},
): Promise<StudioOfTest> {
  const boot = { mode: 'served' as const, version: 'test', files, layout, lake, folder };
  const studio = await startStudio({ page: await studioPage(), boot, port: 0 });
  const watched = await openPage(browser, { viewport: { width: 1440, height: 900 }, ...options });
  await watched.page.goto(studio.address);
  return {
    ...watched,
    studio,
    [Symbol.asyncDispose]: async () => {
      await watched.page.context().close();
      await studio[Symbol.asyncDispose]();
    },
  };
}
