import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CODE_PAGE_NAMES, unicodeOf } from '../../shared/decode/code-pages.ts';
import { type CodePage, isByteTablePage, isEbcdic } from '../../shared/layout/code-page.ts';
import { agrees, decodeAll, fieldOf } from '../support/decoded-fields.ts';

/** Encodes with the tables that are tested elsewhere against another source; undefined if the page lacks a character. */
function encode(text: string, page: CodePage): Uint8Array | undefined {
  if (page === 'utf-8') return Buffer.from(text);
  if (page === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  if (!isByteTablePage(page)) return undefined;
  const units = unicodeOf(page);
  const bytes = [...text].map((character) => units.indexOf(character.charCodeAt(0)));
  return bytes.includes(-1) ? undefined : Uint8Array.from(bytes);
}

/** As the vectors of a test show a text. */
const hex = (text: string) => Buffer.from(text).toString('hex');
const PAGES: CodePage[] = [...CODE_PAGE_NAMES, 'utf-8', 'utf-16be'];
const CONTROLS = Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code));

/** What may fill up a text of a page, as bytes of one character. */
function paddingsOf(page: CodePage): Uint8Array[] {
  if (isEbcdic(page)) return [...Array(0x41).keys(), 0xff].map((byte) => Uint8Array.of(byte));
  return [' ', ' ', '\0', '\0', '\x7f', '\u00a0', ...CONTROLS].flatMap((one) => encode(one, page) ?? []);
}

/** A text that neither begins nor ends with padding, within one field, and the fields' rests filled up. */
const cases = fc
  .record({
    page: fc.constantFrom<CodePage>('iso-8859-1', 'us-ascii', 'utf-8', 'utf-16be', ...PAGES),
    trim: fc.constantFrom('trailing' as const, 'both' as const),
    words: fc.array(fc.constantFrom('A', 'zé', 'ÃO', '1', '-', ' ', '\0', '\u00a0', '\x7f', 'LONG WORD'), {
      maxLength: 9,
    }),
    before: fc.integer({ min: 0, max: 5 }),
    after: fc.integer({ min: 0, max: 40 }),
    seed: fc.integer(),
  })
  .map(({ page, trim, words, before, after, seed }) => {
    const text = words.join('').replace(/^[\0\s\x7f\u00a0]+|[\0\s\x7f\u00a0]+$/g, '');
    const stored = encode(text, page);
    const fill = (count: number, plus: number) => {
      const one = fc.constantFrom(...paddingsOf(page));
      return Buffer.concat(
        fc.sample(fc.array(one, { minLength: count, maxLength: count }), {
          seed: seed + plus,
          numRuns: 1,
        })[0]!,
      );
    };
    const bytes =
      stored && Buffer.concat([trim === 'both' ? fill(before, 1) : Buffer.alloc(0), stored, fill(after, 2)]);
    return { page, trim, text, bytes };
  })
  .filter(({ bytes }) => bytes !== undefined && bytes.length > 0);

describe('padding is never stored', () => {
  test('blanks, NULs, controls and no-break spaces around texts of every page, in every mixture', () => {
    fc.assert(
      fc.property(cases, ({ page, trim, text, bytes }) => {
        const field = fieldOf('string', bytes!.length, { encoding: page, trim });
        agrees(field, page, [bytes!]);
        expect(decodeAll(field, page, [bytes!]).rows).toEqual([text === '' ? null : hex(text)]);
      }),
      { numRuns: 3000 },
    );
  });

  test.each(
    PAGES,
  )('%s: each padding alone, once and all over the field, of every width around that of a vector', (page) => {
    const paddings = paddingsOf(page);
    for (const count of [1, 2, 8, 15, 16, 17, 31, 33, 48, 65]) {
      const filled = paddings.map((padding) => Buffer.concat(Array(count).fill(padding)));
      const texts = filled.map((bytes) => Buffer.concat([encode('A', page)!, bytes]));
      for (const trim of ['trailing', 'both'] as const) {
        // Those of two bytes a character are in fields of their own.
        for (const width of new Set(filled.map(({ length }) => length))) {
          const nothing = fieldOf('string', width, { encoding: page, trim });
          const ofWidth = filled.filter(({ length }) => length === width);
          agrees(nothing, page, ofWidth);
          expect(decodeAll(nothing, page, ofWidth).rows).toEqual(ofWidth.map(() => null));
        }
        for (const width of new Set(texts.map(({ length }) => length))) {
          const one = fieldOf('string', width, { encoding: page, trim });
          const ofWidth = texts.filter(({ length }) => length === width);
          agrees(one, page, ofWidth);
          expect(decodeAll(one, page, ofWidth).rows).toEqual(ofWidth.map(() => hex('A')));
        }
      }
    }
  });

  test('without trimming everything is kept, apart from a field of blanks', () => {
    const kept = Buffer.from('\0\0 \u00a0', 'latin1');
    const field = fieldOf('string', 4, { encoding: 'iso-8859-1', trim: 'none' });
    expect(decodeAll(field, 'iso-8859-1', [kept, Buffer.from('    '), Buffer.from('A\0  ')]).rows).toEqual([
      hex('\0\0 \u00a0'),
      null,
      hex('A\0  '),
    ]);
  });
});
