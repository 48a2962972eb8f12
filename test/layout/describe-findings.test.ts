import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { readCopybook } from '../../shared/layout/copybook/read-copybook.ts';
import { gapFindings, overlapFindings } from '../../shared/layout/describe/findings.ts';
import { layoutTables, recordTable } from '../../shared/layout/describe/positions-table.ts';

const record = { format: 'lines', length: 60 };
const described = (more: object) =>
  layoutTables(
    readLayout(JSON.stringify({ name: 'sample', encoding: 'us-ascii', record, ...more }), 'l'),
  ).map(({ findings }) => findings.map(({ kind, fields, start, end }) => [kind, fields.join(), start, end]));

describe('what describe finds', () => {
  test('identifiers that are numbers, fields that share bytes, bytes without a name', () => {
    const [found] = described({
      detail: { match: { start: 1, end: 2, equals: '01' } },
      fields: [
        { name: 'cli_cpf', start: 3, end: 13, type: 'integer' },
        { name: 'cpf_text', start: 3, end: 13, type: 'string' },
        { name: 'cod_agencia', start: 14, end: 17, type: 'integer' },
        { name: 'idade', start: 18, end: 20, type: 'integer' },
        { name: 'conta', start: 21, end: 40, type: 'decimal(20,0)', point: 'implied' },
        { name: 'saldo', start: 45, end: 60, type: 'decimal(16,2)', point: 'implied' },
      ],
    });
    expect(found).toEqual([
      ['leading-zeros', 'cli_cpf', 3, 13],
      ['leading-zeros', 'cod_agencia', 14, 17],
      ['leading-zeros', 'conta', 21, 40],
      ['overlap', 'cli_cpf,cpf_text', 3, 13],
      ['gap', '', 41, 44],
    ]);
  });

  test('every occurrence of a table has a name, and fields under rules may share bytes', () => {
    const [found] = described({
      fields: [
        { name: 'kind', start: 1, end: 1, type: 'string' },
        { name: 'a', start: 2, end: 11, type: 'string', when: { field: 'kind', equals: 'A' } },
        { name: 'b', start: 2, end: 6, type: 'string', when: { field: 'kind', equals: 'B' } },
        { name: 'items', start: 12, end: 15, occurs: { count: 10, stride: 5 }, type: 'string' },
      ],
    });
    // One byte between the occurrences, nine times.
    expect(found!.map(([kind]) => kind)).toEqual(Array(9).fill('gap'));
  });

  test('bytes that SYNCHRONIZED adds are named by nobody; FILLER is a name', () => {
    const text =
      '01 R.\n05 A PIC X.\n05 FILLER PIC X(2).\n05 B PIC S9(9) COMP SYNC.\n05 NUM-CONTA PIC 9(6).\n';
    const [first] = readCopybook(text, 'c');
    expect(recordTable(first!, 'c').findings.map(({ text: shown }) => shown)).toEqual([
      'NUM-CONTA (9(6)) would lose its leading zeros as a number',
      'no field names byte 4',
    ]);
  });

  test('gaps and overlaps are what counting each byte says', () => {
    const place = fc
      .record({ start: fc.integer({ min: 1, max: 30 }), length: fc.integer({ min: 1, max: 8 }) })
      .map(({ start, length }) => ({ start, end: Math.min(start + length - 1, 30) }));
    fc.assert(
      fc.property(fc.array(place, { maxLength: 8 }), (places) => {
        const covers = Array.from(
          { length: 31 },
          (_, byte) => places.filter(({ start, end }) => start <= byte && byte <= end).length,
        );
        const inGap = Array.from({ length: 31 }, () => false);
        for (const { start, end } of gapFindings(places, 30)) inGap.fill(true, start, end + 1);
        const inOverlap = Array.from({ length: 31 }, () => false);
        const fields = places.map((one, index) => ({ ...one, name: `f${index}` }));
        for (const { start, end } of overlapFindings(fields)) inOverlap.fill(true, start, end + 1);
        expect(inGap.slice(1)).toEqual(covers.slice(1).map((count) => count === 0));
        if (places.length <= 6) expect(inOverlap.slice(1)).toEqual(covers.slice(1).map((count) => count > 1));
      }),
    );
  });
});
