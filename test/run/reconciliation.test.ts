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
});
