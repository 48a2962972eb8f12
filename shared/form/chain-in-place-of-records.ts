import type { Layout } from '../layout/layout.ts';
import { bdwChain, type ChainShape, type DescriptorWord, rdwChain } from '../ranges/record-chain.ts';
import { nextRecord, startWalk } from '../ranges/record-chain-walk.ts';
import { type FormFinding, type FormSample, headOf } from './form-sample.ts';
import { possibleStrides, type TextPlaces } from './text-places.ts';

const FEWEST_RECORDS = 3;
/** Offsets of records that are kept: enough to see whether they fall on the places of fixed records. */
const MOST_OFFSETS = 1000;

const WORDS: DescriptorWord[] = [
  {},
  { countsItself: false },
  { byteOrder: 'little-endian' },
  { byteOrder: 'little-endian', countsItself: false },
];
const KINDS = [
  {
    format: 'bdw',
    name: 'block and record descriptor words (VB)',
    shapeOf: (word: DescriptorWord) => bdwChain(word, word),
  },
  { format: 'rdw', name: 'record descriptor words (V)', shapeOf: (word: DescriptorWord) => rdwChain(word) },
];

/** Records with descriptor words, or in blocks, where the layout says fixed records, lines, or records that are not in blocks. */
export function chainInPlaceOfRecords(
  sample: FormSample,
  layout: Layout,
  places: TextPlaces,
): FormFinding | undefined {
  const { format, fileHeaderBytes } = layout.record;
  if (format === 'bdw' || format === 'length-field') return undefined;
  for (const kind of KINDS) {
    if (kind.format === format) return undefined;
    for (const word of WORDS) {
      const offsets = followed(sample, fileHeaderBytes, kind.shapeOf(word), layout);
      if (offsets && isClear(offsets, sample, layout, places)) return findingOf(kind, word, layout);
    }
  }
  return undefined;
}

/** Where records begin, with their words, if the chain holds to the end of the head; undefined if it breaks. */
function followed(
  sample: FormSample,
  startByte: number,
  shape: ChainShape,
  layout: Layout,
): number[] | undefined {
  const walk = startWalk(startByte);
  const offsets: number[] = [];
  const endByte = sample.sizeBytes - layout.record.fileTrailerBytes;
  const head = headOf(sample);
  while (offsets.length < MOST_OFFSETS && walk.atByte < endByte) {
    const record = nextRecord(walk, head, 0, shape, endByte);
    if (!record) break;
    // Zeros are a chain of empty records.
    if (record.bytes.length === 0) return undefined;
    offsets.push(record.range.startByte);
  }
  if (walk.problem !== null || offsets.length === 0) return undefined;
  return offsets.length >= FEWEST_RECORDS || walk.atByte === endByte ? offsets : undefined;
}

/** A layout may describe the words itself, as bytes of records of one length. */
function isClear(offsets: number[], sample: FormSample, layout: Layout, { kinds }: TextPlaces): boolean {
  const { format, fileHeaderBytes } = layout.record;
  if (kinds.subarray(0, 4).every((kind) => kind === 1)) return true;
  if (format !== 'fixed') return offsets.length >= FEWEST_RECORDS;
  const strides = possibleStrides(layout, sample.sizeBytes);
  return !strides.some((stride) => offsets.every((offset) => (offset - fileHeaderBytes) % stride === 0));
}

function findingOf(
  { format, name }: (typeof KINDS)[number],
  { byteOrder, countsItself }: DescriptorWord,
  layout: Layout,
): FormFinding {
  const keys = [
    `"format": "${format}"`,
    ...(byteOrder === 'little-endian' ? ['"byteOrder": "little"'] : []),
    ...(countsItself === false ? ['"lengthIncludesHeader": false'] : []),
  ];
  return {
    what: `its records have ${name}, and the layout says record.format '${layout.record.format}'`,
    next: `Say ${keys.join(', ')} in record of the layout; record.length is that of the longest record without its words.`,
  };
}
