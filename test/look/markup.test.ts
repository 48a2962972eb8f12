import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { embeddedJson, escapedText, html, joined, rawElement } from '../../shared/look/markup.ts';
import { pageText } from '../../shared/look/page.ts';
import { shownText } from '../../shared/shown-text.ts';

/** Texts with what a page, a terminal or a reader could take for something else. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<script>',
        '</td>',
        '"',
        "'",
        '`',
        '&lt;',
        '&#60;',
        '\u202e',
        '\u0000',
        '\u001b[2J',
        '\ud800',
        '-->',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 8 },
  )
  .map((pieces) => pieces.join(''));

describe('a value in a template', () => {
  it('is nothing but its text, in an element and in an attribute', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const escaped = html`<td title="${text}">${text}</td>`.toString();
        const inner = /^<td title="([^"<>]*)">([^<>]*)<\/td>$/.exec(escaped);
        expect(inner?.slice(1).map(decoded)).toEqual([shownText(text), shownText(text)]);
      }),
    );
  });

  it('leaves markup as it is, joins lists, and is nothing if there is none', () => {
    const cell = html`<td>${'<'}</td>`;
    expect(html`<tr>${[cell, cell]}${undefined}${false}${0}</tr>`.toString()).toBe(
      '<tr><td>&#60;</td><td>&#60;</td>0</tr>',
    );
    expect(joined([cell, cell], ' & ').toString()).toBe('<td>&#60;</td> &#38; <td>&#60;</td>');
  });

  it('is refused where no escape helps', () => {
    const value = 'x';
    expect(() => html`<a ${value}>`).toThrow('in a tag');
    expect(() => html`<${value}>`).toThrow('in a tag');
    expect(() => html`<a href='${value}'>`).toThrow('after a single quote');
    expect(() => html`<a onclick="${value}">`).toThrow('in an active attribute');
    expect(() => html`<p style="color:${value}">`).toThrow('in an active attribute');
    expect(() => html`<script>${value}</script>`).toThrow('in a raw');
    expect(() => html`<style>${value}</style>`).toThrow('in a raw');
    expect(() => html`<!-- ${value} -->`).toThrow('in a comment');
    expect(html`<title>${value}</title><p class="a ${value}">a > b ${value}</p>`.toString()).toContain(
      'a > b x',
    );
  });
});

it('JSON in a page ends no element, and parses to the same value', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const element = embeddedJson('facts', JSON.stringify({ text })).toString();
      const inner = /^<script type="application\/json" id="facts">([^<>&]*)<\/script>$/.exec(element);
      expect(JSON.parse(inner?.[1] ?? '')).toEqual({ text });
    }),
  );
});

it('a page names its style and script by their hashes, and may load nothing', () => {
  const page = pageText({
    language: 'en',
    title: '</title><b>',
    styles: ['p{}'],
    script: 'f()',
    body: html`<p>a</p>`,
  });
  expect(decoded(page)).toContain("default-src 'none'; style-src 'sha256-");
  expect(page).toContain('<title>&#60;/title&#62;&#60;b&#62;</title>');
  expect(() => rawElement('script', 'a</script>')).toThrow('ends its element');
  expect(escapedText('a\u202eb')).toBe('a\\u202eb');
});

function decoded(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}
