import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { embeddedJson, html } from '../../shared/look/markup.ts';
import { pageText } from '../../shared/look/page.ts';
import { PAGE_STYLE } from '../../shared/look/page-style.ts';
import { stateWord } from '../../shared/look/states.ts';
import { shownText } from '../../shared/shown-text.ts';
import { accessibilityFaults, openPage, startChromium } from '../support/chromium.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());

const HOSTILE = `</td><script>document.title='taken'</script>"'&lt;<img src=x onerror=alert(1)>\u202egnp.exe\u001b[2J\u0000`;

it('shows hostile text as text, loads nothing and has no fault', async () => {
  const body = html`<main><h1>A page</h1><p title="${HOSTILE}" id="text">${HOSTILE}</p><p>${stateWord('good', 'published')} ${stateWord('bad', 'refused')}</p>${embeddedJson('facts', JSON.stringify({ HOSTILE }))}</main>`;
  const text = pageText({ language: 'en', title: 'A page', styles: [PAGE_STYLE], body });
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, requests, faults } = await openPage(browser, { colorScheme });
    await page.setContent(text);
    expect(await page.locator('#text').textContent()).toBe(shownText(HOSTILE));
    expect(await page.locator('#text').getAttribute('title')).toBe(shownText(HOSTILE));
    expect(
      await page
        .locator('#facts')
        .textContent()
        .then((json) => JSON.parse(json ?? '')),
    ).toEqual({ HOSTILE });
    expect(await page.title()).toBe('A page');
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(requests).toEqual([]);
    expect(faults).toEqual([]);
    await page.context().close();
  }
});
