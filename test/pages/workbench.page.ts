import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ebcdicFile } from '../../tools/studio/ebcdic-file.ts';
import { accessibilityFaults, startChromium } from '../support/chromium.ts';
import { openStudio } from '../support/open-studio.ts';

let browser: Browser;
let folder: string;

beforeAll(async () => {
  browser = await startChromium();
  folder = await mkdtemp(join(tmpdir(), 'studio-'));
  await writeFile(join(folder, 'EXTRATO.BIN'), ebcdicFile(400));
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

/** Cells of a row of decoded values. */
async function values(page: Page, row: number): Promise<string[]> {
  return page.locator('.values tbody tr').nth(row).locator('td').allTextContents();
}

/** The browser's own editing would write styles into the text, which the policy stops. */
const ofOurs = (faults: string[]) => faults.filter((fault) => !fault.startsWith('Applying inline style'));

const V = { record: [0, 14, 0, 0], text: 'AB00000042' };
const FORMS: { name: string; bytes: () => Uint8Array; layout: object; first: string[] }[] = [
  {
    name: 'lines.txt',
    bytes: () => Buffer.from('AB00000042\nCD00000043\n'),
    layout: { encoding: 'us-ascii', record: { format: 'lines', length: 10 } },
    first: ['AB', '42'],
  },
  {
    name: 'fixed.bin',
    bytes: () => Buffer.from('AB00000042CD00000043'),
    layout: { encoding: 'us-ascii', record: { format: 'fixed', length: 10 } },
    first: ['AB', '42'],
  },
  {
    name: 'v.bin',
    bytes: () => Buffer.concat([Buffer.from(V.record), Buffer.from(V.text)]),
    layout: { encoding: 'us-ascii', record: { format: 'rdw', length: 10 } },
    first: ['AB', '42'],
  },
  {
    name: 'vb.bin',
    bytes: () => Buffer.concat([Buffer.from([0, 18, 0, 0]), Buffer.from(V.record), Buffer.from(V.text)]),
    layout: { encoding: 'us-ascii', record: { format: 'bdw', length: 10 } },
    first: ['AB', '42'],
  },
  {
    name: 'ebcdic.bin',
    bytes: () => Buffer.from('C1C2F0F0F0F0F0F0F4F2', 'hex'),
    layout: { encoding: 'cp037', record: { format: 'fixed', length: 10 } },
    first: ['AB', '42'],
  },
  {
    name: 'lines.txt.gz',
    bytes: () => gzipSync('AB00000042\nCD00000043\n'),
    layout: { encoding: 'us-ascii', record: { format: 'lines', length: 10 } },
    first: ['AB', '42'],
  },
];
const FIELDS = [
  { name: 'code', start: 1, end: 2, type: 'string' },
  { name: 'amount', start: 3, end: 10, type: 'integer' },
];

test.each(FORMS)('opens $name and shows its values', async ({ name, bytes, layout, first }) => {
  await writeFile(join(folder, name), bytes());
  const layoutFile = join(folder, `${name}.json`);
  await writeFile(layoutFile, JSON.stringify({ name: 'records', ...layout, fields: FIELDS }));
  await using opened = await openStudio(browser, folder, { files: [join(folder, name)], layout: layoutFile });
  const { page, faults } = opened;
  await page.waitForSelector('.values tbody tr td');
  await expect.poll(() => values(page, 0)).toEqual(first);
  expect(ofOurs(faults)).toEqual([]);
});

test('an unknown EBCDIC file becomes a table: guess, drag, name, save, convert, query', async () => {
  const file = join(folder, 'EXTRATO.BIN');
  await using opened = await openStudio(browser, folder, { files: [file] });
  const { page, faults, requests, studio } = opened;
  await page.click('#tab-guess');
  await page.click('text=Guess columns');
  // Piece by piece: the record types replace the one field of the whole record.
  await page.click('[aria-label="Take record type type_m"]');
  await page.click('[aria-label="Take record type type_a"]');
  await page.waitForSelector('.kinds >> text=type_a');
  // The account begins at 6, after an agency of four digits: the boundary is one too far.
  const boundary = page.locator('.boundary[data-column="column_2"]');
  const box = await boundary.boundingBox();
  const ten = await page.locator('.ticks').evaluate((ticks) => ticks.getBoundingClientRect().width);
  const cell = ten / 64;
  if (!box) throw new Error('there is no boundary');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 - cell, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  await page.click('#tab-column');
  await expect.poll(() => page.inputValue('[name=end]')).toBe('5');
  await page.fill('[name=name]', 'agency');
  await page.press('[name=name]', 'Tab');
  await page.click('.column-name:has-text("column_42")');
  await page.fill('[name=name]', 'amount');
  await page.press('[name=name]', 'Tab');
  await page.fill('[name=type]', 'decimal(11,2)');
  await page.press('[name=type]', 'Tab');
  await expect
    .poll(() => page.locator('.values thead').textContent())
    .toContain('amountdecimal(11,2) packed');
  const layoutFile = join(folder, 'extrato.json');
  await page.fill('[name=layout-path]', layoutFile);
  await page.click('.layout-file >> text=Save');
  await page.waitForSelector('.state.good');
  const saved = JSON.parse(await readFile(layoutFile, 'utf8'));
  expect(saved.recordTypes[0].fields.slice(1, 3)).toMatchObject([
    { name: 'agency', start: 2, end: 5 },
    { name: 'column_7', start: 6, end: 13 },
  ]);
  await page.click('#tab-convert');
  await page.fill('#panel [name=lake]', join(folder, 'lake'));
  await page.fill('[name=business-date]', '2025-08-12');
  await page.click('#panel button.main');
  await page.click('text=Query it', { timeout: 120_000 });
  await page.locator('.sql-code .cm-content').fill('SELECT count(*) AS n, sum(amount) AS total FROM type_m');
  await page.keyboard.press('Control+Enter');
  await page.waitForSelector('.result tbody td');
  const [count = '', total = ''] = await page.locator('.result tbody td').allTextContents();
  expect(Number(count)).toBeGreaterThan(100);
  expect(total).toMatch(/^-?\d+\.\d\d$/);
  expect(ofOurs(faults)).toEqual([]);
  const port = new URL(studio.address).port;
  for (const address of requests)
    expect(address).toMatch(new RegExp(`^(blob:)?http://127\\.0\\.0\\.1:${port}/`));
});

test('has no fault for people who cannot see it, in light and in dark', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const start = { files: [join(folder, 'EXTRATO.BIN')] };
    await using opened = await openStudio(browser, folder, start, { colorScheme });
    const { page } = opened;
    await page.click('#tab-guess');
    await page.click('text=Guess columns');
    await page.click('text=Take all of it');
    await page.click('text=bytes');
    await page.locator('.column-name').nth(3).click();
    for (const tab of ['guess', 'sample', 'sources', 'convert', 'layout', 'column']) {
      await page.click(`#tab-${tab}`);
      if (tab === 'sample') await page.click('#panel >> text=Sample the file');
      if (tab === 'sample') await page.waitForSelector('#panel table');
      expect([tab, await accessibilityFaults(page)]).toEqual([tab, []]);
    }
  }
});

test('hostile names and bytes are text', async () => {
  const name = '<img src=x onerror=document.title=1>\u202etxt.exe';
  const hostile = join(folder, 'hostile');
  await mkdir(hostile);
  const text = `<script>document.title='taken'</script>`.padEnd(60);
  await writeFile(join(hostile, name), `${text}\n\u001b[2J<b>\u0007`.padEnd(61 + 60));
  await using opened = await openStudio(browser, hostile);
  const { page, faults } = opened;
  await page.click('text=Open a file…');
  await page.click('.folder button:has-text("onerror")');
  await page.waitForSelector('.values tbody tr');
  await expect.poll(() => page.title()).toBe('positional-lake studio');
  await expect
    .poll(() => page.locator('.file-name strong').textContent())
    .toBe(name.replace('\u202e', '\\u202e'));
  await expect
    .poll(() => page.locator('.values tbody').textContent())
    .toContain("<script>document.title='taken'</script>");
  await expect.poll(() => page.locator('main script, main img, main b').count()).toBe(0);
  expect(ofOurs(faults)).toEqual([]);
});
