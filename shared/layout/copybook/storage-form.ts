import type { LayoutInvalid } from '../../errors.ts';
import { copybookInvalid, type Place } from './copybook-invalid.ts';
import type { Clause, Entry, Usage } from './entry.ts';
import { type Picture, parsePicture } from './picture.ts';

/**
 * How the bytes of an elementary item hold its value.
 *
 *     S9(5) DISPLAY          5 bytes   F1 F2 F3 F4 C5     digits, the sign over the last
 *     S9(5) SIGN SEPARATE    6 bytes   F1 F2 F3 F4 F5 4E
 *     S9(5) COMP-3           3 bytes   12 34 5C           two digits a byte, the sign in the last half
 *     9(5) COMP-6            3 bytes   01 23 45           without sign
 *     S9(5) COMP             4 bytes   00 00 30 39        2 bytes up to 4 digits, 4 up to 9, 8 up to 18
 *     COMP-1, COMP-2         4, 8      hexadecimal floating point on a mainframe
 */
export interface Form {
  kind: 'text' | 'national' | 'display' | 'packed' | 'binary' | 'float';
  lengthBytes: number;
  /** Alignment under SYNCHRONIZED; 1 if there is none. */
  alignmentBytes: number;
  picture: Picture | undefined;
  /** The name in a copybook: `COMP-3`. */
  usage: string;
  signed: boolean;
  digits: number;
  scale: number;
  sign: 'none' | 'leading' | 'trailing' | 'leading-separate' | 'trailing-separate';
  /** The last half byte is a sign: packed decimals except COMP-6. */
  signNibble: boolean;
  /** COMP-5: all values of its bytes, not only those of the picture. */
  fullRange: boolean;
  justified: boolean;
  blankWhenZero: boolean;
}

const USAGE_NAMES: Record<Usage, string> = {
  display: 'DISPLAY',
  binary: 'COMP',
  'native-binary': 'COMP-5',
  packed: 'COMP-3',
  'packed-unsigned': 'COMP-6',
  float: 'COMP-1',
  double: 'COMP-2',
  national: 'NATIONAL',
};
/** Digits that fit into two, four and eight bytes. */
const BINARY_SIZES = [
  { digits: 4, lengthBytes: 2 },
  { digits: 9, lengthBytes: 4 },
  { digits: 18, lengthBytes: 8 },
];

/** Fails with `LayoutInvalid` if picture, usage and the other clauses contradict each other. */
export function formOf(
  entry: Entry,
  usageClause: Clause<Usage> | undefined,
  signClause: Entry['sign'],
  file: string,
): Form {
  const wrong: Wrong = (place, found, expected) =>
    copybookInvalid(file, place, { field: entry.name ?? 'FILLER', found, expected });
  const picture = entry.picture && pictureOf(entry, entry.picture, file);
  const usage = usageClause?.value ?? (picture?.category === 'national' ? 'national' : 'display');
  checkClauses(entry, picture, usage, wrong);
  const form: Form = {
    kind: 'text',
    lengthBytes: picture?.characters ?? 0,
    alignmentBytes: 1,
    picture,
    usage: USAGE_NAMES[usage],
    signed: picture?.signed ?? true,
    digits: picture?.digits ?? 0,
    scale: picture?.scale ?? 0,
    sign: 'none',
    signNibble: false,
    fullRange: usage === 'native-binary',
    justified: entry.justified !== undefined,
    blankWhenZero: entry.blankWhenZero !== undefined,
  };
  if (usage === 'float' || usage === 'double') {
    const lengthBytes = usage === 'float' ? 4 : 8;
    return { ...form, kind: 'float', lengthBytes, alignmentBytes: lengthBytes };
  }
  // Every other usage has a picture: entry-tree.ts refuses items without.
  const { picture: place = entry } = entry;
  const { category, text = '' } = picture ?? {};
  if (usage === 'national') {
    if (category !== 'national') {
      throw wrong(usageClause ?? place, `usage NATIONAL with picture ${text}`, 'a picture of N');
    }
    return { ...form, kind: 'national', lengthBytes: form.lengthBytes * 2 };
  }
  if (category === 'national') {
    throw wrong(usageClause ?? place, `picture ${text} with usage ${form.usage}`, 'usage NATIONAL');
  }
  if (usage === 'display') return category === 'numeric' ? displayForm(form, signClause) : form;
  if (category !== 'numeric') {
    throw wrong(
      usageClause ?? place,
      `usage ${form.usage} with picture ${text}`,
      'a picture of S, 9, V and P',
    );
  }
  return usage === 'packed' || usage === 'packed-unsigned'
    ? packedForm(form, usage, place, wrong)
    : binaryForm(form, place, wrong);
}

type Wrong = (place: Place, found: string, expected: string) => LayoutInvalid;

/** Clauses that need a picture of some kind. */
function checkClauses(entry: Entry, picture: Picture | undefined, usage: Usage, wrong: Wrong): void {
  const category = picture?.category;
  const isDisplayNumber = usage === 'display' && category === 'numeric';
  if (entry.justified && category !== 'alphanumeric' && category !== 'national') {
    throw wrong(
      entry.justified,
      'JUSTIFIED on an item that is not text',
      'JUSTIFIED with a picture of X or A',
    );
  }
  if (entry.blankWhenZero && !isDisplayNumber && category !== 'edited') {
    throw wrong(
      entry.blankWhenZero,
      'BLANK WHEN ZERO on an item that is not a number in text',
      'a numeric picture and usage DISPLAY',
    );
  }
  if (entry.sign && !(isDisplayNumber && picture?.signed)) {
    throw wrong(
      entry.sign,
      'SIGN on an item that is not a signed number in text',
      'a picture with S and usage DISPLAY',
    );
  }
}

function packedForm(form: Form, usage: 'packed' | 'packed-unsigned', place: Place, wrong: Wrong): Form {
  if (usage === 'packed') {
    return { ...form, kind: 'packed', lengthBytes: Math.floor(form.digits / 2) + 1, signNibble: true };
  }
  if (form.signed) {
    throw wrong(place, 'COMP-6 with a signed picture', 'a picture without S: COMP-6 holds no sign');
  }
  return { ...form, kind: 'packed', lengthBytes: Math.ceil(form.digits / 2) };
}

function binaryForm(form: Form, place: Place, wrong: Wrong): Form {
  const size = BINARY_SIZES.find(({ digits }) => form.digits <= digits);
  if (!size) throw wrong(place, `${form.digits} digits in ${form.usage}`, 'at most 18 digits');
  // A doubleword of binary is aligned to four bytes, as IBM's compilers do.
  const { lengthBytes } = size;
  return { ...form, kind: 'binary', lengthBytes, alignmentBytes: Math.min(lengthBytes, 4) };
}

function displayForm(form: Form, sign: Entry['sign']): Form {
  if (!form.signed) return { ...form, kind: 'display' };
  const { position, separate } = sign?.value ?? { position: 'trailing' as const, separate: false };
  return {
    ...form,
    kind: 'display',
    sign: separate ? `${position}-separate` : position,
    lengthBytes: form.lengthBytes + (separate ? 1 : 0),
  };
}

function pictureOf(entry: Entry, clause: Clause<string>, file: string): Picture {
  const picture = parsePicture(clause.value);
  if (!('found' in picture)) return picture;
  const place = { line: clause.line, column: clause.column + picture.at };
  throw copybookInvalid(file, place, {
    field: entry.name ?? 'FILLER',
    found: `${picture.found} in picture ${clause.value.slice(0, 40)}`,
    expected: picture.expected,
  });
}
