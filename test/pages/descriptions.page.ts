import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startChromium } from '../support/chromium.ts';
import { openStudio } from '../support/open-studio.ts';

let browser: Browser;
let folder: string;
let file: string;

beforeAll(async () => {
  browser = await startChromium();
  folder = await mkdtemp(join(tmpdir(), 'studio-sources-'));
  file = join(folder, 'sales.txt');
  await writeFile(file, 'AB0000012320250812\nCD00000X2320250813\n');
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

const COPYBOOK = `       01  SALE.
           05  SHOP      PIC X(2).
           05  AMOUNT    PIC 9(6)V99.
           05  SOLD-ON   PIC 9(8).
`;
const CSV = 'name,start,end,type\nshop,1,2,string\namount,3,10,"decimal(8,2)"\nsold_on,11,18,date\n';
const SAS =
  'data sales;\n  infile x;\n  input @1 shop $2.\n    @3 amount 8.2\n    @11 sold_on yymmdd8.;\nrun;\n';

test.each([
  ['copybook', COPYBOOK, '1.23'],
  ['positions', CSV, '1.23'],
  // Without a point in the text, SAS reads the last two digits as decimals too.
  ['positions', SAS, '1.23'],
])('columns come from a %s', async (kind, text, amount) => {
  await using opened = await openStudio(browser, folder, { files: [file] });
  const { page } = opened;
  await page.waitForSelector('.values tbody tr td');
  await page.click('#tab-sources');
  await page.fill('[name=source-text]', text);
  await page.selectOption('[name=source-kind]', kind);
  await page.click('#panel >> text=Read');
  await page.click('text=Take its columns');
  await expect.poll(() => page.locator('.names').textContent()).toBe('shopamountsold_on');
  // Values are decoded in the worker, after the columns are there.
  await expect
    .poll(() => page.locator('.values tbody tr').first().locator('td').nth(1).textContent())
    .toBe(amount);
  // The reason stands under the value that does not decode.
  const wrong = page.locator('.values td.invalid').first();
  await expect.poll(() => wrong.locator('.problem').textContent()).toContain('invalid-number');
  await expect.poll(() => wrong.locator('.bytes').textContent()).toBe('30 30 30 30 30 58 32 33');
});

test('the text of the layout completes keys and values, and shows problems where they are', async () => {
  const layout = join(folder, 'sales.json');
  const text = `{
  // kept
  "name": "sales",
  "encoding": "us-ascii",
  "record": {
    "format": "lines",
    "length": 18
  },
  "fields": [
    { "name": "shop", "start": 1, "end": 2, "type": "string" }
  ]
}
`;
  await writeFile(layout, text);
  await using opened = await openStudio(browser, folder, { files: [file], layout });
  const { page } = opened;
  await page.waitForSelector('.values tbody tr td');
  const editor = page.locator('.layout-panel .cm-content');
  const line = (words: string) => page.locator('.layout-panel .cm-line', { hasText: words });
  await line('"length": 18').click();
  await page.keyboard.press('End');
  await page.keyboard.type(', "');
  const offered = async () => {
    await page.keyboard.press('Control+Space');
    return page.locator('.cm-tooltip-autocomplete li').allTextContents();
  };
  await expect.poll(offered).toContain('cutShort');
  await page.keyboard.type('cut');
  await expect.poll(() => page.locator('.cm-tooltip-autocomplete li').first().textContent()).toBe('cutShort');
  await page.keyboard.press('Enter');
  await expect.poll(() => editor.textContent()).toContain('"cutShort": ');
  await page.keyboard.type('"');
  await expect.poll(offered).toContain('accept');
  await page.keyboard.press('Escape');
  // While the text is no layout, records are shown by the last that was.
  await page.waitForSelector('.layout-panel .problem');
  await expect.poll(() => page.locator('.values tbody td').first().textContent()).toBe('AB');
  for (let count = 0; count < 30; count++) await page.keyboard.press('Control+z');
  await page.waitForSelector('.layout-panel [role=status].faint');
  // A change from elsewhere keeps the comment, and can be undone in the text.
  await page.locator('.column-name').first().click();
  await page.click('#tab-column');
  await page.fill('[name=end]', '1');
  await page.press('[name=end]', 'Tab');
  await page.click('#tab-layout');
  await expect.poll(() => editor.textContent()).toContain('"end": 1');
  await expect.poll(() => editor.textContent()).toContain('// kept');
});

test('a layout with a copybook is shown by it; its fields are put into the text on demand', async () => {
  await writeFile(join(folder, 'sale.cpy'), COPYBOOK);
  const layout = join(folder, 'with-copybook.json');
  await writeFile(
    layout,
    JSON.stringify({
      name: 'sales',
      encoding: 'us-ascii',
      record: { format: 'lines', length: 18 },
      copybook: 'sale.cpy',
    }),
  );
  await using opened = await openStudio(browser, folder, { files: [file], layout });
  const { page } = opened;
  await expect.poll(() => page.locator('.names').textContent()).toBe('shopamountsold_on');
  await expect.poll(() => page.locator('.boundary').count()).toBe(0);
  await page.click('#tab-sources');
  await page.click('text=Put the copybook’s fields into the layout');
  await expect.poll(() => page.locator('.boundary').count()).toBe(3);
});

test('bytes of which nothing is known are shown all the same', async () => {
  const odd = join(folder, 'odd.bin');
  await writeFile(
    odd,
    Uint8Array.from({ length: 997 }, (_, index) => (index * index * 31 + (index >> 3)) & 255),
  );
  await using opened = await openStudio(browser, folder, { files: [odd] });
  const { page } = opened;
  await page.waitForSelector('.values tbody tr');
  await expect.poll(() => page.locator('.record').count()).toBeGreaterThan(3);
});
