import { html, type Markup } from '../../look/markup.ts';
import { nightColumns } from '../charts/night-columns.ts';
import type { DayFacts } from '../night-facts.ts';
import type { NightReport } from '../night-report.ts';
import { folded, type Speech, section, tableOf } from './page-parts.ts';

/** The nights before this one, in three charts of the same nights. */
export function nightsPart({ nights }: NightReport, speech: Speech): Markup {
  const { words } = speech;
  if (nights.length === 0) return section('nights', words.nights, html`<p>${words.noNights}</p>`);
  return section(
    'nights',
    words.nights,
    nightCharts(nights, speech),
    folded(words.table, nightTable(nights, speech)),
    html`<p class="faint">${words.nightsCostNote}</p>`,
  );
}

/** Rows, margin and cost of some nights, side by side. */
export function nightCharts(nights: DayFacts[], { words, figures }: Speech): Markup {
  const chart = (
    title: string,
    of: (night: DayFacts) => number | undefined,
    text: (value: number) => string,
  ) => {
    const values = nights.map((night) => ({
      night: figures.shortDay(night.businessDate),
      value: of(night),
    }));
    if (values.every(({ value }) => value === undefined)) return undefined;
    const description = words.nightsAlt(title, figures.count(nights.length));
    return html`<figure><figcaption>${title}</figcaption>${nightColumns({ values, text, description })}</figure>`;
  };
  return html`<div class="three">${chart(
    words.rows,
    ({ rows }) => rows,
    (rows) => figures.count(rows),
  )}${chart(
    words.marginMinutes,
    ({ marginMinutes }) => marginMinutes,
    (minutes) => `${minutes < 0 ? '−' : ''}${figures.duration(Math.abs(minutes) * 60_000)}`,
  )}${chart(
    words.costOfNight,
    ({ usd }) => usd,
    (usd) => figures.usd(usd),
  )}</div>`;
}

function nightTable(nights: DayFacts[], { words, figures }: Speech): Markup {
  const rows = nights
    .toReversed()
    .map((night) => [
      html`${figures.day(night.businessDate, 'short')}${night.isPartial && ` (${words.inPart})`}`,
      figures.count(night.rows),
      figures.count(night.rejected),
      figures.bytes(night.bytes),
      figures.dateAndTime(night.publishedAt),
      night.marginMinutes === undefined
        ? ''
        : signed(night.marginMinutes, figures.duration(Math.abs(night.marginMinutes) * 60_000)),
      night.usd === undefined ? '' : figures.usd(night.usd),
    ]);
  const columns = [
    { name: words.night },
    { name: words.rows, isFigure: true },
    { name: words.rejected, isFigure: true },
    { name: words.input, isFigure: true },
    { name: words.publishedAt },
    { name: words.margin, isFigure: true },
    { name: words.cost, isFigure: true },
  ];
  return tableOf(words.nights, columns, rows);
}

function signed(minutes: number, text: string): string {
  return `${minutes < 0 ? '−' : '+'}${text}`;
}
