import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pageAlone } from '../../studio/server/page-html.ts';
import { openPage, startChromium } from '../support/chromium.ts';
import { openStudio, studioPage } from '../support/open-studio.ts';

let browser: Browser;
let folder: string;

beforeAll(async () => {
  browser = await startChromium();
  folder = await mkdtemp(join(tmpdir(), 'studio-dropped-'));
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

const LAYOUT = {
  name: 'sales',
  encoding: 'us-ascii',
  record: { format: 'lines', length: 3 },
  fields: [{ name: 'shop', start: 1, end: 3, type: 'string' }],
};

interface Dropped {
  name: string;
  text: string;
}

/** Drags files from outside over a place of the page, and lets go of them there. */
async function drop(page: Page, place: string, files: Dropped[]): Promise<void> {
  // A text, since it runs in the page, whose types are not those of Node.
  const handle = await page.evaluateHandle(`(() => {
    const transfer = new DataTransfer();
    for (const { name, text } of ${JSON.stringify(files)}) transfer.items.add(new File([text], name));
    return transfer;
  })()`);
  for (const type of ['dragenter', 'dragover', 'drop'])
    await page.dispatchEvent(place, type, { dataTransfer: handle });
}

const values = (page: Page) => page.locator('.values tbody td').allTextContents();

/** The page of a server, and the one that opens from a folder. */
async function eachPage(act: (page: Page) => Promise<void>): Promise<void> {
  {
    await using opened = await openStudio(browser, folder);
    await act(opened.page);
  }
  const boot = {
    mode: 'alone' as const,
    version: '',
    files: [],
    layout: undefined,
    lake: undefined,
    folder: '',
  };
  const file = join(folder, 'workbench.html');
  await writeFile(file, pageAlone(await studioPage(), boot));
  const { page, faults } = await openPage(browser);
  await page.goto(pathToFileURL(file).href);
  await act(page);
  expect(faults).toEqual([]);
  await page.context().close();
}

test('a file that is dropped on the welcome is opened, and a layout that is dropped later is its layout', async () => {
  await eachPage(async (page) => {
    await drop(page, '.welcome', [{ name: 'sales.txt', text: 'ABC\nDEF\n' }]);
    await page.waitForSelector('.values tbody tr td');
    await expect.poll(() => page.locator('.file-name strong').textContent()).toBe('sales.txt');
    await drop(page, '.bench', [{ name: 'sales.json', text: JSON.stringify(LAYOUT) }]);
    await expect.poll(() => page.locator('.values thead').textContent()).toContain('shop');
    await expect.poll(() => values(page)).toEqual(['ABC', 'DEF']);
  });
});

test('a layout and a file that are dropped together belong together, in either order; the next file keeps the layout', async () => {
  await eachPage(async (page) => {
    await drop(page, '.welcome', [
      { name: 'sales.txt', text: 'ABC\n' },
      { name: 'sales.JSON', text: JSON.stringify(LAYOUT) },
    ]);
    await expect.poll(() => values(page)).toEqual(['ABC']);
    await expect.poll(() => page.locator('.values thead').textContent()).toContain('shop');
    await drop(page, '.record-grid', [{ name: 'other.txt', text: 'XYZ\nUVW\n' }]);
    await expect.poll(() => values(page)).toEqual(['XYZ', 'UVW']);
  });
});

test('hostile names, empty files, and layouts that are none are said, and nothing is lost', async () => {
  await eachPage(async (page) => {
    const hostile = '<img src=x onerror=alert(1)>\u202etxt.exe';
    await drop(page, '.welcome', [{ name: hostile, text: 'ABC\n' }]);
    await expect
      .poll(() => page.locator('.file-name strong').textContent())
      .toBe('<img src=x onerror=alert(1)>\\u202etxt.exe');
    expect(await page.locator('.file-name img').count()).toBe(0);
    await drop(page, '.bench', [{ name: 'broken.json', text: '{ "name": ' }]);
    await page.waitForSelector('.state.bad');
    await drop(page, '.bench', [{ name: 'nothing.txt', text: '' }]);
    await page.waitForSelector('.message.bad');
    await drop(page, '.bench', [{ name: 'sales.json', text: JSON.stringify(LAYOUT) }]);
    await drop(page, '.bench', [{ name: 'sales.txt', text: 'GHI\n' }]);
    await expect.poll(() => values(page)).toEqual(['GHI']);
  });
});

test('a conversion shows its stage, and is stopped from the page', async () => {
  const input = join(folder, 'f_20250812.txt');
  const layout = join(folder, 'awaiting.json');
  await writeFile(input, 'ABC\nDEF\n');
  const controlFile = {
    name: '{stem}.ctl',
    length: 8,
    whenMissing: 'wait',
    fields: [{ name: 'records', start: 4, end: 8, type: 'integer' }],
  };
  const controlTotals = [{ controlFile: 'records', equals: 'count(detail)' }];
  await writeFile(layout, JSON.stringify({ ...LAYOUT, controlFile, controlTotals }));
  await using opened = await openStudio(browser, folder, { files: [input], layout });
  const { page } = opened;
  await page.waitForSelector('.values tbody tr td');
  await page.click('#tab-convert');
  await page.fill('#panel [name=lake]', join(folder, 'lake'));
  await page.click('#panel button.main');
  await page.waitForSelector('.running >> text=looking at the file', { timeout: 60_000 });
  expect(await page.locator('.running progress').getAttribute('max')).toBe('100');
  await page.click('.running >> text=Stop');
  await page.waitForSelector('#panel .state.bad', { timeout: 60_000 });
  expect(await page.locator('#panel').textContent()).toContain('failed');
  expect(await page.locator('#panel >> text=Query it').count()).toBe(0);
});
