import { TestLake } from './run-pipeline.ts';

export type Json = Record<string, unknown>;

export const field = (name: string, start: number, end: number, type: string, more: Json = {}) => ({
  name,
  start,
  end,
  type,
  ...more,
});

/** `H`, `D` and `T` records of 40 bytes: an account, a tax number as text and a signed amount in each detail. */
export const LAYOUT = {
  name: 'totals',
  encoding: 'us-ascii',
  record: { format: 'lines', length: 40, short: 'pad' },
  header: { match: { start: 1, end: 1, equals: 'H' }, fields: [field('n', 2, 11, 'integer')] },
  trailer: {
    match: { start: 1, end: 1, equals: 'T' },
    fields: [
      field('n', 2, 11, 'integer'),
      field('valor', 12, 26, 'decimal(15,2)', { point: 'implied', sign: 'trailing' }),
      field('hash', 27, 36, 'integer'),
    ],
  },
  detail: { match: { start: 1, end: 1, equals: 'D' } },
  fields: [
    field('conta', 2, 11, 'integer'),
    field('cpf', 12, 25, 'string'),
    field('valor', 26, 40, 'decimal(15,2)', { point: 'implied', sign: 'trailing' }),
  ],
};

export const DETAILS = [
  { conta: 9_000_000_001n, cpf: '12345678901', valor: 1250n },
  { conta: 4_000_000_002n, cpf: '98765432100', valor: -75n },
  { conta: 17n, cpf: '', valor: 100_000n },
];

function overpunched(value: bigint, width: number): string {
  const digits = String(value < 0n ? -value : value).padStart(width, '0');
  const row = value < 0n ? '}JKLMNOPQR' : '{ABCDEFGHI';
  return digits.slice(0, -1) + row[Number(digits.at(-1))];
}

const detail = ({ conta, cpf, valor }: (typeof DETAILS)[number]) =>
  `D${String(conta).padStart(10, '0')}${cpf.padEnd(14)}${overpunched(valor, 15)}`;
export const trailer = ({ n = 0, valor = 0n, hash = 0n }: { n?: number; valor?: bigint; hash?: bigint }) =>
  `T${String(n).padStart(10, '0')}${overpunched(valor, 15)}${String(hash).padStart(10, '0')}`;
export const file = (last: string, header = 'H0000000003', details = DETAILS) =>
  Buffer.from([header, ...details.map(detail), last, ''].join('\n'), 'latin1');

/** Converts a file and returns the notifications: how many rows it made, or why it was refused. */
export async function told(
  layout: Json,
  bytes: Uint8Array,
  beside: Record<string, Uint8Array> = {},
): Promise<string> {
  await using lake = await TestLake.make();
  await lake.putRaw('night/totals_20250812.txt', bytes);
  for (const [key, content] of Object.entries(beside)) await lake.putRaw(key, content);
  await lake.convert({
    layout: JSON.stringify(layout),
    sourceKey: 'night/totals_20250812.txt',
    rangeSizeBytes: 45,
  });
  return lake.notifications.join('\n');
}

export const LOADED = /3 rows of \d records, 0 rejected, control totals balanced/;
export const rules = (...controlTotals: Json[]) => ({ ...LAYOUT, controlTotals });
