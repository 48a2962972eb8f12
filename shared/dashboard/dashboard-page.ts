import { html, type Markup } from '../look/markup.ts';
import { pageText } from '../look/page.ts';
import { PAGE_STYLE } from '../look/page-style.ts';
import { barChart, columnChart, MOST_BARS } from './bar-charts.ts';
import {
  DASHBOARDS,
  type Dashboard,
  type DashboardPart,
  type FigureKind,
  type ShownColumn,
} from './dashboards.ts';
import { type DashboardLanguage, figureText, shortText } from './figure-text.ts';
import { gapsOf } from './gaps.ts';
import { keyFigures } from './key-figures.ts';
import type { PartAnswer } from './part-answer.ts';

interface PageOptions {
  dashboard: Dashboard;
  /** One for each part, in order. */
  answers: PartAnswer[];
  language: DashboardLanguage;
  /** The table that the mapping names. */
  table: string;
}

const STYLE = `
.board { max-width: 68rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
.board section { margin-top: 1.25rem; }
.board nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: 1rem 0 0; padding: 0; }
.board nav [aria-current] { font-weight: 650; color: var(--ink); text-decoration: none; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); gap: 1.25rem 1.5rem; margin: 0; }
.figures div { display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.figures dt { color: var(--faint); font-size: .8125rem; }
.figures dd { margin: 0; font-size: 1.4rem; line-height: 1.3; font-weight: 600; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
figure { margin: 0 0 1rem; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { font-size: .8125rem; margin-top: .5rem; overflow-wrap: anywhere; }
.s1 { fill: var(--series1); } .below { fill: var(--bad); }
footer { margin-top: 1.5rem; font-size: .8125rem; overflow-wrap: anywhere; }`;
const MOST_ROWS = 40;
const MOST_GAPS = 12;

const WORDS = {
  en: {
    lang: 'en',
    skip: 'Go to the figures',
    boards: 'Dashboards',
    asOf: (table: string, night: string) => `${table}, night of ${night}`,
    nothing: 'There is nothing to show for this night.',
    alone: 'There is no earlier night to compare this one with.',
    more: (rows: number, all: number) => `The first ${rows} of ${all} rows`,
    last: (rows: number, all: number) => `The last ${rows} of ${all} rows`,
    drawn: (bars: number, all: number) => `Drawn are the first ${bars} of ${all} rows.`,
    gaps: (days: string) => `Between the first and the last there is nothing of: ${days}.`,
    others: (count: number) => `and ${count} more`,
    foot: 'Answered by the named queries',
    commits: 'Read from the commits',
  },
  pt: {
    lang: 'pt-BR',
    skip: 'Ir para os números',
    boards: 'Painéis',
    asOf: (table: string, night: string) => `${table}, noite de ${night}`,
    nothing: 'Não há nada a mostrar para esta noite.',
    alone: 'Não há noite anterior com que comparar esta.',
    more: (rows: number, all: number) => `As primeiras ${rows} de ${all} linhas`,
    last: (rows: number, all: number) => `As últimas ${rows} de ${all} linhas`,
    drawn: (bars: number, all: number) => `O gráfico mostra as primeiras ${bars} de ${all} linhas.`,
    gaps: (days: string) => `Entre o primeiro e o último não há nada de: ${days}.`,
    others: (count: number) => `e mais ${count}`,
    foot: 'Respondido pelas consultas nomeadas',
    commits: 'Lido dos commits',
  },
} as const;

/** The name of a dashboard's page. */
export function pageName({ name }: Dashboard): string {
  return `${name}.html`;
}

/** A dashboard as one page that loads and sends nothing; it links to the others, which lie beside it. */
export function dashboardPage({ dashboard, answers, language, table }: PageOptions): string {
  const words = WORDS[language];
  const night = String(answers[0]?.params.business_date ?? '');
  const links = DASHBOARDS.map((other) =>
    other.name === dashboard.name
      ? html`<li><a href="${pageName(other)}" aria-current="page">${other[language]}</a></li>`
      : html`<li><a href="${pageName(other)}">${other[language]}</a></li>`,
  );
  const figures = keyFigures(dashboard, answers[0], language).map(
    ({ name, text }) => html`<div><dt>${name}</dt><dd>${text}</dd></div>`,
  );
  const parts = dashboard.parts.map((part, index) => partOf(part, answers[index], language));
  const head = html`<a class="skip" href="#figures">${words.skip}</a><header><h1>${dashboard[language]}</h1><p class="faint">${words.asOf(table, night)}</p><nav aria-label="${words.boards}"><ul>${links}</ul></nav></header>`;
  const body = html`<div class="board">${head}<main id="figures"><section class="card"><dl class="figures">${figures}</dl></section>${parts}</main><footer class="faint"><p>${words.foot}: ${dashboard.parts.map(({ query }) => query).join(', ')}. ${words.commits}: ${commitsText(answers)}.</p></footer></div>`;
  return pageText({
    language: words.lang,
    title: `${dashboard[language]}, ${night}`,
    styles: [PAGE_STYLE, STYLE],
    body,
  });
}

