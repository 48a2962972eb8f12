import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nightReport } from '../../shared/report/night-report.ts';
import { nightPage } from '../../shared/report/page/night-page.ts';
import { shownText } from '../../shared/shown-text.ts';
import { accessibilityFaults, openPage, startChromium } from '../support/chromium.ts';
import { pictureDifference } from '../support/picture.ts';
import { HOSTILE_NAME, NIGHT, NightLake, REPORT_NIGHTS } from '../support/report-nights.ts';

type Kind = keyof typeof REPORT_NIGHTS;

/** Each kind of night in one of the languages and colours. */
const PICTURES: [kind: Kind, language: 'en' | 'pt', colours: 'light' | 'dark', pastNights: number][] = [
  ['good', 'en', 'light', 29],
  ['late', 'pt', 'light', 12],
  ['refused', 'en', 'light', 5],
  ['partial', 'pt', 'dark', 5],
];
/** Says what has the focus; nothing if the browser itself has it. */
const FOCUSED = `(() => {
  const { activeElement: element } = document;
  return element && element !== document.body ? element.tagName + ' ' + (element.getAttribute('aria-label') ?? element.textContent) : '';
})()`;
const LEAST_PDF_BYTES = 20_000;

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());

describe.each(PICTURES)('the report of a %s night', (kind, language, colorScheme, pastNights) => {
  let html: string;
  beforeAll(async () => {
    const lake = new NightLake();
    await lake.loadPast(pastNights);
    await REPORT_NIGHTS[kind](lake);
    html = nightPage(nightReport(await lake.facts()), language);
  });

  it('looks like the picture that was looked at', async () => {
    const { page } = await openPage(browser, { colorScheme, viewport: { width: 860, height: 800 } });
    await page.setContent(html);
    const path = fileURLToPath(new URL(`./pictures/report-${kind}.png`, import.meta.url));
    expect(await pictureDifference(page, path)).toBeUndefined();
    await page.context().close();
  });

  it.each([
    'light',
    'dark',
  ] as const)('has no fault for people who cannot see it or use no mouse, asks for nothing (%s)', async (colours) => {
    const { page, requests, faults } = await openPage(browser, { colorScheme: colours });
    await page.setContent(html);
    for (const summary of await page.locator('summary').all()) await summary.click();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(requests).toEqual([]);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('prints with its folded tables, in light colours, each on a page of paper', async () => {
    const { page } = await openPage(browser, { colorScheme: 'dark' });
    await page.setContent(html);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(
      await page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--paper').trim()"),
    ).toBe('#ffffff');
    const folded = page.locator('details table').first();
    expect(await folded.evaluate((table) => table.getBoundingClientRect().height)).toBeGreaterThan(20);
    const widest = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(widest).toBeLessThanOrEqual(0);
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.length).toBeGreaterThan(LEAST_PDF_BYTES);
    await page.context().close();
  });
});

describe('a report', () => {
  it('can be read with the keyboard alone', async () => {
    const lake = new NightLake();
    await REPORT_NIGHTS.good(lake);
    const { page } = await openPage(browser);
    await page.setContent(nightPage(nightReport(await lake.facts()), 'en'));
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement?.className')).toBe('skip');
    const names = new Set<string>();
    for (let press = 0; press < 80; press++) {
      await page.keyboard.press('Tab');
      const name = await page.evaluate(FOCUSED);
      if (name === '') break;
      names.add(String(name));
    }
    expect([...names].filter((name) => name.startsWith('A ')).length).toBeGreaterThan(9);
    const summary = page.locator('summary').first();
    await summary.focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('details').first().getAttribute('open')).not.toBeNull();
    await page.context().close();
  });

  it('shows hostile names and bytes as text', async () => {
    const lake = new NightLake();
    lake.setTime(NIGHT, '03:00');
    await lake.loadFile(NIGHT, 1, { records: 100, badDays: 2 }, HOSTILE_NAME);
    const { page, requests, faults } = await openPage(browser);
    await page.setContent(nightPage(nightReport(await lake.facts({ showRejects: true })), 'pt'));
    const shown = (await page.locator('main').textContent()) ?? '';
    expect(shown).toContain(shownText(HOSTILE_NAME));
    expect(await page.locator('main script').count()).toBe(0);
    expect(
      await page
        .locator('#report')
        .textContent()
        .then((json) => JSON.parse(json ?? '').files[0].file),
    ).toContain(HOSTILE_NAME);
    for (const sign of ['\u202e', '\u001b']) expect(shown).not.toContain(sign);
    expect([requests, faults]).toEqual([[], []]);
    await page.context().close();
  });
});
