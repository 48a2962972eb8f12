import { embeddedJson, html, type Markup } from '../../look/markup.ts';
import { pageText } from '../../look/page.ts';
import { PAGE_STYLE } from '../../look/page-style.ts';
import { stateWord } from '../../look/states.ts';
import { jsonText } from '../../shown-text.ts';
import { FigureTexts } from '../figure-texts.ts';
import type { MonthDay, MonthReport } from '../month-report.ts';
import { type ReportLanguage, wordsOf } from '../words/languages.ts';
import { nightCharts } from './nights-part.ts';
import { english, type Speech, section, tableOf, timeOf } from './page-parts.ts';
import { REPORT_STYLE } from './report-style.ts';
import { STATE_TONES } from './verdict-part.ts';

/** The report of a month as one HTML file that stands alone, with the same figures as JSON in it. */
export function monthPage(report: MonthReport, language: ReportLanguage): string {
  const words = wordsOf(language);
  const speech: Speech = { words, figures: new FigureTexts(words.language, report.timeZone) };
  return pageText({
    language: words.language,
    title: words.titleOfMonth(report.dataset, report.month),
    styles: [PAGE_STYLE, REPORT_STYLE],
    body: monthBody(report, speech),
  });
}

function monthBody(report: MonthReport, speech: Speech): Markup {
  const { words, figures } = speech;
  const readAt = timeOf(report.readAt, words.readAt(figures.dateAndTime(report.readAt), report.timeZone));
  const nights = report.days.flatMap(({ seen }) => (seen ? [seen] : []));
  const parts =
    report.days.length === 0
      ? section('days', words.monthDays, html`<p>${words.monthNoDays}</p>`)
      : [
          section('calendar', words.monthCalendar, calendar(report, speech)),
          nights.length > 0 &&
            section(
              'nights',
              words.monthSum,
              nightCharts(nights, speech),
              html`<p class="faint">${words.nightsCostNote}</p>`,
            ),
          section('days', words.monthDays, dayTable(report, speech)),
        ];
  return html`<a class="skip" href="#verdict">${words.skipToContent}</a><div class="report"><header><h1>${words.titleOfMonth(report.dataset, figures.month(report.month))}</h1><p class="faint">${readAt}</p></header><main>${verdict(report, speech)}${parts}<div class="sign"><div>${words.signedBy}</div><div>${words.signedOn}</div></div></main><footer class="faint"><p>${words.from('positional-lake')}</p></footer></div>${embeddedJson('report', jsonText(report))}`;
}

function verdict({ days, published, late, total }: MonthReport, { words, figures }: Speech): Markup {
  const isGood = published === days.length && late === 0;
  const all: [string, string, string?][] = [
    [words.records, figures.count(total.records)],
    [words.rows, figures.count(total.rows)],
    [words.rejected, figures.count(total.rejected)],
    ...Object.entries(total.sums).map(([name, sum]): [string, string, string] => [
      name,
      figures.decimal(sum),
      'wide',
    ]),
    [words.input, figures.bytes(total.bytes)],
    [words.cost, figures.usd(total.usd)],
  ];
  const items = all.map(
    ([name, value, kind = '']) => html`<div class="${kind}"><dt>${name}</dt><dd>${value}</dd></div>`,
  );
  const said = words.monthVerdict(figures.count(published), figures.count(days.length));
  return html`<section class="card verdict ${isGood ? 'good' : 'warn'}" id="verdict" aria-label="${words.keyFigures}"><p class="said">${said}${late > 0 && ` ${words.monthLate(figures.count(late))}`}</p><dl class="figures">${items}</dl></section>`;
}

const WEEK = 7;

/** A week a row, from Monday on. */
function calendar({ month, days }: MonthReport, { words, figures }: Speech): Markup {
  const first = new Date(`${month}-01T00:00:00Z`);
  const lead = (first.getUTCDay() + 6) % WEEK;
  const length = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  const byDate = new Map(days.map((day) => [day.businessDate, day]));
  const cells = Array.from({ length: Math.ceil((lead + length) / WEEK) * WEEK }, (_, index) => {
    const number = index - lead + 1;
    if (number < 1 || number > length) return html`<td></td>`;
    const day = byDate.get(`${month}-${String(number).padStart(2, '0')}`);
    const state = day && stateWord(STATE_TONES[day.verdict.state], words[`state_${day.verdict.state}`]);
    return html`<td><span class="${day ? 'strong' : 'faint'}">${number}</span><br>${state}</td>`;
  });
  const weeks = Array.from(
    { length: cells.length / WEEK },
    (_, week) => html`<tr>${cells.slice(week * WEEK, (week + 1) * WEEK)}</tr>`,
  );
  // 2024-01-01 was a Monday.
  const names = Array.from(
    { length: WEEK },
    (_, index) => html`<th scope="col">${figures.weekday(`2024-01-0${index + 1}`)}</th>`,
  );
  return html`<div class="scroll" role="group" aria-label="${words.monthCalendar}" tabindex="0"><table class="days"><caption class="for-readers">${words.monthCalendar}</caption><thead><tr>${names}</tr></thead><tbody>${weeks}</tbody></table></div>`;
}

function dayTable({ days, total }: MonthReport, speech: Speech): Markup {
  const { words, figures } = speech;
  const columns = [
    { name: words.day },
    { name: words.state },
    { name: words.publishedAt },
    ...[
      words.margin,
      words.files,
      words.records,
      words.rows,
      words.rejected,
      words.input,
      words.commit,
      words.cost,
    ].map((name) => ({ name, isFigure: true })),
  ];
  const sums = [total.records, total.rows, total.rejected].map((count) => figures.count(count));
  const foot = [
    words.monthSum,
    '',
    '',
    '',
    '',
    ...sums,
    figures.bytes(total.bytes),
    '',
    figures.usd(total.usd),
  ];
  return tableOf(
    words.monthDays,
    columns,
    days.map((day) => dayRow(day, speech)),
    [foot],
  );
}

function dayRow(
  {
    businessDate,
    verdict: { state, publishedAt, marginMinutes, partial },
    seen,
    commits,
    loaded,
    expected,
    waitingFor,
  }: MonthDay,
  speech: Speech,
) {
  const { words, figures } = speech;
  const waits = partial?.missing ?? waitingFor;
  const margin =
    marginMinutes === undefined
      ? ''
      : `${marginMinutes < 0 ? '−' : '+'}${figures.duration(Math.abs(marginMinutes) * 60_000)}`;
  return [
    html`<span class="whole">${figures.weekday(businessDate)} ${figures.shortDay(businessDate)}</span>`,
    html`${stateWord(STATE_TONES[state], words[`state_${state}`])}${waits !== undefined && html`<br><span class="faint">${english(speech, waits)}</span>`}`,
    publishedAt === undefined ? '' : figures.dateAndTime(publishedAt),
    margin,
    expected === undefined
      ? figures.count(loaded)
      : words.filesOf(figures.count(loaded), figures.count(expected)),
    ...[seen?.records, seen?.rows, seen?.rejected].map((count) =>
      count === undefined ? '' : figures.count(count),
    ),
    seen ? figures.bytes(seen.bytes) : '',
    figures.count(commits),
    seen?.usd === undefined ? '' : figures.usd(seen.usd),
  ];
}