function commitsText(answers: PartAnswer[]): string {
  const days = new Set(
    answers.flatMap(({ commits }) =>
      Object.entries(commits).flatMap(([table, of]) =>
        Object.entries(of).map(([day, commit]) => `${table} ${day}/${commit}`),
      ),
    ),
  );
  const sorted = [...days].sort();
  return sorted.length > 12 ? `${sorted[0]} … ${sorted.at(-1)} (${sorted.length})` : sorted.join(', ');
}

function partOf(part: DashboardPart, answer: PartAnswer | undefined, language: DashboardLanguage): Markup {
  const words = WORDS[language];
  const title = html`<h2>${part[language]}</h2>`;
  if (!answer || answer.rows.length === 0)
    return html`<section class="card">${title}<p class="faint">${words.nothing}</p></section>`;
  if (comparesWithItself(answer))
    return html`<section class="card">${title}<p class="faint">${words.alone}</p></section>`;
  return html`<section class="card">${title}<p class="faint">${datesOf(answer)}</p>${chartOf(part, answer, language)}${tableOf(part, answer, language)}</section>`;
}

/** Of the first night that there is, a query takes the same one as the earlier night: nothing changed then, which says nothing. */
function comparesWithItself({ params }: PartAnswer): boolean {
  return params.earlier_date !== undefined && params.earlier_date === params.business_date;
}

/** The nights that an answer is about, and other parameters: `2025-08-12 – 2025-08-13, days 30`. */
function datesOf({ params }: PartAnswer): string {
  const values = Object.entries(params).map(([name, value]) => ({ name, text: String(value) }));
  const isDate = ({ text }: { text: string }) => /^\d{4}-\d{2}-\d{2}$/.test(text);
  const dates = [...new Set(values.filter(isDate).map(({ text }) => text))].sort();
  const others = values.filter((value) => !isDate(value)).map(({ name, text }) => `${name} ${text}`);
  return [dates.join(' – '), ...others].join(', ');
}

function chartOf(part: DashboardPart, answer: PartAnswer, language: DashboardLanguage): Markup | undefined {
  const { chart, columns } = part;
  if (!chart) return undefined;
  const kindOf = (name: string) => columns.find(({ column }) => column === name)?.kind ?? 'text';
  const [labels, values] = [cells(answer, chart.label), cells(answer, chart.value)];
  const bars = values.map((value, index) => ({
    name: figureText(labels[index], kindOf(chart.label), language),
    value: Number(value ?? 0),
    text: figureText(value, kindOf(chart.value), language),
  }));
  const description = `${part[language]}: ${bars
    .slice(0, 20)
    .map(({ name, text }) => `${name} ${text}`)
    .join('; ')}`;
  const scale = (value: number) => shortText(value, kindOf(chart.value), language);
  const drawn =
    chart.form === 'bars' ? barChart({ bars, description }) : columnChart({ bars, description }, scale);
  return html`<figure>${drawn}${captionOf(chart, kindOf(chart.label), labels, language)}</figure>`;
}

/** What the chart does not show. */
function captionOf(
  { form }: NonNullable<DashboardPart['chart']>,
  kind: FigureKind,
  labels: unknown[],
  language: DashboardLanguage,
): Markup | undefined {
  const words = WORDS[language];
  const gaps = form === 'columns' ? gapsOf(labels, kind) : [];
  const shown = gaps.slice(0, MOST_GAPS);
  if (gaps.length > shown.length) shown.push(words.others(gaps.length - shown.length));
  const said = [
    ...(form === 'bars' && labels.length > MOST_BARS ? [words.drawn(MOST_BARS, labels.length)] : []),
    ...(shown.length > 0 ? [words.gaps(shown.join(', '))] : []),
  ];
  return said.length > 0 ? html`<figcaption class="faint">${said.join(' ')}</figcaption>` : undefined;
}

function cells({ columns, rows }: PartAnswer, name: string): unknown[] {
  const at = columns.findIndex((column) => column.name === name);
  return rows.map((row) => row[at]);
}

function tableOf(
  { columns, ...part }: DashboardPart,
  answer: PartAnswer,
  language: DashboardLanguage,
): Markup {
  const byColumn = columns.map(({ column }) => cells(answer, column));
  // Of a long table over time the last rows are those that people look for.
  const from = part.chart?.form === 'columns' ? Math.max(0, answer.rows.length - MOST_ROWS) : 0;
  const indexes = answer.rows.slice(from, from + MOST_ROWS).map((_, index) => from + index);
  const isText = ({ kind }: ShownColumn) => kind === 'text' || kind === 'date' || kind === 'month';
  const head = columns.map((column) =>
    isText(column)
      ? html`<th scope="col">${column[language]}</th>`
      : html`<th scope="col" class="number">${column[language]}</th>`,
  );
  const rows = indexes.map((row) => {
    const shown = columns.map((column, index) => {
      const text = figureText(byColumn[index]?.[row], column.kind, language);
      if (index === 0) return html`<th scope="row">${text}</th>`;
      return isText(column) ? html`<td>${text}</td>` : html`<td class="number">${text}</td>`;
    });
    return html`<tr>${shown}</tr>`;
  });
  const caption =
    answer.rows.length > MOST_ROWS &&
    html`<caption>${WORDS[language][from > 0 ? 'last' : 'more'](MOST_ROWS, answer.rows.length)}</caption>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${part[language]}"><table>${caption}<thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`;
}
