import { embeddedJson, html, type Markup } from '../../look/markup.ts';
import { pageText } from '../../look/page.ts';
import { PAGE_STYLE } from '../../look/page-style.ts';
import { jsonText } from '../../shown-text.ts';
import { FigureTexts } from '../figure-texts.ts';
import type { NightReport } from '../night-report.ts';
import type { ReportLanguage } from '../words/languages.ts';
import { wordsOf } from '../words/languages.ts';
import { bytesPart, recordsPart, totalsPart } from './account-parts.ts';
import { changePart, commitsPart, costPart, partitionsPart, rejectsPart } from './data-parts.ts';
import { nightsPart } from './nights-part.ts';
import type { Speech } from './page-parts.ts';
import { REPORT_STYLE } from './report-style.ts';
import { timelinePart } from './timeline-part.ts';
import { headPart, tasksPart, verdictPart } from './verdict-part.ts';

/** The report of a night as one HTML file that stands alone, with the same figures as JSON in it. */
export function nightPage(report: NightReport, language: ReportLanguage): string {
  const words = wordsOf(language);
  const speech: Speech = { words, figures: new FigureTexts(words.language, report.timeZone) };
  return pageText({
    language: words.language,
    title: words.titleOfNight(report.dataset, report.businessDate),
    styles: [PAGE_STYLE, REPORT_STYLE],
    body: nightBody(report, speech),
  });
}

function nightBody(report: NightReport, speech: Speech): Markup {
  const { words } = speech;
  const links: [string, string][] = [
    ['tasks', words.tasks],
    ['timeline', words.timeline],
    ['bytes', words.bytes],
    ['records', words.recordsAccount],
    ['totals', words.controlTotals],
    ['rejects', words.rejects],
    ['partitions', words.partitions],
    ['change', words.change],
    ['nights', words.nights],
    ['commits', words.commits],
    ['cost', words.costSection],
  ];
  const parts = [
    verdictPart,
    tasksPart,
    timelinePart,
    bytesPart,
    recordsPart,
    totalsPart,
    rejectsPart,
    partitionsPart,
    changePart,
    nightsPart,
    commitsPart,
    costPart,
  ];
  return html`<a class="skip" href="#verdict">${words.skipToContent}</a><div class="report">${headPart(report, speech)}<nav aria-label="${words.contents}"><ul>${links.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav><main>${parts.map((part) => part(report, speech))}<div class="sign"><div>${words.signedBy}</div><div>${words.signedOn}</div></div></main><footer class="faint"><p>${words.from('positional-lake')}</p></footer></div>${embeddedJson('report', jsonText(report))}`;
}
