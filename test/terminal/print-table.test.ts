import { expect, test } from 'vitest';
import { plainText } from '../../terminal/print.ts';
import { printTable, tableLines, textWidth } from '../../terminal/print-table.ts';

test('a table has numbers to the right, an empty cell for null, and an end', () => {
  const columns = [
    { name: 'tipo_produto', type: 'VARCHAR' },
    { name: 'value', type: 'DECIMAL(38,2)' },
  ];
  const rows = [
    ['CRE\u0301DITO', '1234.50'],
    ['a\nb', null],
    [null, '-0.10'],
  ];
  expect(printTable({ columns, rows })).toEqual([
    'tipo_produto    value',
    '────────────  ───────',
    'CRE\u0301DITO       1234.50',
    'a\\nb',
    '                -0.10',
    '(3 rows)',
  ]);
  const many = printTable({ columns, rows: Array.from({ length: 1001 }, () => ['x', '1.00']) });
  expect(many).toHaveLength(1003);
  expect(many.at(-1)).toMatch(/\(the first 1000 rows; --json prints all\)$/);
});

test('a table fits into its terminal: texts are cut, then columns left out, and numbers stay whole', () => {
  const columns = ['id', 'name', 'city', 'amount', 'day'].map((name) => ({
    name,
    type: name === 'amount' ? 'DECIMAL(15,2)' : name === 'day' ? 'DATE' : 'VARCHAR',
  }));
  const rows = [['CTR1', 'Maria das Graças de Souza e Silva', '', '1234567890123.45', '2025-08-12']];
  const at = (width: number) =>
    tableLines({ columns, rows }, { width, allColumns: '--expanded' }).map(plainText);
  expect(at(200)[2]).toBe('CTR1  Maria das Graças de Souza e Silva        1234567890123.45  2025-08-12');
  expect(at(60)[2]).toBe('CTR1  Maria das Graças …        1234567890123.45  2025-08-12');
  expect(at(56)).toEqual([
    'id    name               …            amount  day',
    '────  ─────────────────  ─  ────────────────  ──────────',
    'CTR1  Maria das Graças…  …  1234567890123.45  2025-08-12',
    '(1 row; 1 column left out: --expanded)',
  ]);
  for (const width of [46, 50, 60, 80, 120]) {
    expect(
      Math.max(
        ...at(width)
          .slice(0, 3)
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(width);
  }
});

test('names that begin alike keep their ends, whatever the width, so that two files never look the same', () => {
  const columns = [
    { name: 'file', type: 'VARCHAR' },
    ...['records', 'rows', 'rejected'].map((name) => ({ name, type: 'BIGINT' })),
  ];
  const file = (end: string) => `year=2025/month=08/day=12/contratos_20250812_${end}.txt`;
  const rows = ['001', '002'].map((end) => [file(end), 300000n, 299850n, 150n]);
  for (const width of [60, 80, 120]) {
    const lines = tableLines({ columns, rows }, { width, leaveOut: 'last', keepEnds: ['file'] }).map(
      plainText,
    );
    expect(lines[2]).toMatch(/^\S*contratos_20250812_001\.txt +300000 +299850 +150$/);
    expect(lines[3]).toMatch(/^\S*contratos_20250812_002\.txt /);
    expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(width);
  }
});
