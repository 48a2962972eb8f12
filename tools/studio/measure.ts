import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { buildPage } from '../../studio/build/build-page.ts';
import { ebcdicFile } from './ebcdic-file.ts';
import { openInBrowser } from './studio-browser.ts';

const SIZE_BYTES = 64 * 160_000_000;
const COPIES = 40;

/** Size of the page, and how long a step through a file of 10 GB takes until it is drawn. */
async function measure(): Promise<void> {
  const { script, style } = await buildPage();
  const packed = gzipSync(script).length + gzipSync(style).length;
  console.log(`page: ${kb(script.length + style.length)}, ${kb(packed)} with gzip`);
  const folder = await mkdtemp(join(tmpdir(), 'studio-measure-'));
  try {
    const file = await largeFile(folder);
    const layout = join(folder, 'large.json');
    await writeFile(layout, JSON.stringify(LAYOUT));
    await using opened = await openInBrowser(folder, [file], layout);
    if (!opened) {
      console.log('There is no Chromium here (apt-get install chromium, or CHROMIUM=PATH).');
      return;
    }
    const { page } = opened;
    await page.waitForSelector('.values tbody tr td');
    print('one record further (arrow)', await steps(page, 'ArrowDown', 200));
    print('one page further', await steps(page, 'PageDown', 200));
    print('one page back', await steps(page, 'PageUp', 100));
    await page.locator('.scrollbar').focus();
    print('a tenth of the file further or back, at once', await jumps(page, 40));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const LAYOUT = {
  name: 'large',
  encoding: 'cp037',
  record: { format: 'fixed', length: 64, terminator: 'none' },
  recordTypes: ['A', 'M'].map((equals) => ({
    name: `type_${equals.toLowerCase()}`,
    match: { start: 1, end: 1, equals },
    fields: [
      { name: 'agency', start: 2, end: 5, type: 'string' },
      { name: 'account', start: 6, end: 13, type: 'integer' },
      { name: 'text', start: 14, end: 41, type: 'string' },
      {
        name: 'amount',
        start: equals === 'A' ? 52 : 42,
        end: equals === 'A' ? 57 : 47,
        type: 'decimal(11,2)',
        usage: 'packed',
      },
    ],
  })),
};

/** 10 GB, of which parts from the beginning to the end hold records; between them nothing is stored. */
async function largeFile(folder: string): Promise<string> {
  const path = join(folder, 'large.bin');
  await writeFile(path, '');
  await truncate(path, SIZE_BYTES);
  const records = ebcdicFile(4000);
  const file = await open(path, 'r+');
  for (let copy = 0; copy < COPIES; copy++) {
    const at = Math.floor(((SIZE_BYTES - records.length) * copy) / (COPIES - 1) / 64) * 64;
    await file.write(records, 0, records.length, at);
  }
  await file.close();
  return path;
}

/** Milliseconds from a key to the next drawn frame in which other values are seen. */
function steps(page: Page, key: string, count: number): Promise<number[]> {
  return pressed(
    page,
    '.rows',
    Array.from({ length: count }, () => key),
  );
}

function jumps(page: Page, count: number): Promise<number[]> {
  const keys = Array.from({ length: count }, (_, index) =>
    Math.floor(index / 8) % 2 ? 'PageUp' : 'PageDown',
  );
  return pressed(page, '.scrollbar', keys);
}

function pressed(page: Page, selector: string, keys: string[]): Promise<number[]> {
  // A text, since it runs in the page, whose types are not those of Node.
  return page.evaluate(`(async () => {
    const target = document.querySelector(${JSON.stringify(selector)});
    const times = [];
    for (const key of ${JSON.stringify(keys)}) {
      const changed = new Promise((resolve) => {
        const observer = new MutationObserver(() => { observer.disconnect(); resolve(); });
        observer.observe(document.querySelector('.bench-left'), { subtree: true, childList: true, characterData: true, attributes: true });
        setTimeout(resolve, 2000);
      });
      const begun = performance.now();
      target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      await changed;
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      times.push(performance.now() - begun);
    }
    return times;
  })()`);
}

function print(what: string, times: number[]): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
  console.log(
    `${what}: median ${at(0.5)} ms, 95 % within ${at(0.95)} ms, all within ${at(1)} ms (${times.length})`,
  );
}

function kb(bytes: number): string {
  return `${Math.round(bytes / 1000)} KB`;
}

await measure();
