import { expect, test } from 'vitest';
import { printTable } from '../../terminal/print-table.ts';

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
