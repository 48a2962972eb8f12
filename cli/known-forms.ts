import { LayoutInvalid } from '../shared/errors.ts';

/** The first bytes of files that hold no records, whatever a length that repeats by chance says. */
const FORMS: [name: string, bytes: string][] = [
  ['a program', '7f454c46'],
  ['a program', '4d5a9000'],
  ['a PDF document', '255044462d'],
  ['a Parquet file', '50415231'],
  ['a PNG image', '89504e470d0a1a0a'],
  ['a JPEG image', 'ffd8ff'],
  ['a SQLite database', '53514c69746520666f726d6174'],
  ['a 7z archive', '377abcaf271c'],
];
const UTF_16 = { fffe: 'UTF-16LE', feff: 'UTF-16BE' };

/** Fails with `LayoutInvalid` if the beginning of a file says that it is empty, UTF-16, or something that nobody describes by positions. */
export function refuseKnownForms(head: Uint8Array, file: string): void {
  if (head.length === 0) {
    throw new LayoutInvalid({
      what: 'the file is empty',
      where: file,
      next: 'Give a file with records, or ask for this one to be sent again.',
    });
  }
  const hex = Buffer.from(head.subarray(0, 16)).toString('hex');
  const [, form] = Object.entries(UTF_16).find(([mark]) => hex.startsWith(mark)) ?? [];
  if (form) {
    throw new LayoutInvalid({
      what: `the text of the file is ${form}`,
      where: file,
      why: 'It begins with the byte order mark of that encoding, which no layout can have for a whole file',
      next: `Convert it first: iconv -f ${form} -t UTF-8 FILE > FILE.utf8`,
    });
  }
  const known = FORMS.find(([, bytes]) => hex.startsWith(bytes));
  if (known) {
    throw new LayoutInvalid({
      what: `this is ${known[0]}, which has no records at positions`,
      where: file,
      next: 'Give the data file itself.',
    });
  }
}
