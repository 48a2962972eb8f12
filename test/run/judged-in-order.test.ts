import { describe, expect, it } from 'vitest';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import type { PartManifest } from '../../shared/run/part-manifest.ts';
import { reconcile } from '../../shared/run/reconciliation.ts';
import { addRejectsDigests } from '../../shared/run/rejects-digest.ts';
import { samplePlan } from '../support/sample-plan.ts';
import { smallLayout } from '../support/small-contracts.ts';

const CHECKSUM = 'AAAAAAAAAAA=';
const WRITTEN = { key: 'k', bytes: 100, rowGroupRows: [], checksum: CHECKSUM };
const RANGE = { rangeIndex: 0, startByte: 0, endByte: 210 };
const PLAN = { sizeBytes: 210, remainder: { startByte: 210, endByte: 210 }, outside: [] };
const HEADER = { startByte: 0, endByte: 21, values: {} };
const TRAILER = { startByte: 189, endByte: 210, values: { n: { text: '99', scale: 0 } } };

const SMALL = JSON.parse(smallLayout({ rejects: { maxPercent: 0 } }));
const COUNTED = readLayout(
  JSON.stringify({
    ...SMALL,
    trailer: {
      match: { start: 1, end: 1, equals: 'T' },
      fields: [{ name: 'n', start: 2, end: 9, type: 'integer' }],
    },
    controlTotals: [{ trailer: 'n', equals: 'count(detail)' }],
  }),
  'small.json',
);
const { fields: _, partitionBy, ...WITHOUT_FIELDS } = SMALL;
const type = (name: string, more = {}) => ({
  name,
  match: { start: 1, end: 1, equals: name[0]?.toUpperCase() },
  ...more,
});
const FIELDS = [
  { name: 'product', start: 2, end: 5, type: 'string' },
  { name: 'id', start: 6, end: 9, type: 'string' },
];
const withRows = (name: string) => type(name, { fields: FIELDS, partitionBy });
/** Two tables and two types of records of which nobody keeps a row. */
const TYPED = readLayout(
  JSON.stringify({
    ...WITHOUT_FIELDS,
    maxPartitions: 2,
    recordTypes: [
      withRows('account'),
      withRows('balance'),
      type('remark', { discard: true }),
      type('void', { discard: true }),
    ],
  }),
  'typed.json',
);

const output = (dataset: string, product: string, rows: number) => ({
  ...WRITTEN,
  dataset,
  partition: { product },
  rows,
});

/** Seven accounts, two balances and a remark. */
const TYPED_MANIFEST: PartManifest = {
  ...RANGE,
  consumed: { startByte: 0, endByte: 210 },
  records: { detail: 10, accepted: 9, rejected: 0, discarded: 1 },
  recordTypes: [
    { name: 'account', records: 7, rejected: 0, discarded: false },
    { name: 'balance', records: 2, rejected: 0, discarded: false },
    { name: 'remark', records: 1, rejected: 0, discarded: true },
  ],
  expectedRows: { account: 7, balance: 2 },
  reasons: {},
  sums: [],
  nulled: {},
  outputs: [output('account', 'A', 4), output('account', 'B', 3), output('balance', 'C', 2)],
  rejects: null,
  checksum: CHECKSUM,
  refusal: null,
};

/** Ten details, of which some are rejected. */
function counted(rejected: number): PartManifest {
  const accepted = 10 - rejected;
  return {
    ...TYPED_MANIFEST,
    records: { detail: 10, accepted, rejected, discarded: 0 },
    recordTypes: [{ name: 'small', records: 10, rejected, discarded: false }],
    expectedRows: { small: accepted },
    reasons: rejected > 0 ? { 'invalid-number': rejected } : {},
    outputs: [output('small', 'A', accepted)],
    rejects: { ...WRITTEN, rows: rejected },
  };
}

const typed = (changes: Partial<PartManifest> = {}) =>
  reconcile(samplePlan(PLAN), TYPED, [RANGE], [{ ...TYPED_MANIFEST, ...changes }]);

