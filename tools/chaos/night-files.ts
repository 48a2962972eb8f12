import type { Chances } from './fault-plan.ts';

/** One file of a night, in the versions in which it arrives, with the one right answer of each. */
export interface NightFile {
  sourceKey: string;
  /** The last is what the night must end with. */
  versions: FileVersion[];
}

export interface FileVersion {
  bytes: Uint8Array;
  /** The rows it must become, each as JSON, sorted; undefined if the file must be refused. */
  rows: string[] | undefined;
  rejected: number;
  details: number;
}

export const DATASET = 'chaos';
export const BUSINESS_DATE = '2025-08-12';
/** Content that no log, metric, notification, ledger entry or manifest may show. */
export const PLANTED = ['PLANTADA', '52998224725', '12ABC34501DE35'];

const LENGTH = 60;
const PRODUCTS = ['CAPITAL', 'CRED/PE', 'CÂMBIO', ''];

/** Type 2, id 6, document 14, name 12, amount 11 (implied, scale 2), opened 8, product 7: 60 bytes. */
export const NIGHT_LAYOUT = JSON.stringify({
  name: DATASET,
  encoding: 'iso-8859-1',
  record: { format: 'lines', length: LENGTH, short: 'pad' },
  partitionBy: ['product'],
  fields: [
    { name: 'id', start: 3, end: 8, type: 'string', required: true },
    { name: 'document', start: 9, end: 22, type: 'string' },
    { name: 'holder', start: 23, end: 34, type: 'string' },
    { name: 'amount', start: 35, end: 45, type: 'decimal(11,2)', point: 'implied' },
    { name: 'opened', start: 46, end: 53, type: 'date', format: 'yyyyMMdd' },
    { name: 'product', start: 54, end: 60, type: 'string' },
  ],
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
  rejects: { maxPercent: 40 },
});

/** Two to four files; some are refused, some replaced by a corrected version. */
export function makeNightFiles(chances: Chances): NightFile[] {
  return Array.from({ length: 2 + chances.below(3) }, (_, index): NightFile => {
    const sourceKey = `contratos_20250812_${String(index + 1).padStart(3, '0')}.txt`;
    const kind = chances.below(10);
    const prefix = `${'ABCD'[index]}`;
    const versions = [makeVersion(chances, `${prefix}1`, kind === 0 ? 'wrong total' : 'right')];
    if (kind >= 7) versions.push(makeVersion(chances, `${prefix}2`, kind === 9 ? 'wrong total' : 'right'));
    return { sourceKey, versions };
  });
}

function makeVersion(chances: Chances, prefix: string, ending: 'right' | 'wrong total'): FileVersion {
  const lines = ['0020250812'];
  const rows: string[] = [];
  const details = 40 + chances.below(160);
  let rejected = 0;
  let total = 0n;
  for (let index = 0; index < details; index++) {
    const cents = BigInt(chances.below(2 ** 31)) * 7n;
    total += cents;
    const isRejected = chances.happens(0.05);
    const id = isRejected ? '' : `${prefix}${String(index).padStart(4, '0')}`;
    const holder = chances.of(['PLANTADA', 'Conceição', '']);
    const document = chances.of(PLANTED.slice(1));
    const isDay = chances.happens(0.9);
    const opened = isDay ? `2024${String(1 + chances.below(12)).padStart(2, '0')}15` : '20230229';
    const product = chances.of(PRODUCTS);
    lines.push(
      `01${id.padEnd(6)}${document.padEnd(14)}${holder.padEnd(12)}${String(cents).padStart(11, '0')}${opened}${product}`,
    );
    if (isRejected) {
      rejected++;
      continue;
    }
    const day = isDay ? `${opened.slice(0, 4)}-${opened.slice(4, 6)}-${opened.slice(6)}` : null;
    rows.push(JSON.stringify([id, document, holder || null, String(cents), day, product || null]));
  }
  const stated = ending === 'right' ? total : total + 1n;
  lines.push(`99${String(details + 2).padStart(8, '0')}${String(stated).padStart(15, '0')}`);
  return {
    bytes: Buffer.from(`${lines.join('\n')}\n`, 'latin1'),
    rows: ending === 'right' ? rows.sort() : undefined,
    rejected,
    details,
  };
}
