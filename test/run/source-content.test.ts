import { describe, expect, it } from 'vitest';
import { isLeased, leaseFrom } from '../../shared/run/lease.ts';
import {
  type FileContent,
  holds,
  isContentOf,
  isVersionOf,
  isVersionTaken,
} from '../../shared/run/source-content.ts';

const CONTENT = { sizeBytes: 100, checksum: 'AAAAAAAAAAE=' };

describe('the bytes of a file', () => {
  it.each<[string, Partial<FileContent>, boolean]>([
    ['the same', CONTENT, true],
    ['of another size', { ...CONTENT, sizeBytes: 101 }, false],
    ['of another checksum', { ...CONTENT, checksum: 'AAAAAAAAAAI=' }, false],
    ['of no recorded checksum', { sizeBytes: 100 }, false],
    ['of no recorded size', { checksum: CONTENT.checksum }, false],
  ])('are those that somebody recorded: %s', (_, recorded, expected) => {
    expect(holds(recorded, CONTENT)).toBe(expected);
    const { sizeBytes, checksum } = recorded;
    const loaded = { inputBytes: sizeBytes ?? 0, ...(checksum !== undefined && { checksum }) };
    expect(isContentOf(loaded, CONTENT)).toBe(expected);
  });

  it("that nobody knows are nobody's, and a file that was never loaded has none", () => {
    expect(holds({}, undefined)).toBe(false);
    expect(holds(CONTENT, undefined)).toBe(false);
    expect(isContentOf({ inputBytes: 100, checksum: CONTENT.checksum }, undefined)).toBe(false);
    expect(isContentOf(undefined, CONTENT)).toBe(false);
  });
});

describe('the version of a source', () => {
  it.each([
    ['v1', true],
    ['v2', true],
    ['v3', false],
  ])('that was loaded as v1 and seen as v2: %s is %s', (version, expected) => {
    expect(isVersionOf({ version: 'v1', seenAs: 'v2' }, version)).toBe(expected);
    expect(isVersionOf(undefined, version)).toBe(false);
  });

  it.each([
    ['100-1754978400', undefined, '100-1754978400', true],
    // Versions of today say more of a local file than its size and time.
    ['100-1754978400', undefined, '100-1754978400-77-1', true],
    ['100-1754978400', undefined, '100-17549784001-77', false],
    ['100-1754978400', CONTENT.checksum, '100-1754978400-77-1', false],
    ['100-1754978400', CONTENT.checksum, '100-1754978400', true],
    ['v1', undefined, 'v1-77', false],
  ])('that was taken back as %s (checksum %s): %s is %s', (version, checksum, now, expected) => {
    const taken = { version, ...(checksum !== undefined && { checksum }) };
    expect(isVersionTaken(taken, now)).toBe(expected);
  });
});

it('a lease lasts two hours', () => {
  expect(leaseFrom('2025-08-12T03:00:00.000Z')).toBe('2025-08-12T05:00:00.000Z');
  expect(isLeased('2025-08-12T03:00:00.000Z', new Date('2025-08-12T04:59:59.999Z'))).toBe(true);
  expect(isLeased('2025-08-12T03:00:00.000Z', new Date('2025-08-12T05:00:00.000Z'))).toBe(false);
});
