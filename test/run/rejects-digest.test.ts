import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { addRejectsDigests, RejectsDigest } from '../../shared/run/rejects-digest.ts';

const hashOf = (byteOffset: number, lengthBytes: number) =>
  createHash('sha256').update(`${byteOffset} ${lengthBytes}`).digest('hex').slice(0, 16);

function digestOf(...places: [byteOffset: number, lengthBytes: number][]): string {
  const digest = new RejectsDigest();
  for (const place of places) digest.add(...place);
  return digest.toString();
}

it('which records were rejected is told by a hash of the place of one, and by 16 zeros if none was', () => {
  expect(digestOf()).toBe('0'.repeat(16));
  for (let at = 0; at < 50; at++) expect(digestOf([at, 20])).toBe(hashOf(at, 20));
  expect(digestOf([161, 20])).not.toBe(digestOf([161, 21]));
});

it('by their sum if there are several, in any order and by any ranges, and always in 16 digits', () => {
  const places = Array.from({ length: 40 }, (_, index): [number, number] => [index * 21, 20]);
  const sum = places.reduce((total, place) => total + BigInt(`0x${hashOf(...place)}`), 0n);
  const expected = (sum % 2n ** 64n).toString(16).padStart(16, '0');
  expect(digestOf(...places)).toBe(expected);
  expect(digestOf(...places.toReversed())).toBe(expected);
  expect(addRejectsDigests(places.map((place) => digestOf(place)))).toBe(expected);
  expect(addRejectsDigests([digestOf(...places), undefined])).toBeUndefined();
  expect(addRejectsDigests([])).toBe('0'.repeat(16));
});
