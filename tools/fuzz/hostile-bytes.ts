import type { Chances } from '../chaos/fault-plan.ts';

/** One way of spoiling good bytes. */
type Spoil = (bytes: Buffer, chances: Chances) => Buffer;

const at = (bytes: Buffer, chances: Chances) => chances.below(bytes.length + 1);
const randomBytes = (count: number, chances: Chances) =>
  Buffer.from(Array.from({ length: count }, () => chances.below(256)));
const insert = (bytes: Buffer, place: number, added: Uint8Array) =>
  Buffer.concat([bytes.subarray(0, place), added, bytes.subarray(place)]);

/** More than the longest line that a parser can hold. */
const GIANT_BYTES = 600_000;

const SPOILS: Spoil[] = [
  (bytes, chances) => bytes.subarray(0, at(bytes, chances)),
  (bytes, chances) => bytes.subarray(at(bytes, chances)),
  (bytes, chances) => {
    const flipped = Buffer.from(bytes);
    for (let count = 1 + chances.below(8); count > 0 && flipped.length > 0; count--) {
      flipped[chances.below(flipped.length)]! ^= 1 << chances.below(8);
    }
    return flipped;
  },
  (bytes, chances) => insert(bytes, at(bytes, chances), randomBytes(1 + chances.below(40), chances)),
  (bytes, chances) => insert(bytes, at(bytes, chances), Buffer.alloc(1 + chances.below(200))),
  (bytes, chances) =>
    insert(bytes, chances.happens(0.7) ? 0 : at(bytes, chances), chances.of([UTF8_BOM, UTF16_BOM])),
  (bytes, chances) => insert(bytes, at(bytes, chances), Buffer.from(chances.of(TERMINATORS), 'latin1')),
  (bytes) => Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1'),
  (bytes, chances) =>
    Buffer.from(
      bytes.toString('latin1').replace(/\n/g, () => chances.of(TERMINATORS)),
      'latin1',
    ),
  // Read as Latin-1 and written as UTF-8; then with digits and blanks as in EBCDIC.
  (bytes) => Buffer.from(bytes.toString('latin1'), 'utf8'),
  (bytes) =>
    bytes.map((byte) => (byte >= 0x30 && byte <= 0x39 ? byte + 0xc0 : byte === 0x20 ? 0x40 : byte)) as Buffer,
  (bytes, chances) => {
    const from = at(bytes, chances);
    return insert(bytes, at(bytes, chances), bytes.subarray(from, from + chances.below(200)));
  },
  (bytes, chances) => {
    const from = at(bytes, chances);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + chances.below(100))]);
  },
  (_bytes, chances) => randomBytes(chances.below(400), chances),
  (bytes, chances) =>
    chances.happens(0.02)
      ? insert(bytes, at(bytes, chances), Buffer.alloc(GIANT_BYTES, chances.of(['A', ' ', '\0', '9'])))
      : bytes,
];

const UTF8_BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const UTF16_BOM = Buffer.from([0xff, 0xfe]);
const TERMINATORS = ['\n', '\r\n', '\r', '\n\n', '', '\u0085', '\x1a', '\f'];

/** Good bytes made bad: cut, flipped, mixed, doubled, in another code page, or entirely random. */
export function spoiled(good: Uint8Array, chances: Chances): Buffer {
  let bytes = Buffer.from(good);
  for (let count = 1 + chances.below(3); count > 0; count--) {
    bytes = Buffer.from(chances.of(SPOILS)(bytes, chances));
  }
  return bytes;
}
