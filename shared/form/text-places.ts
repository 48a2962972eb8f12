import { chainShapeOf } from '../decode/chain-shape.ts';
import type { Field } from '../layout/field.ts';
import { datasetsOf, type Layout } from '../layout/layout.ts';
import type { ByteRange } from '../ranges/byte-range.ts';
import { nextRecord, startWalk } from '../ranges/record-chain-walk.ts';
import { type FormSample, headOf, sampledLines } from './form-sample.ts';

/** What the layout says of one byte of a record: nothing, text in the layout's code page, or something else. */
const UNNAMED = 0;
const TEXT = 1;
const OTHER = 2;

/** Which bytes of a record are text. */
export interface TextPlaces {
  kinds: Uint8Array;
  /** Statistics of whole pieces of the file are statistics of its text. */
  isAllText: boolean;
  /** The part of a record in text fields of at least four bytes. */
  wideShare: number;
  /** Places of national text: two bytes a character. */
  national: ByteRange[];
}

/** Most of a record without lines that may be unnamed if all of it is taken for text: it may hold packed numbers. */
const MOST_UNNAMED_SHARE = 0.2;
const WIDE_BYTES = 4;

export function textPlaces(layout: Layout): TextPlaces {
  const places = placesByLayout.get(layout) ?? placesOfText(layout);
  placesByLayout.set(layout, places);
  return places;
}

/** Many small files have one layout. */
const placesByLayout = new WeakMap<Layout, TextPlaces>();

function placesOfText(layout: Layout): TextPlaces {
  const { lengthBytes, format } = layout.record;
  const kinds = new Uint8Array(lengthBytes).fill(UNNAMED);
  const wide = new Uint8Array(lengthBytes);
  const national: ByteRange[] = [];
  for (const { field, startByte, endByte } of placesOf(layout)) {
    const isText = field.usage === 'display' && field.type.kind !== 'binary';
    const kind = isText && field.encoding === layout.encoding ? TEXT : OTHER;
    for (let at = startByte; at < Math.min(endByte, lengthBytes); at++) {
      kinds[at] = Math.max(kinds[at]!, kind);
      if (kind === TEXT && endByte - startByte >= WIDE_BYTES) wide[at] = 1;
    }
    if (isText && field.encoding === 'utf-16be') national.push({ startByte, endByte });
  }
  const share = (kind: number) => kinds.filter((other) => other === kind).length / lengthBytes;
  const unnamed = format === 'lines' ? 0 : share(UNNAMED);
  return {
    kinds,
    isAllText: share(OTHER) === 0 && unnamed <= MOST_UNNAMED_SHARE,
    wideShare: wide.filter((isWide, at) => isWide === 1 && kinds[at] === TEXT).length / lengthBytes,
    national,
  };
}

/** Are all of the first bytes of a file text, as far as a record reaches? */
export function beginsWithText(
  { kinds, isAllText }: TextPlaces,
  layout: Layout,
  lengthBytes: number,
): boolean {
  const { format, fileHeaderBytes } = layout.record;
  if (format === 'rdw' || format === 'bdw' || fileHeaderBytes > 0) return false;
  return kinds.subarray(0, lengthBytes).every((kind) => kind === TEXT || (kind === UNNAMED && isAllText));
}

/** Every place of every field that is read from bytes, with each occurrence of a table. */
function* placesOf(layout: Layout): Iterable<ByteRange & { field: Field }> {
  const control = [...(layout.header?.fields ?? []), ...(layout.trailer?.fields ?? [])];
  for (const field of control) yield { field, startByte: field.startByte, endByte: field.endByte };
  for (const { occurs, fields } of datasetsOf(layout)) {
    for (const field of fields) {
      if (field.origin.kind !== 'record') continue;
      const table = field.list ?? (field.inOccurrence ? occurs : undefined);
      for (let index = 0; index < (table?.count ?? 1); index++) {
        const moved = index * (table?.strideBytes ?? 0);
        yield { field, startByte: field.startByte + moved, endByte: field.endByte + moved };
      }
    }
  }
}

