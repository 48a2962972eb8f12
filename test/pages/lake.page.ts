import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { convert } from '../../library/convert.ts';
import { accessibilityFaults, startChromium } from '../support/chromium.ts';
import { openStudio } from '../support/open-studio.ts';

let browser: Browser;
let folder: string;
let lake: string;

const LAYOUT = {
  name: 'sales',
  encoding: 'cp037',
  record: { format: 'fixed', length: 12 },
  fields: [
    { name: 'shop', start: 1, end: 4, type: 'string' },
    { name: 'amount', start: 5, end: 9, type: 'integer' },
    { name: 'paid', start: 10, end: 12, type: 'decimal(5,2)', usage: 'packed' },
  ],
  rejects: { maxPercent: 60 },
};

/** The second record has a letter in its amount; the packed bytes of all have no characters. */
const SALES = 'C1C1C1C1F0F0F0F0F112345C C2C2C2C2F0F0D6F0F254321C C3C3C3C3F0F0F0F0F300100D'.replaceAll(
  ' ',
  '',
);

beforeAll(async () => {
  browser = await startChromium();
  folder = await mkdtemp(join(tmpdir(), 'studio-lake-'));
  lake = join(folder, 'lake');
  await writeFile(join(folder, 'sales.json'), JSON.stringify(LAYOUT));
  await writeFile(join(folder, 'sales.bin'), Buffer.from(SALES, 'hex'));
  const [file] = await convert({
    layout: join(folder, 'sales.json'),
    inputs: join(folder, 'sales.bin'),
    lake,
    businessDate: '2025-08-12',
  });
  expect(file).toMatchObject({ status: 'loaded', rows: 2, published: true });
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

test('a day of the calendar shows its report; a reject is corrected and loaded; SQL shows it', async () => {
  await using opened = await openStudio(browser, folder, { lake });
  const { page, requests, faults, studio } = opened;
  await page.click('nav >> text=Lake');
  await page.click('[aria-label="2025-08-12: published, 2 rows"]');
  const frame = page.frameLocator('iframe.report');
  await frame.locator('h1').waitFor();
  await expect.poll(() => frame.locator('h1').textContent()).toContain('sales');
  await page.click('#part-rejects');
  const record = page.locator('.reject input');
  // The packed bytes are dots that keep their bytes.
  await expect.poll(() => record.inputValue()).toMatch(/^BBBB00O02/);
  await record.fill((await record.inputValue()).replace('O', '0'));
  await record.press('Tab');
  await page.click('text=Load 1 corrected record of sales.bin');
  await page.waitForSelector('text=1 corrected rows are loaded', { timeout: 120_000 });
  // The report is drawn anew by itself, since the day changed.
  await page.click('#part-report');
  await expect.poll(() => frame.locator('body').textContent(), { timeout: 30_000 }).toContain('commit 2');
  await page.click('#part-sql');
  const editor = page.locator('.sql-code .cm-content');
  await editor.fill('SELECT shop, amount, paid FROM sa');
  await page.keyboard.press('Control+Space');
  await page.waitForSelector('.cm-tooltip-autocomplete >> text=sales');
  await page.keyboard.press('Escape');
  await editor.fill('SELECT shop, amount, paid FROM sales ORDER BY shop');
  await page.keyboard.press('Control+Enter');
  await page.waitForSelector('.result tbody td');
  await expect
    .poll(() => page.locator('.result tbody tr').allTextContents())
    .toEqual(['AAAA1123.45', 'BBBB2543.21', 'CCCC3-1.00']);
  await expect.poll(() => page.locator('.chart rect').count()).toBe(3);
  expect(faults.filter((fault) => !fault.startsWith('Applying inline style'))).toEqual([]);
  const port = new URL(studio.address).port;
  for (const address of requests)
    expect(address).toMatch(new RegExp(`^(blob:)?http://127\\.0\\.0\\.1:${port}/`));
});

test('SQL that is wrong says why, and cannot read other files', async () => {
  await using opened = await openStudio(browser, folder, { lake });
  const { page } = opened;
  await page.click('nav >> text=Lake');
  const editor = page.locator('.sql-code .cm-content');
  await editor.fill('SELECT shopp FROM sales');
  await page.keyboard.press('Control+Enter');
  await page.waitForSelector('.message.bad');
  await expect.poll(() => page.locator('.message').textContent()).toContain('shopp');
  await editor.fill(`SELECT * FROM read_text('${join(folder, 'sales.json')}')`);
  await page.keyboard.press('Control+Enter');
  await expect.poll(() => page.locator('.message').textContent()).toContain('--allow-files');
});

test('has no fault for people who cannot see it', async () => {
  await using opened = await openStudio(browser, folder, { lake });
  const { page } = opened;
  await page.click('nav >> text=Lake');
  await page.click('.day');
  for (const part of ['report', 'rejects', 'sql']) {
    await page.click(`#part-${part}`);
    if (part === 'sql') {
      await page.click('.sql >> text=Run');
      await page.waitForSelector('.result tbody td');
    }
    expect([part, await accessibilityFaults(page)]).toEqual([part, []]);
  }
});
