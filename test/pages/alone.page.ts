import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pageAlone } from '../../studio/server/page-html.ts';
import { ebcdicFile } from '../../tools/studio/ebcdic-file.ts';
import { accessibilityFaults, openPage, startChromium } from '../support/chromium.ts';
import { studioPage } from '../support/open-studio.ts';

let browser: Browser;
let folder: string;
let address: string;

beforeAll(async () => {
  browser = await startChromium();
  folder = await mkdtemp(join(tmpdir(), 'studio-alone-'));
  const boot = {
    mode: 'alone' as const,
    version: 'test',
    files: [],
    layout: undefined,
    lake: undefined,
    folder: '',
  };
  const file = join(folder, 'workbench.html');
  await writeFile(file, pageAlone(await studioPage(), boot));
  address = pathToFileURL(file).href;
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

test('the page from a folder: a layout and a file are dropped, and rows are seen; nothing is asked of anybody', async () => {
  const { page, requests, faults } = await openPage(browser, { acceptDownloads: true });
  await page.goto(address);
  expect(await accessibilityFaults(page)).toEqual([]);
  const layout = {
    name: 'sales',
    encoding: 'cp037',
    record: { format: 'fixed', length: 3 },
    fields: [{ name: 'shop', start: 1, end: 3, type: 'string' }],
  };
  await page.setInputFiles('input[type=file]', [
    { name: 'sales.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(layout)) },
    { name: 'sales.bin', mimeType: '', buffer: Buffer.from('C1C2C3C4C5C6', 'hex') },
  ]);
  await page.waitForSelector('.values tbody tr td');
  await expect.poll(() => page.locator('.values tbody td').allTextContents()).toEqual(['ABC', 'DEF']);
  await expect.poll(() => page.locator('nav').count()).toBe(0);
  await expect.poll(() => page.locator('#tab-convert').count()).toBe(0);
  // Saving is a download.
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.click('.layout-file >> text=Save'),
  ]);
  expect(download.suggestedFilename()).toBe('sales.json');
  expect(JSON.parse(await readFile(await download.path(), 'utf8'))).toEqual(layout);
  expect(await accessibilityFaults(page)).toEqual([]);
  for (const request of requests) expect(request).toMatch(/^(file|blob|data):/);
  expect(faults).toEqual([]);
  // The policy stops whoever tries.
  const isStopped = await page.evaluate(() =>
    fetch('http://127.0.0.1:9/').then(
      () => false,
      () => true,
    ),
  );
  expect(isStopped).toBe(true);
  expect(faults.join(' ')).toContain('Content Security Policy');
  await page.context().close();
});

test('an unknown file is guessed without a server, gzip is decompressed, and what is not read is said', async () => {
  const { page } = await openPage(browser);
  await page.goto(address);
  await page.setInputFiles('input[type=file]', {
    name: 'EXTRATO.BIN.gz',
    mimeType: '',
    buffer: gzipSync(ebcdicFile(300)),
  });
  await page.click('#tab-guess');
  await page.click('text=Guess columns');
  await page.click('text=Take all of it');
  await page.waitForSelector('.kinds >> text=type_a');
  await page.setInputFiles('.file-name input[type=file]', {
    name: 'x.zst',
    mimeType: '',
    buffer: Buffer.from('x'),
  });
  await page.waitForSelector('.message.bad');
  await expect.poll(() => page.locator('.message').textContent()).toContain('Decompress the file first');
  await page.context().close();
});
