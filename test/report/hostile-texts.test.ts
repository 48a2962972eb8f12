import { describe, expect, it } from 'vitest';
import { type NightReport, nightReport } from '../../shared/report/night-report.ts';
import { nightPage } from '../../shared/report/page/night-page.ts';
import { NIGHT, NightLake, REPORT_NIGHTS } from '../support/report-nights.ts';

/** Whatever others may have written: names, reasons, messages, values, users. */
const OF_OTHERS = new Set([
  'file',
  'message',
  'reason',
  'missing',
  'by',
  'run',
  'checksum',
  'text',
  'hex',
  'name',
  'field',
  'sourceKey',
  'produto',
  'lake',
]);
const HOSTILE = `x</script><script>alert(1)</script><img src=x onerror=alert(1)>"'\`&lt;\u202e\u2066\u001b[31m\u0000\ud800 `;

function withHostileTexts(report: NightReport): NightReport {
  return JSON.parse(JSON.stringify(report), (key, value) =>
    OF_OTHERS.has(key) && typeof value === 'string' ? `${value}${HOSTILE}` : value,
  );
}

describe.each(
  Object.keys(REPORT_NIGHTS) as (keyof typeof REPORT_NIGHTS)[],
)('the page of a %s night', (kind) => {
  it.each(['en', 'pt'] as const)('holds what others wrote as nothing but text (%s)', async (language) => {
    const lake = new NightLake();
    await REPORT_NIGHTS[kind](lake);
    lake.setTime(NIGHT, '11:00');
    const report = withHostileTexts(nightReport(await lake.facts({ showRejects: true })));
    const page = nightPage(report, language);
    // One script, which is data; no element that a text brought; nothing that moves or hides what follows.
    expect(page.match(/<script[^>]*>/g)).toEqual(['<script type="application/json" id="report">']);
    expect(page).not.toContain('<img');
    for (const sign of ['\u202e', '\u2066', '\0', '\u001b']) expect(page).not.toContain(sign);
    const [, data = ''] = /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(page) ?? [];
    expect(JSON.parse(data)).toEqual(report);
    // Attributes end where they should: each tag has its quotes in pairs.
    const body = page.slice(page.indexOf('<body>'), page.indexOf('<script type'));
    for (const [tag] of body.matchAll(/<[a-z][^>]*>/g))
      expect([tag, (tag.match(/"/g)?.length ?? 0) % 2]).toEqual([tag, 0]);
  });
});
