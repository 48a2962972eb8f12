import { mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ebcdicFile } from '../../tools/studio/ebcdic-file.ts';
import { startChromium } from '../support/chromium.ts';
import { openStudio } from '../support/open-studio.ts';

let browser: Browser;
let folder: string;

beforeAll(async () => {
  browser = await startChromium();
  folder = await mkdtemp(join(tmpdir(), 'studio-keys-'));
  await writeFile(join(folder, 'EXTRATO.BIN'), ebcdicFile(200));
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

/** Goes forward with Tab until the focus is on what a selector names. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let count = 0; count < 120; count++) {
    await page.keyboard.press('Tab');
    if (await page.locator(`${selector}:focus`).count()) return;
  }
  throw new Error(`Tab does not reach ${selector}`);
}

test('from an unknown file to SQL with the keyboard alone', async () => {
  await using opened = await openStudio(browser, folder);
  const { page } = opened;
  await tabTo(page, '.welcome button');
  await page.keyboard.press('Enter');
  await page.keyboard.type(join(folder, 'EXTRATO.BIN'));
  await page.keyboard.press('Enter');
  await page.waitForSelector('.values tbody tr td');
  await tabTo(page, '#tab-layout');
  await page.keyboard.press('ArrowRight');
  await page.waitForSelector('#tab-guess[aria-selected=true]');
  await tabTo(page, '#panel button.main');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.pieces');
  await tabTo(page, '#panel .actions button:not(.main)');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.kinds >> text=type_a');
  // A column by its name in the ruler; Alt and an arrow move its end.
  await tabTo(page, '.column-name');
  await page.keyboard.press('ArrowRight');
  await page.waitForSelector('.column-name[aria-pressed=true]:has-text("column_2")');
  await page.keyboard.press('Alt+ArrowLeft');
  await expect
    .poll(() => page.getAttribute('.column-name[aria-pressed=true]', 'aria-label'))
    .toContain('2 to 5');
  // Records with the arrows.
  await tabTo(page, '.rows');
  for (let count = 0; count < 3; count++) await page.keyboard.press('ArrowDown');
  await page.waitForSelector('.values tr.selected');
  await page.keyboard.press('Control+End');
  await expect.poll(() => page.locator('.values tbody th').last().textContent()).toMatch(/^\d{3}$/);
  // The place in the file.
  await tabTo(page, '.scrollbar');
  await page.keyboard.press('Home');
  await expect.poll(() => page.locator('.values tbody th').first().textContent()).toBe('1');
  await tabTo(page, '[name=layout-path]');
  const layoutFile = join(folder, 'keys.json');
  await page.keyboard.type(layoutFile);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.state.good');
  expect(JSON.parse(await readFile(layoutFile, 'utf8')).recordTypes).toHaveLength(2);
  await tabTo(page, '[role=tab][aria-selected=true]');
  for (let count = 0; count < 3; count++) await page.keyboard.press('ArrowRight');
  await page.waitForSelector('#tab-convert[aria-selected=true]');
  await tabTo(page, '#panel [name=lake]');
  await page.keyboard.type(join(folder, 'lake'));
  await tabTo(page, '[name=business-date]');
  await page.keyboard.type('2025-08-12');
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=Query it', { timeout: 120_000 });
  await tabTo(page, '#panel section button.main');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.day');
  await tabTo(page, '.day');
  await tabTo(page, '.cm-content');
  await page.keyboard.press('Control+Enter');
  await page.waitForSelector('.result tbody td');
  // Tab leaves the editor.
  await tabTo(page, '.sql button.main');
});

test('100 GB open at once: ranges are read, whatever place is shown', async () => {
  const path = join(folder, 'large.bin');
  const records = ebcdicFile(2000);
  await writeFile(path, records);
  const sizeBytes = 64 * 1_600_000_000;
  await truncate(path, sizeBytes);
  const file = await open(path, 'r+');
  const last = records.length - (records.length % 64);
  await file.write(records, 0, last, sizeBytes - last);
  await file.close();
  await writeFile(
    join(folder, 'large.json'),
    JSON.stringify({
      name: 'large',
      encoding: 'cp037',
      record: { format: 'fixed', length: 64, terminator: 'none' },
      fields: [{ name: 'kind', start: 1, end: 1, type: 'string' }],
    }),
  );
  await using opened = await openStudio(browser, folder, {
    files: [path],
    layout: join(folder, 'large.json'),
  });
  const { page } = opened;
  let readBytes = 0;
  page.on('response', (response) => {
    if (response.status() === 206) readBytes += Number(response.headers()['content-length']);
  });
  await page.waitForSelector('.values tbody tr td');
  await expect.poll(() => page.locator('.record-bar').textContent()).toContain('1,600,000,000 records');
  await page.fill('[name=place]', '#1600000000');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('.values tbody th').first().textContent()).toContain('1,600,000,000');
  await page.fill('[name=place]', '51200000000');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('.values tbody th').first().textContent()).toBe('800,000,001');
  await page.locator('.rows').focus();
  await page.keyboard.press('Control+End');
  await expect.poll(() => page.locator('.values tbody th').last().textContent()).toBe('1,600,000,000');
  for (let count = 0; count < 20; count++) await page.keyboard.press('PageUp');
  await expect.poll(() => page.locator('.values tbody td').first().textContent()).toMatch(/^[AM]$/);
  expect(readBytes).toBeLessThan(64 * 1024 * 1024);
});
