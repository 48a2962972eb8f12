import { html, type Markup, type MarkupValue } from '../../look/markup.ts';
import type { FigureTexts } from '../figure-texts.ts';
import type { Words } from '../words/english.ts';

/** The language of a page: its words and its figures. */
export interface Speech {
  words: Words;
  figures: FigureTexts;
}

/** A column of a table; figures stand to the right. */
interface Column {
  name: string;
  isFigure?: boolean;
}

/** A block of the page with its heading. */
export function section(id: string, title: string, ...content: MarkupValue[]): Markup {
  return html`<section class="card" id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${content}</section>`;
}

/** A table that scrolls by itself if it is wide; the first cell of each row names it. */
export function tableOf(
  caption: string,
  columns: Column[],
  rows: MarkupValue[][],
  feet: MarkupValue[][] = [],
): Markup {
  const kind = (index: number) => (columns[index]?.isFigure ? 'number' : '');
  const cells = (row: MarkupValue[]) =>
    row.map((value, index) =>
      index === 0 ? html`<th scope="row">${value}</th>` : html`<td class="${kind(index)}">${value}</td>`,
    );
  const head = columns.map(({ name }, index) => html`<th scope="col" class="${kind(index)}">${name}</th>`);
  const foot = feet.length > 0 && html`<tfoot>${feet.map((row) => html`<tr>${cells(row)}</tr>`)}</tfoot>`;
  return html`<div class="scroll" role="group" aria-label="${caption}" tabindex="0"><table><caption class="for-readers">${caption}</caption><thead><tr>${head}</tr></thead><tbody>${rows.map((row) => html`<tr>${cells(row)}</tr>`)}</tbody>${foot}</table></div>`;
}

/** A table behind a chart. */
export function folded(summary: string, table: Markup): Markup {
  return html`<details><summary>${summary}</summary>${table}</details>`;
}

/** A bar as long as its share of the longest. */
export function bar(share: number, kind: 's1' | 's2' = 's1'): Markup {
  const width = Math.max(0, Math.min(100, share * 100)).toFixed(2);
  return html`<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="lane" width="100" height="10"/><rect class="${kind}" width="${width}" height="10"/></svg>`;
}

/** An instant, exact for programs. */
export function timeOf(at: string, text: string): Markup {
  return html`<time datetime="${at}">${text}</time>`;
}

/** The legend of a chart: a swatch and a name for each kind. */
export function legend(kinds: { kind: string; name: string }[]): Markup {
  const swatch = (kind: string) =>
    html`<svg viewBox="0 0 20 10" aria-hidden="true"><rect class="${kind}" x="1" y="1" width="18" height="8"/></svg>`;
  return html`<ul class="legend">${kinds.map(({ kind, name }) => html`<li>${swatch(kind)}${name}</li>`)}</ul>`;
}

const MOST_CHARACTERS = 60;

/** The last part of a key. */
export function fileName(key: string): string {
  return shortText(key.slice(key.lastIndexOf('/') + 1));
}

/** A text of others, no longer than people read. */
export function shortText(text: string): string {
  const signs = [...text];
  return signs.length > MOST_CHARACTERS ? `${signs.slice(0, MOST_CHARACTERS).join('')}…` : text;
}

/** A text of the pipeline, which is English on every page. */
export function english({ words }: Speech, text: string): MarkupValue {
  return words.language === 'en' ? text : html`<span lang="en">${text}</span>`;
}
