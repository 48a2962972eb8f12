import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { Interrupted, OutputUnwritable, ParquetMalformed, StoreUnavailable } from '../../../shared/errors.ts';
import {
  composedChecksum,
  partError,
  type SourcePart,
} from '../../../shared/pipeline/merge/part-checksums.ts';
import { crc64nvme } from '../../../shared/ranges/crc64nvme.ts';
import { samplePlan } from '../../support/sample-plan.ts';
import { checksumOf } from '../../support/small-contracts.ts';

const BYTES = Buffer.from('PAR1rowsTAIL');
const TAIL = Buffer.from('tail');
const PART = { key: 'p', rows: 1, bytes: BYTES.length, rowGroupRows: [1], checksum: checksumOf(BYTES) };

/** A part whose row groups lie between these offsets. */
const source = (startByte: number, endByte: number): SourcePart =>
  ({
    key: 'p',
    checksum: PART.checksum,
    rowGroups: endByte > startByte ? [{ startByte, endByte }] : [],
    tail: { crc64: crc64nvme(BYTES.subarray(endByte)), lengthBytes: BYTES.length - endByte },
  }) as Partial<SourcePart> as SourcePart;

describe('the checksum of a file that is made of parts', () => {
  it('follows from theirs, and parts without rows change nothing', () => {
    const whole = checksumOf(Buffer.from('PAR1rowsrowstail'));
    expect(composedChecksum([source(4, 8), source(4, 4), source(4, 8)], TAIL)).toBe(whole);
  });

  it('is not known if bytes stand before the rows of a part, or an earlier version summed none', () => {
    expect(composedChecksum([source(5, 8)], TAIL)).toBeUndefined();
    const { checksum: _, ...unsummed } = source(4, 8);
    expect(composedChecksum([source(4, 8), unsummed], TAIL)).toBeUndefined();
  });
});

describe('an error of a merge', () => {
  const errorOf = (error: Error, stored: Uint8Array | undefined, part = PART, knows = true) => {
    const store = new MemoryObjectStore();
    if (stored) store.replace('p', stored);
    if (!knows) store.hasChecksum = async () => undefined;
    return partError(store, samplePlan(), [part], error);
  };
  const defect = new TypeError('no such page');
  const altered = Buffer.from('PAR1rowzTAIL');

  it('is a damaged part if there is one, with what is wrong about it', async () => {
    const { checksum: _, ...unsummed } = PART;
    const told = async (...given: Parameters<typeof errorOf> extends [Error, ...infer Rest] ? Rest : never) =>
      ((await errorOf(defect, ...given)) as Error & { why?: string }).why ?? 'not damaged';
    expect(await told(undefined)).toBe('It was removed.');
    expect(await told(BYTES.subarray(1))).toBe('It has 11 bytes, and its manifest says 12.');
    expect(await told(altered)).toContain('do not have the checksum');
    expect(await told(altered, PART, false)).toContain('do not have the checksum');
    expect(await told(BYTES)).toBe('not damaged');
    expect(await told(BYTES, PART, false)).toBe('not damaged');
    expect(await told(altered, unsummed as typeof PART)).toBe('not damaged');
  });

  it('is itself if it says why: the store is away, the user stops, or nothing can be written', async () => {
    for (const error of [
      new StoreUnavailable({ what: 'away' }),
      new Interrupted({ what: 'stopped' }),
      new OutputUnwritable({ what: 'the disk is full' }),
    ])
      expect(await errorOf(error, altered)).toBe(error);
    expect(await errorOf(defect, BYTES)).toBe(defect);
    const malformed = new ParquetMalformed({ what: 'no footer' });
    expect(await errorOf(malformed, altered)).toMatchObject({ name: 'ObjectDamaged', cause: malformed });
  });
});
