import fc from 'fast-check';
import { describe, test } from 'vitest';
import { CODE_PAGE_NAMES, unicodeOf } from '../../shared/decode/code-pages.ts';
import { type CodePage, isEbcdic } from '../../shared/layout/code-page.ts';
import { agrees, contents, fieldOf } from '../support/decoded-fields.ts';

const PAGES: CodePage[] = [...CODE_PAGE_NAMES];
const EBCDIC_PAGES = PAGES.filter(isEbcdic);

describe('the kernel and the one-value decoder give the same values', () => {
  test('national text: surrogates whole, cut in half and swapped, every trim and keep', () => {
    const unit = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(0x20, 0x20, 0x41, 0x7a, 0x31, 0x2d, 0x00, 0x7f) },
      { weight: 3, arbitrary: fc.constantFrom(0x80, 0x2000, 0xe3, 0x7ff, 0x800, 0x20ac, 0xfeff, 0xffff) },
      { weight: 1, arbitrary: fc.constantFrom(0xd800, 0xdbff, 0xdc00, 0xdfff, 0xd83d, 0xde00) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff }) },
    );
    const cases = fc
      .record({
        units: fc.integer({ min: 1, max: 30 }),
        trim: fc.constantFrom('trailing' as const, 'both' as const, 'none' as const),
        keep: fc.constantFrom('all' as const, 'alphanumeric' as const, 'digits' as const),
      })
      .chain(({ units, ...more }) => {
        const likely = fc.oneof(
          unit,
          fc.constantFrom(0x41, 0x61, 0x20),
          fc.constantFrom(0x1f600, 0x10000, 0x10ffff),
        );
        // A pair of surrogates may be cut in half at the end.
        const utf16 = (text: string) =>
          new Uint8Array(
            Buffer.from(text, 'utf16le')
              .swap16()
              .subarray(0, units * 2),
          );
        const text = fc
          .array(likely, { minLength: units, maxLength: units })
          .map((codes) => utf16(String.fromCodePoint(...codes)));
        const blank = utf16(' '.repeat(units));
        const field = fieldOf('string', units * 2, { ...more, encoding: 'utf-16be' });
        return fc.tuple(
          fc.constant(field),
          fc.array(fc.oneof(text, text, fc.constant(blank)), { minLength: 1, maxLength: 10 }),
        );
      });
    fc.assert(
      fc.property(cases, ([field, fields]) => agrees(field, 'utf-16be', fields)),
      { numRuns: 800 },
    );
  });

  test('texts of every code page, and raw bytes', () => {
    const texts = fc.record({
      type: fc.constantFrom('string', 'string', 'binary'),
      lengthBytes: fc.integer({ min: 1, max: 40 }),
      trim: fc.constantFrom('trailing' as const, 'both' as const, 'none' as const),
      keep: fc.constantFrom('all' as const, 'alphanumeric' as const, 'digits' as const),
      encoding: fc.constantFrom(...PAGES),
    });
    fc.assert(
      fc.property(
        texts.chain(({ lengthBytes, ...more }) =>
          fc.tuple(fc.constant({ lengthBytes, ...more }), contents(lengthBytes)),
        ),
        ([{ type, lengthBytes, encoding, trim, keep }, fields]) =>
          agrees(fieldOf(type, lengthBytes, { trim, keep }), encoding, fields),
      ),
      { numRuns: 800 },
    );
  });

  test('EBCDIC digits, signs, dates and booleans', () => {
    const ebcdic = (text: string) =>
      Uint8Array.from([...text], (character) => unicodeOf('cp037').indexOf(character.charCodeAt(0)));
    const types: [string, number, object, string?][] = [
      ['decimal(9,2)', 9, { sign: 'trailing' }],
      ['decimal(9,2)', 9, { sign: 'leading' }],
      ['integer', 12, { sign: 'leading-separate' }],
      ['decimal(31,4)', 31, { sign: 'trailing-separate' }],
      ['decimal(9,2)', 12, { point: 'explicit' }],
      ['date', 10, {}, 'dd/MM/yyyy'],
      ['timestamp', 19, {}, 'yyyy-MM-dd HH:mm:ss'],
      ['boolean', 3, {}],
      ['double', 10, {}],
    ];
    const characters = fc.constantFrom(...'0123456789 +-.,/:{}ABIJRSN'.split(''));
    fc.assert(
      fc.property(
        fc.constantFrom(...types).chain((one) =>
          fc.tuple(
            fc.constant(one),
            fc.constantFrom(...EBCDIC_PAGES),
            contents(one[1]),
            fc.array(
              fc
                .array(characters, { minLength: one[1], maxLength: one[1] })
                .map((text) => ebcdic(text.join(''))),
              {
                maxLength: 8,
              },
            ),
          ),
        ),
        ([[type, lengthBytes, more, format], encoding, hostile, likely]) =>
          agrees(fieldOf(type, lengthBytes, more, format), encoding, [...hostile, ...likely]),
      ),
      { numRuns: 600 },
    );
  });
});