describe('of several faults, the first that explains the others is told', () => {
  const chained = { ...PLAN, chain: { recordCount: 11 }, trailer: TRAILER };
  const codeOf = (rejected: number) =>
    reconcile(samplePlan(chained), COUNTED, [RANGE], [counted(rejected)]).refusal?.code;

  it('is the total if some details were decoded, and the rejects if none was', () => {
    expect(codeOf(0)).toBe('control-total-mismatch');
    expect(codeOf(1)).toBe('control-total-mismatch');
    expect(codeOf(10)).toBe('too-many-rejects');
  });

  it('says of rejects that none could be decoded only if that is so', () => {
    const layout = readLayout(smallLayout({ rejects: { maxPercent: 0 } }), 'small.json');
    const plan = samplePlan(PLAN);
    const whyOf = (rejected: number) =>
      reconcile(plan, layout, [RANGE], [counted(rejected)]).refusal?.message;
    expect(whyOf(1)).not.toMatch(/None could|false|undefined/);
    expect(whyOf(10)).toContain('None could');
  });
});

describe('the records of a file', () => {
  it('are header, details and trailer, which stand in the ranges if these follow a chain', () => {
    const chained = { ...PLAN, chain: { recordCount: 12 }, header: HEADER, trailer: TRAILER };
    const { records, refusal } = reconcile(samplePlan(chained), TYPED, [RANGE], [TYPED_MANIFEST]);
    expect(records).toMatchObject({ read: 12, header: 1, detail: 10, trailer: 1 });
    expect(refusal).toBeNull();
  });

  it('of which one alone may be short', () => {
    const records = { ...TYPED_MANIFEST.records, short: 1 };
    expect(typed({ records }).records).toHaveProperty('short', 1);
  });

  it('are counted by name if nobody keeps them, also those of which there are none', () => {
    expect(typed().records.discarded).toEqual({ remark: 1, void: 0 });
    expect(typed().refusal).toBeNull();
    const one = readLayout(
      JSON.stringify({
        ...WITHOUT_FIELDS,
        recordTypes: [withRows('account'), type('remark', { discard: true })],
      }),
      'typed.json',
    );
    const { records } = reconcile(samplePlan(PLAN), one, [RANGE], [TYPED_MANIFEST]);
    expect(records.discarded).toEqual({ remark: 1 });
  });
});

describe('the tables of a file', () => {
  it('have each as many rows as their records make', () => {
    const outputs = [output('account', 'A', 6), output('balance', 'C', 2)];
    expect(typed({ outputs }).refusal?.code).toBe('counts-do-not-balance');
    const exchanged = [output('account', 'A', 2), output('balance', 'C', 7)];
    expect(typed({ outputs: exchanged }).refusal?.code).toBe('counts-do-not-balance');
  });

  it('have each as many partitions as the layout allows', () => {
    const outputs = [...TYPED_MANIFEST.outputs, output('balance', 'D', 0)];
    expect(typed({ outputs }).refusal).toBeNull();
    const three = [...outputs, output('balance', 'E', 0)];
    expect(typed({ outputs: three }).refusal?.code).toBe('too-many-partitions');
  });
});

describe('ranges that are not those of the plan', () => {
  const second = { rangeIndex: 1, startByte: 210, endByte: 420 };
  const whole = { sizeBytes: 420, remainder: { startByte: 420, endByte: 420 }, outside: [] };
  const reconciled = (planned: (typeof RANGE)[], parsed: (typeof RANGE)[]) =>
    reconcile(
      samplePlan(whole),
      TYPED,
      planned,
      parsed.map((range) => ({ ...TYPED_MANIFEST, ...range, consumed: range })),
    );

  it('are refused, although they cover the file', () => {
    const sound = reconciled([RANGE, second], [RANGE, second]);
    expect(sound.refusal).toBeNull();
    expect(sound.checksum).toBeDefined();
    const cut = [
      { ...RANGE, endByte: 189 },
      { ...second, startByte: 189 },
    ];
    expect(reconciled([RANGE, second], cut).refusal?.code).toBe('ranges-do-not-tile');
    const late = [{ ...RANGE, startByte: 21 }, second];
    expect(reconciled(late, [RANGE, second]).refusal?.code).toBe('ranges-do-not-tile');
  });

  it('prove no checksum', () => {
    const twice = reconciled([RANGE, second], [RANGE, { ...second, rangeIndex: 0 }]);
    expect(twice.refusal?.code).toBe('ranges-do-not-tile');
    expect(twice.checksum).toBeUndefined();
  });
});

it('the digests of rejects of ranges add up modulo 2^64, in sixteen digits', () => {
  expect(addRejectsDigests([])).toBe('0000000000000000');
  expect(addRejectsDigests(['ffffffffffffffff', '0000000000000002'])).toBe('0000000000000001');
  expect(addRejectsDigests(['0000000000000002', undefined])).toBeUndefined();
});
