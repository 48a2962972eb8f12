import { expect, test } from 'vitest';
import { figureText, shortText } from '../../shared/dashboard/figure-text.ts';

test.each([
  ['money', '2570651238.79', '2,570,651,238.79', '2.570.651.238,79'],
  ['money', '-0.5', '−0.50', '−0,50'],
  ['money', '12345678901234567890123456.01', '12,345,678,901,234,567,890,123,456.01', undefined],
  ['money', '1.2345', '1.2345', '1,2345'],
  ['money', '1e+21', '1e+21', '1e+21'],
  ['share', 0.08, '8.00%', '8,00%'],
  ['share', '0.0784', '7.84%', '7,84%'],
  ['count', 554484, '554,484', '554.484'],
  ['text', null, '–', '–'],
] as const)('%s %s', (kind, value, english, portuguese) => {
  expect(figureText(value, kind, 'en')).toBe(english);
  if (portuguese !== undefined) expect(figureText(value, kind, 'pt').replace(/\u00a0/g, '')).toBe(portuguese);
});

test('an axis has only the digits that say something', () => {
  expect([0, 0.05, 0.125].map((share) => shortText(share, 'share', 'en'))).toEqual(['0%', '5%', '12.5%']);
  expect([38376678403.93, -1500, 7].map((value) => shortText(value, 'money', 'en'))).toEqual([
    '38.4 bn',
    '-1.5 k',
    '7',
  ]);
});
