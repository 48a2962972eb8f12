import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dashboardPage } from '../../shared/dashboard/dashboard-page.ts';
import { DASHBOARDS, type DashboardPart } from '../../shared/dashboard/dashboards.ts';
import type { PartAnswer } from '../../shared/dashboard/part-answer.ts';
import { accessibilityFaults, openPage, startChromium } from '../support/chromium.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());

const HOSTILE = `</td><script>document.title='taken'</script>"'<img src=x onerror=alert(1)>\u202e\u0000`;

/** An answer with every kind of figure, the largest and the least, and names that want to be more than names. */
function answerOf({ columns }: DashboardPart, rows: number): PartAnswer {
  const values = (row: number) => ({
    ...{
      count: row === 0 ? 9_007_199_254_740_991 : row,
      money: row === 1 ? '-99999999999999999999.99' : `${row}.50`,
    },
    ...{ share: row / 7, number: row * 1.25, text: row === 0 ? HOSTILE : row === 1 ? null : `P${row}` },
    ...{
      date: `2025-08-${String(10 + (row % 20))}`,
      month: `2025-${String(1 + (row % 12)).padStart(2, '0')}-01`,
    },
  });
  return {
    columns: columns.map(({ column }) => ({ name: column })),
    rows: Array.from({ length: rows }, (_, row) => columns.map(({ kind }) => values(row)[kind])),
    params: { business_date: '2025-08-13', earlier_date: '2025-08-12' },
    commits: { [HOSTILE]: { '2025-08-13': 2 } },
  };
}

describe.each(DASHBOARDS)('the dashboard $name', (dashboard) => {
  it.each([
    ['en', 12],
    ['pt', 200],
    ['en', 1],
    ['pt', 0],
  ] as const)('in %s with %i rows loads nothing, shows names as text and has no fault', async (language, rows) => {
    const answers = dashboard.parts.map((part) => answerOf(part, rows));
    const text = dashboardPage({ dashboard, answers, language, table: HOSTILE });
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, requests, faults } = await openPage(browser, { colorScheme });
      await page.setContent(text);
      expect(await page.locator('h1').textContent()).toBe(dashboard[language]);
      expect(await page.locator('nav li').count()).toBe(DASHBOARDS.length);
      expect(await page.locator('section.card').count()).toBe(1 + dashboard.parts.length);
      const charts = dashboard.parts.filter(({ chart }) => chart).length;
      expect(await page.locator('figure svg').count()).toBe(rows === 0 ? 0 : charts);
      expect(await page.title()).toContain(dashboard[language]);
      expect(await accessibilityFaults(page)).toEqual([]);
      const width = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
      expect(width).toBeLessThanOrEqual(0);
      expect([requests, faults]).toEqual([[], []]);
      await page.context().close();
    }
  });
});
