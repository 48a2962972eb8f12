import { describe, expect, it } from 'vitest';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import type { PartManifest } from '../../shared/run/part-manifest.ts';
import { reconcile } from '../../shared/run/reconciliation.ts';
import { rejectsRefusal } from '../../shared/run/rejects-refusal.ts';
import type { RecordCounts } from '../../shared/totals/record-counts.ts';
import { samplePlan } from '../support/sample-plan.ts';
import { smallLayout } from '../support/small-contracts.ts';

const CHECKSUM = 'AAAAAAAAAAA=';
const FILE = { key: 'k', bytes: 100, rowGroupRows: [], checksum: CHECKSUM };
const RANGE = { rangeIndex: 0, startByte: 0, endByte: 210 };
const plan = samplePlan({ sizeBytes: 210, remainder: { startByte: 210, endByte: 210 } });

/** Ten details of 21 bytes, of which one is rejected; everything balances. */
function manifest(changes: Partial<PartManifest> = {}): PartManifest {
  return {
    ...RANGE,
    consumed: { startByte: 0, endByte: 210 },
    records: { detail: 10, accepted: 9, rejected: 1, discarded: 0 },
    recordTypes: [{ name: 'small', records: 10, rejected: 1, discarded: false }],
    expectedRows: { small: 9 },
    reasons: { 'invalid-number': 1 },
    sums: [],
    nulled: {},
    outputs: [{ ...FILE, dataset: 'small', partition: { product: 'A' }, rows: 9 }],
    rejects: { ...FILE, rows: 1 },
    checksum: CHECKSUM,
    refusal: null,
    ...changes,
  };
}

const layoutWith = (changes = {}) => readLayout(smallLayout(changes), 'small.json');
const codeOf = (changes: Partial<PartManifest>) =>
  reconcile(plan, layoutWith(), [RANGE], [manifest(changes)]).refusal?.code;

describe('the counts of a range', () => {
  it('balance', () => {
    expect(codeOf({})).toBeUndefined();
  });

  it.each<[string, Partial<PartManifest>]>([
    ['rejects that were written and not counted', { rejects: { ...FILE, rows: 2 } }],
    ['rejects that were counted and not written', { rejects: null }],
    ['rejects without a reason', { reasons: {} }],
    ['a record too few', { records: { detail: 11, accepted: 9, rejected: 1, discarded: 0 } }],
    ['discarded records of no type', { records: { detail: 10, accepted: 8, rejected: 1, discarded: 1 } }],
    ['a row too few', { expectedRows: { small: 10 } }],
    ['a row too many', { expectedRows: { small: 8 } }],
  ])('do not balance with %s', (_, changes) => {
    expect(codeOf(changes)).toBe('counts-do-not-balance');
  });
});

describe('the ranges of a file', () => {
  it.each<[string, Partial<PartManifest>]>([
    ['begins too late', { consumed: { startByte: 1, endByte: 210 } }],
    ['ends too early', { consumed: { startByte: 0, endByte: 209 } }],
    ['is another one', { rangeIndex: 1 }],
    ['was not planned', { endByte: 189, consumed: { startByte: 0, endByte: 189 } }],
  ])('do not tile it if one %s', (_, changes) => {
    expect(codeOf(changes)).toBe('ranges-do-not-tile');
  });

  it('must all be there, from the first byte to the last', () => {
    const code = (changes: Parameters<typeof samplePlan>[0], ranges = [RANGE]) =>
      reconcile(samplePlan(changes), layoutWith(), ranges, [manifest()]).refusal?.code;
    const { sizeBytes, remainder } = plan;
    expect(code({ sizeBytes, remainder })).toBeUndefined();
    expect(code({ sizeBytes, remainder }, [RANGE, RANGE])).toBe('ranges-do-not-tile');
    const shorter = { ...RANGE, endByte: 189 };
    expect(code({ sizeBytes, remainder }, [shorter])).toBe('ranges-do-not-tile');
    expect(code({ sizeBytes: 211, remainder })).toBe('ranges-do-not-tile');
    expect(code({ sizeBytes, remainder: { startByte: 209, endByte: 210 } })).toBe('ranges-do-not-tile');
    expect(code({ sizeBytes, remainder, leadingBytes: 1 })).toBe('ranges-do-not-tile');
    expect(code({ sizeBytes, remainder, chain: { recordCount: 9 } })).toBe('counts-do-not-balance');
    expect(code({ sizeBytes, remainder, chain: { recordCount: 10 } })).toBeUndefined();
  });
});

