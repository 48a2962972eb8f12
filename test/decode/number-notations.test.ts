import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unicodeOf } from '../../shared/decode/code-pages.ts';
import type { CodePage } from '../../shared/layout/code-page.ts';
import type { Field } from '../../shared/layout/field.ts';
import { type NumberNotation, OVERPUNCHES, PLAIN_NOTATION } from '../../shared/layout/number-notation.ts';
import { agrees, decodeAll, fieldOf } from '../support/decoded-fields.ts';
import { INVALID } from '../support/vector-values.ts';

const MARKS = { negative: ['-', '()', 'CR', 'DB', 'D'], positive: ['+', 'C', 'R$'] };

/** Text in ASCII or in EBCDIC, byte by byte. */
function inPage(text: string, encoding: CodePage): Uint8Array {
  if (encoding !== 'cp037' && encoding !== 'cp273') return new Uint8Array(Buffer.from(text, 'latin1'));
  const units = unicodeOf(encoding);
  return Uint8Array.from(text, (character) => units.indexOf(character.charCodeAt(0)));
}

describe('the kernel and the one-value decoder give the same values', () => {
  test.each([
    ['(12)', -12000n],
    ['()12', INVALID],
    ['12()', INVALID],
    [' () ', INVALID],
  ])('parentheses stand around a number, not before it or after it: %j', (text, value) => {
    const notation = { ...PLAIN_NOTATION, decimalPoint: ',' as const, marks: MARKS };
    const field = fieldOf('decimal(15,3)', 4, { sign: 'marks', point: 'explicit', notation });
    const bytes = [inPage(text, field.encoding)];
    agrees(field, field.encoding, bytes);
    expect(decodeAll(field, field.encoding, bytes).rows).toEqual([value]);
  });

  test('every notation of a number, and texts that are nearly numbers', () => {
    const forms = fc.record({
      type: fc.constantFrom('integer', 'decimal(9,2)', 'decimal(15,3)', 'decimal(31,2)', 'decimal(5,0)'),
      lengthBytes: fc.integer({ min: 1, max: 16 }),
      encoding: fc.constantFrom<CodePage>('iso-8859-1', 'us-ascii', 'cp037', 'cp273'),
      sign: fc.constantFrom<Field['sign']>(
        'none',
        'leading',
        'trailing',
        'leading-separate',
        'trailing-separate',
        'marks',
        'marks',
      ),
      point: fc.constantFrom('implied' as const, 'explicit' as const, 'optional' as const),
      decimalPoint: fc.constantFrom(undefined, '.' as const, ',' as const),
      thousands: fc.constantFrom(
        undefined,
        undefined,
        '.' as const,
        ',' as const,
        ' ' as const,
        "'" as const,
      ),
      justify: fc.constantFrom('right' as const, 'left' as const),
      blankSign: fc.constantFrom('reject' as const, 'positive' as const),
      overpunch: fc.constantFrom(undefined, ...OVERPUNCHES),
      nul: fc.constantFrom('reject' as const, 'blank' as const, 'zero' as const),
      beside: fc.constantFrom('nothing', 'nothing', 'sign', 'scale', 'both'),
    });
    type Form = typeof forms extends fc.Arbitrary<infer F> ? F : never;
    const mustSay = ({ point, thousands }: Form) => point === 'optional' || thousands !== undefined;
    const fieldOfForm = (form: Form): { field: Field; width: number } => {
      const explicit = form.point !== 'implied' && form.type !== 'integer';
      const place = (at: number, width: number) => ({ startByte: at, endByte: at + width });
      const end = 2 + form.lengthBytes;
      const hasSign = form.beside === 'sign' || form.beside === 'both';
      const hasScale = !explicit && (form.beside === 'scale' || form.beside === 'both');
      const punched = form.sign === 'leading' || form.sign === 'trailing';
      // Combinations that a layout may have.
      const notation: NumberNotation = {
        ...PLAIN_NOTATION,
        decimalPoint: explicit ? (form.decimalPoint ?? (mustSay(form) ? '.' : undefined)) : undefined,
        thousands: punched || hasScale || (!explicit && form.type !== 'integer') ? undefined : form.thousands,
        justify: explicit ? 'right' : form.justify,
        blankSign: form.blankSign,
        overpunch: form.overpunch,
        nul: form.nul,
        marks: hasSign || form.sign === 'marks' ? MARKS : PLAIN_NOTATION.marks,
        signFrom: hasSign ? place(end, 2) : undefined,
        scaleFrom: hasScale ? place(end + (hasSign ? 2 : 0), 2) : undefined,
      };
      if (notation.thousands === notation.decimalPoint) notation.thousands = undefined;
      const sign = hasSign || (punched && explicit) ? 'none' : form.sign;
      const field = fieldOf(form.type, form.lengthBytes, {
        sign,
        point: explicit ? form.point : 'implied',
        notation,
      });
      return { field, width: form.lengthBytes + (hasSign ? 2 : 0) + (hasScale ? 2 : 0) };
    };
    const character = fc.constantFrom(...`0000001234567899      ..,,+-''CRDB($)ABPQRSYpy@{}\0\u00a0`);
    const likely = fc.constantFrom(
      ...[
        '1.234,56',
        '1,234.56',
        '1 234,5',
        "1'234",
        '(12.5)',
        '12CR',
        '12 DB',
        'R$ 1,5',
        '-12',
        '12-',
        '1.000',
      ],
      ...[
        '123',
        '12 ',
        ' 12',
        '+ 5',
        '5 +',
        '0.500',
        '1234.500',
        '12C',
        '12P',
        '12p',
        '1.234.567',
        '-',
        '()',
        '()12',
        '12()',
        '',
      ],
    );
    const cases = forms.chain((form) => {
      const { field, width } = fieldOfForm(form);
      const hostile = fc.array(character, { minLength: width, maxLength: width }).map((all) => all.join(''));
      const beside = fc.constantFrom('- 2', ' C 1', 'CR 0', '   2', 'D 3', '  12', ' -  ', '+  1');
      const written = fc.tuple(likely, fc.boolean(), beside).map(([text, right, more]) => {
        const own = text.slice(0, form.lengthBytes);
        return ((right ? own.padStart(form.lengthBytes) : own.padEnd(form.lengthBytes)) + more)
          .slice(0, width)
          .padEnd(width);
      });
      const fields = fc.array(fc.oneof(hostile, written, written), { minLength: 1, maxLength: 12 });
      return fc.tuple(fc.constant(field), fc.constant(form.encoding), fields);
    });
    fc.assert(
      fc.property(cases, ([field, encoding, texts]) =>
        agrees(
          field,
          encoding,
          texts.map((text) => inPage(text, encoding)),
        ),
      ),
      { numRuns: 3000 },
    );
  });
});