/** Lengths of a record and its terminator that a file of fixed records may have. */
export function possibleStrides({ record }: Layout, sizeBytes: number): number[] {
  const { lengthBytes, fileHeaderBytes, fileTrailerBytes } = record;
  const size = sizeBytes - fileHeaderBytes - fileTrailerBytes;
  const strides = [0, 1, 2].map((terminatorBytes) => lengthBytes + terminatorBytes);
  return strides.filter((stride) => size % stride === 0 || size % stride === lengthBytes);
}

/** The records of a sample as far as it shows where they begin; several readings if there is more than one way to cut it. */
export function sampledRecords(sample: FormSample, layout: Layout): Iterable<Uint8Array>[] {
  const { format, fileHeaderBytes, lengthBytes } = layout.record;
  if (format === 'lines') return [sampledLines(sample, layout.record)];
  if (format === 'fixed') {
    return possibleStrides(layout, sample.sizeBytes).map((stride) =>
      fixedRecords(sample, fileHeaderBytes, stride, lengthBytes),
    );
  }
  return [chainRecords(sample, layout)];
}

function* fixedRecords(
  { windows }: FormSample,
  firstByte: number,
  strideBytes: number,
  lengthBytes: number,
): Iterable<Uint8Array> {
  for (const { startByte, bytes } of windows) {
    const before = Math.max(0, Math.ceil((startByte - firstByte) / strideBytes));
    let at = firstByte + before * strideBytes - startByte;
    for (; at + lengthBytes <= bytes.length; at += strideBytes) yield bytes.subarray(at, at + lengthBytes);
  }
}

/** Only from the head on can a chain be followed. */
function* chainRecords(sample: FormSample, layout: Layout): Iterable<Uint8Array> {
  const shape = chainShapeOf(layout.record);
  if (!shape) return;
  const walk = startWalk(layout.record.fileHeaderBytes);
  const window = headOf(sample);
  const endByte = sample.sizeBytes - layout.record.fileTrailerBytes;
  for (;;) {
    const record = nextRecord(walk, window, 0, shape, endByte);
    if (!record) return;
    yield record.bytes;
  }
}

/** How often each byte occurs in text: once for each way to cut the sample into records. */
export function textHistograms(sample: FormSample, layout: Layout, places: TextPlaces): Uint32Array[] {
  const isChained = layout.record.format === 'rdw' || layout.record.format === 'bdw';
  if (places.isAllText && !isChained) return [byteHistogram(sample)];
  return sampledRecords(sample, layout).map((records) => {
    const counts = new Uint32Array(256);
    for (const record of records) {
      const end = Math.min(record.length, places.kinds.length);
      for (let at = 0; at < end; at++) if (places.kinds[at] === TEXT) counts[record[at]!]!++;
    }
    return counts;
  });
}

const histograms = new WeakMap<FormSample, Uint32Array>();

/** How often each byte occurs in a sample, whatever it means. Counted once, for all who ask. */
export function byteHistogram(sample: FormSample): Uint32Array {
  const known = histograms.get(sample);
  if (known) return known;
  const counts = new Uint32Array(256);
  for (const { bytes } of sample.windows) countBytes(bytes, counts);
  histograms.set(sample, counts);
  return counts;
}

/**
 * Adds how often each byte occurs. Every conversion waits for this: an iterator over bytes takes several times as long, and of blanks one after
 * another each count would wait for the one before, if they had one place only.
 */
function countBytes(bytes: Uint8Array, counts: Uint32Array): void {
  const places = new Uint32Array(4 * 256);
  const whole = bytes.length & ~3;
  for (let at = 0; at < whole; at += 4) {
    places[bytes[at]!]!++;
    places[256 + bytes[at + 1]!]!++;
    places[512 + bytes[at + 2]!]!++;
    places[768 + bytes[at + 3]!]!++;
  }
  for (let at = whole; at < bytes.length; at++) places[bytes[at]!]!++;
  for (let place = 0; place < places.length; place++) counts[place & 255]! += places[place]!;
}