describe('the share of rejects', () => {
  const records: RecordCounts = { read: 12, header: 1, detail: 10, trailer: 1, rejected: 1 };
  const refusal = (maxPercent: number, counts = records) =>
    rejectsRefusal(plan, layoutWith({ rejects: { maxPercent } }), counts, [manifest()]);

  it('is one of the details, without header and trailer', () => {
    expect(refusal(10)).toBeUndefined();
    expect(refusal(9.5)).toMatchObject({ code: 'too-many-rejects' });
    expect(refusal(9.5)?.message).toContain('1 of 10 details (10.000 %)');
  });

  it('is none if nothing is rejected', () => {
    expect(refusal(0, { ...records, rejected: 0 })).toBeUndefined();
    expect(refusal(0)).toMatchObject({ code: 'too-many-rejects' });
  });
});

describe('the account of a file', () => {
  const account = (change: Parameters<typeof samplePlan>[0] = {}, of: Partial<PartManifest> = {}) =>
    reconcile(samplePlan({ ...plan, ...change }), layoutWith(), [RANGE], [manifest(of)]);

  it('counts short records only if there are any', () => {
    expect(account().records).not.toHaveProperty('short');
    const records = { detail: 10, accepted: 9, rejected: 1, discarded: 0, short: 2 };
    expect(account({}, { records }).records).toMatchObject({ read: 10, detail: 10, short: 2 });
  });

  it('has another digest if the bytes or the size are others', () => {
    const digests = [account(), account({}, { checksum: 'AAAAAAAAAAE=' }), account({ sizeBytes: 211 })];
    expect(new Set(digests.map(({ contentDigest }) => contentDigest)).size).toBe(3);
    expect(account().contentDigest).toBe(digests[0]?.contentDigest);
  });

  it('names the most frequent reason first, and the place of the first reject', () => {
    const of = manifest({
      reasons: { 'required-blank': 1, 'invalid-number': 3 },
      firstReject: { reason: 'required-blank', field: 'id', byteOffset: 42, recordIndex: 2 },
    });
    const records: RecordCounts = { read: 10, header: 0, detail: 10, trailer: 0, rejected: 4 };
    const message = rejectsRefusal(plan, layoutWith({ rejects: { maxPercent: 0 } }), records, [of])?.message;
    expect(message).toContain('(3 invalid-number, 1 required-blank)');
    expect(message).toContain('record 3, at byte 42');
  });

  it('says in which field the first reject is, if it is in one, counted over header and ranges', () => {
    const layout = layoutWith({ rejects: { maxPercent: 0 } });
    const records: RecordCounts = { read: 21, header: 1, detail: 20, trailer: 0, rejected: 2 };
    const [first, second] = [{ rejects: null }, {}].map((changes) => manifest(changes));
    const header = { startByte: 0, endByte: 21, values: {} };
    const at = { reason: 'beyond-record-end', byteOffset: 231, recordIndex: 0 };
    const messageOf = (field: string | null, plans: Parameters<typeof samplePlan>[0] = {}) =>
      rejectsRefusal(samplePlan(plans), layout, records, [
        first!,
        { ...second!, firstReject: { ...at, field } },
      ])?.message;
    expect(messageOf(null)).toContain('The first is record 11, at byte 231: beyond-record-end. ');
    expect(messageOf('id')).toContain('record 11, at byte 231: beyond-record-end of id.');
    expect(messageOf('id', { header })).toContain('record 12, at byte 231');
    expect(messageOf('id')).not.toContain('None could');
    const none = { ...records, rejected: 20 };
    expect(rejectsRefusal(plan, layout, none, [first!])?.message).toContain('None could');
  });

  it('adds up reasons, nulls and sums of the ranges, and takes the example of the first', () => {
    const ranges = [RANGE, { rangeIndex: 1, startByte: 210, endByte: 420 }];
    const sum = { key: 'k', recordType: 'small', field: 'amount', kind: 'sum' as const, undecodable: 0 };
    const of = (index: number, byteOffset: number) =>
      manifest({
        ...ranges[index],
        consumed: { startByte: index * 210, endByte: index * 210 + 210 },
        sums: [{ ...sum, total: String(100 + index) }],
        nulled: { v: index + 1 },
        nulledExamples: { v: { hex: '31', byteOffset } },
      });
    const two = samplePlan({ sizeBytes: 420, remainder: { startByte: 420, endByte: 420 } });
    const added = reconcile(two, layoutWith(), ranges, [of(0, 21), of(1, 231)]);
    expect(added).toMatchObject({
      refusal: null,
      records: { read: 20, header: 0, detail: 20, trailer: 0, rejected: 2 },
      reasons: { 'invalid-number': 2 },
      nulled: { v: 3 },
      nulledExamples: { v: { byteOffset: 21 } },
    });
    expect(added.warnings).toHaveLength(1);
    expect(added.records).not.toHaveProperty('discarded');
  });

  it('has partitions up to the limit of the layout', () => {
    const outputs = ['A', 'B', 'C'].map((product) => ({
      ...{ ...FILE, dataset: 'small', partition: { product }, rows: 3 },
    }));
    const codeOf = (maxPartitions: number) =>
      reconcile(plan, layoutWith({ maxPartitions }), [RANGE], [manifest({ outputs })]).refusal?.code;
    expect(codeOf(3)).toBeUndefined();
    expect(codeOf(2)).toBe('too-many-partitions');
  });

  it('tells what the splitter found before and after the records', () => {
    const header = { startByte: 0, endByte: 21, values: {} };
    const trailer = { startByte: 231, endByte: 252, values: {} };
    const shifted = { startByte: 21, endByte: 231 };
    const whole = { sizeBytes: 252, remainder: { startByte: 252, endByte: 252 }, header, trailer };
    const code = (changes: Parameters<typeof samplePlan>[0]) =>
      reconcile(
        samplePlan({ ...whole, ...changes }),
        layoutWith(),
        [{ rangeIndex: 0, ...shifted }],
        [manifest({ ...shifted, consumed: shifted })],
      ).refusal?.code;
    expect(code({})).toBeUndefined();
    expect(code({ header: { ...header, startByte: 1 } })).toBe('ranges-do-not-tile');
    expect(code({ header: { ...header, endByte: 20 } })).toBe('ranges-do-not-tile');
    expect(code({ trailer: { ...trailer, startByte: 232 } })).toBe('ranges-do-not-tile');
    expect(code({ trailer: { ...trailer, endByte: 251 } })).toBe('ranges-do-not-tile');
    expect(code({ trailer: null })).toBe('ranges-do-not-tile');
    expect(code({ header: null })).toBe('ranges-do-not-tile');
  });

  it('has the checksum of all its bytes, if every one was summed once', () => {
    const outside = [{ startByte: 210, endByte: 212, checksum: CHECKSUM }];
    const remainder = { startByte: 210, endByte: 212 };
    expect(account({ sizeBytes: 212, remainder, outside }).checksum).toBeDefined();
    expect(account({ sizeBytes: 212, remainder }).checksum).toBeUndefined();
    expect(account({ sizeBytes: 212, remainder, outside: [] }).checksum).toBeUndefined();
    const gap = [{ startByte: 211, endByte: 212, checksum: CHECKSUM }];
    expect(account({ sizeBytes: 212, remainder, outside: gap }).checksum).toBeUndefined();
  });
});
