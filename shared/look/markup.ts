import { shownText } from '../shown-text.ts';
import { templateFault } from './template-places.ts';

/*
 * HTML that is made of our own templates and of values that can only be text in it:
 *
 *     html`<td class="${state}">${fileName}</td>`
 *
 * A value stands in a text or in a quoted attribute, where it is escaped; a template with a value anywhere else is refused. What people
 * do not see, or what moves what follows it (controls, marks of direction), is shown as its escape.
 */

let made: (text: string) => Markup;

/** HTML that is safe to put into a page as it is. Only this file makes one. */
export class Markup {
  readonly #text: string;
  private constructor(text: string) {
    this.#text = text;
  }
  static {
    made = (text) => new Markup(text);
  }
  toString(): string {
    return this.#text;
  }
}
/** What a template takes: texts and numbers are escaped, markup stays, lists are joined; undefined, null and false are nothing. */
export type MarkupValue =
  | string
  | number
  | bigint
  | Markup
  | false
  | null
  | undefined
  | readonly MarkupValue[];

const CHECKED = new WeakSet<TemplateStringsArray>();

/** A piece of HTML or SVG. Throws `TypeError` for a template with a value where none can be escaped: that is a fault of its author. */
export function html(strings: TemplateStringsArray, ...values: MarkupValue[]): Markup {
  if (!CHECKED.has(strings)) {
    const fault = templateFault(strings);
    if (fault !== undefined) throw new TypeError(fault);
    CHECKED.add(strings);
  }
  let text = strings[0] ?? '';
  for (const [index, value] of values.entries()) text += textOf(value) + (strings[index + 1] ?? '');
  return made(text);
}

/** Pieces one after another. */
export function joined(pieces: readonly Markup[], between = ''): Markup {
  return made(pieces.map(String).join(escapedText(between)));
}

/** A text as HTML shows it, in an element or in a quoted attribute. */
export function escapedText(text: string): string {
  return shownText(text).replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A `<style>` or `<script>` element around a text of our own, in which no value stands; `page.ts` hashes the same text. */
export function rawElement(name: 'style' | 'script', text: string): Markup {
  if (new RegExp(`</${name}`, 'i').test(text)) throw new TypeError(`the text of <${name}> ends its element`);
  return made(`<${name}>${text}</${name}>`);
}

/** A value for programs, in the page: JSON that no parser of HTML takes for anything else. */
export function embeddedJson(id: string, json: string): Markup {
  const safe = json.replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
  return made(`<script type="application/json" id="${escapedText(id)}">${safe}</script>`);
}

function textOf(value: MarkupValue): string {
  if (value === undefined || value === null || value === false) return '';
  if (value instanceof Markup) return value.toString();
  if (Array.isArray(value)) return value.map(textOf).join('');
  return escapedText(String(value));
}
