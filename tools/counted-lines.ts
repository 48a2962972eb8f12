/**
 * What layouts of the tools have in common whose lines begin with their type: details (01) between a header with the day (00) and a trailer
 * with the number of records and the total of the field `amount` (99), to which they are held.
 */
export const COUNTED_LINES = {
  detail: { match: { start: 1, end: 2, equals: '01' } },
  header: {
    match: { start: 1, end: 2, equals: '00' },
    fields: [{ name: 'day', start: 3, end: 10, type: 'date', format: 'yyyyMMdd' }],
  },
  trailer: {
    match: { start: 1, end: 2, equals: '99' },
    fields: [
      { name: 'records', start: 3, end: 10, type: 'integer' },
      { name: 'total', start: 11, end: 25, type: 'decimal(15,2)', point: 'implied' },
    ],
  },
  controlTotals: [
    { trailer: 'records', equals: 'count(all)' },
    { trailer: 'total', equals: 'sum(amount)' },
  ],
  businessDate: { header: 'day' },
} as const;
