import type { Field } from '../layout/field.ts';
import { datasetsOf, type Layout } from '../layout/layout.ts';
import type { FormFinding, FormSample } from './form-sample.ts';
import { sampledRecords } from './text-places.ts';

/** Characters of a number in ASCII and in EBCDIC: blank, plus, minus, point, comma; then digits. */
const FAMILIES = [
  { name: 'ASCII', others: [0x20, 0x2b, 0x2d, 0x2e, 0x2c], zero: 0x30 },
  { name: 'EBCDIC', others: [0x40, 0x4e, 0x60, 0x4b, 0x6b], zero: 0xf0 },
];
type Family = (typeof FAMILIES)[number];

/** In fewer bytes, a run of numbers that follow each other may look like digits. */
const FEWEST_BYTES = 4;
/** So many bytes of different values that are all characters of numbers are no accident. */
const EVIDENCE_BYTES = 24;
/** A header and a trailer that no `match` names. */
const MOST_OTHERS = 2;

/**
 * Digits of text where the layout says a binary number, a float, or a packed number without sign: any bytes are such a number, so each
 * would load as another one. A packed number with a sign refuses them itself.
 */
export function digitsInNumbers(sample: FormSample, layout: Layout): FormFinding | undefined {
  const fields = doubtfulFields(layout);
  if (fields.length === 0) return undefined;
  const readings = sampledRecords(sample, layout).map((records) => [...records]);
  for (const field of fields) {
    const family = FAMILIES.find((one) => readings.some((records) => isText(records, field, one)));
    if (!family) continue;
    const kind = field.usage === 'float' ? 'a float' : `a ${field.usage} number`;
    return {
      what: `field '${field.name}' holds digits of ${family.name} text in every record, and the layout says ${kind}, as which they would be other numbers`,
      next: `If the numbers are text, give the field the type of its digits without "usage": "${field.usage}". If they should be binary, have the file sent again without converting its numbers.`,
    };
  }
  return undefined;
}

/** Fields that every record of the file has, and in whose bytes the layout puts nothing else. */
function doubtfulFields(layout: Layout): Field[] {
  const datasets = datasetsOf(layout);
  if (datasets.length !== 1) return [];
  const all = datasets[0]!.fields.filter(({ origin }) => origin.kind === 'record');
  const isAlone = (field: Field) =>
    !all.some(
      (other) => other !== field && other.startByte < field.endByte && field.startByte < other.endByte,
    );
  return all.filter(
    (field) =>
      (field.usage === 'binary' ||
        field.usage === 'float' ||
        (field.usage === 'packed' && !field.signNibble)) &&
      field.endByte - field.startByte >= FEWEST_BYTES &&
      field.when === undefined &&
      field.list === undefined &&
      !field.inOccurrence &&
      isAlone(field),
  );
}

function isText(records: Uint8Array[], { startByte, endByte }: Field, family: Family): boolean {
  const values = new Set<string>();
  let others = 0;
  for (const record of records) {
    if (record.length < endByte) continue;
    const bytes = record.subarray(startByte, endByte);
    if (isNumberText(bytes, family)) values.add(Buffer.from(bytes).toString('latin1'));
    else if (!bytes.every((byte) => byte === family.others[0])) others++;
    if (others > MOST_OTHERS) return false;
  }
  return values.size * (endByte - startByte) >= EVIDENCE_BYTES;
}

function isNumberText(bytes: Uint8Array, { others, zero }: Family): boolean {
  const isDigit = (byte: number) => byte >= zero && byte <= zero + 9;
  return bytes.some(isDigit) && bytes.every((byte) => isDigit(byte) || others.includes(byte));
}
