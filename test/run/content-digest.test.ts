import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentDigest, wholeChecksum } from '../../shared/run/content-digest.ts';
import { samplePlan } from '../support/sample-plan.ts';
import { checksumOf } from '../support/small-contracts.ts';

const BYTES = Buffer.from('0123456789'.repeat(5));

/** What is known of the bytes from each of these places to the next. */
function known(places: number[], bytes = BYTES) {
  return places.slice(1).map((endByte, index) => {
    const startByte = places[index]!;
    return { startByte, endByte, checksum: checksumOf(bytes.subarray(startByte, endByte)) };
  });
}

/** A file of 50 bytes; the first 5 and the last 5 are outside the ranges. */
const plan = (changes = {}) =>
  samplePlan({ sizeBytes: 50, outside: [...known([0, 5]), ...known([45, 50])], ...changes });

const cuts = fc
  .uniqueArray(fc.integer({ min: 6, max: 44 }), { maxLength: 6 })
  .map((places) => [5, ...places.sort((a, b) => a - b), 45]);

describe('the checksum of a file', () => {
  it('is that of all its bytes, however the ranges were cut', () => {
    fc.assert(
      fc.property(cuts, (places) => {
        expect(wholeChecksum(plan(), known(places))).toBe(checksumOf(BYTES));
        const outside = [...known([45, 50]), ...known([0, 5])];
        expect(wholeChecksum(plan({ outside }), known(places).reverse())).toBe(checksumOf(BYTES));
      }),
    );
  });

  it.each([
    ['nobody summed what is outside the ranges', { outside: undefined }, [5, 45]],
    ['a byte is missing before a range', {}, [6, 45]],
    ['a byte is missing after a range', {}, [5, 44]],
    ['a range is there twice', {}, [0, 45]],
    ['the file is longer', { sizeBytes: 51 }, [5, 45]],
    ['the end is missing', { outside: known([0, 5]) }, [5, 45]],
    ['the beginning is missing', { outside: known([45, 50]) }, [5, 45]],
  ])('is not known if %s', (_, changes, places) => {
    expect(wholeChecksum(plan(changes), known(places))).toBeUndefined();
  });
});

describe('the digest of a content', () => {
  it('is the same however the ranges were cut, and another for other bytes', () => {
    fc.assert(
      fc.property(cuts, fc.integer({ min: 5, max: 44 }), (places, at) => {
        const digest = contentDigest(plan(), known([5, 45]));
        expect(contentDigest(plan(), known(places))).toBe(digest);
        const other = Buffer.from(BYTES);
        other[at]! ^= 1;
        expect(contentDigest(plan(), known(places, other))).not.toBe(digest);
      }),
    );
  });

  it.each<[string, object]>([
    ['size', { sizeBytes: 51 }],
    ['header', { header: { startByte: 0, endByte: 5, fields: {} } }],
    ['trailer', { trailer: { startByte: 45, endByte: 50, fields: {} } }],
    ['remainder', { remainder: { startByte: 49, endByte: 50 } }],
  ])('is another for a file with another %s', (_, changes) => {
    expect(contentDigest(plan(changes), known([5, 45]))).not.toBe(contentDigest(plan(), known([5, 45])));
  });
});
