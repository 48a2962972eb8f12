import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readJson } from '../../shared/pipeline/store/json-object.ts';
import { ledgerEntryShape } from '../../shared/run/ledger-entry.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { samples } from '../support/samples.ts';

/**
 * Writes files of random layouts, trims and cuts their records and the file itself anywhere, and holds what is loaded to what was written.
 * Its encoders are its own.
 */
type Kind = 'text' | 'required' | 'implied' | 'explicit' | 'integer' | 'date' | 'number-that-may-be-absent';

interface Column {
  kind: Kind;
  width: number;
}

/** One value: how a sender writes it, and how a reader sees it. */
interface Written {
  spelled: string;
  value: string | null;
}

const ID_BYTES = 4;
const WIDTHS: Partial<Record<Kind, number>> = { date: 8 };

const columns = fc.array(
  fc
    .tuple(
      fc.constantFrom<Kind>(
        'text',
        'text',
        'required',
        'implied',
        'explicit',
        'integer',
        'date',
        'number-that-may-be-absent',
      ),
      fc.integer({ min: 4, max: 9 }),
    )
    .map(([kind, width]): Column => ({ kind, width: WIDTHS[kind] ?? width })),
  { minLength: 1, maxLength: 5 },
);

function writtenAs({ kind, width }: Column): fc.Arbitrary<Written> {
  const digits = fc.integer({ min: 0, max: 10 ** width - 1 });
  switch (kind) {
    case 'text':
      return fc
        .stringMatching(new RegExp(`^([A-Z][A-Z0-9]{0,${width - 1}})?$`))
        .map((text) => ({ spelled: text.padEnd(width), value: text === '' ? null : text }));
    case 'required':
      return fc
        .stringMatching(new RegExp(`^[A-Z]{1,${width}}$`))
        .map((text) => ({ spelled: text.padEnd(width), value: text }));
    case 'implied':
      return digits.map((cents) => ({
        spelled: String(cents).padStart(width, '0'),
        value: (cents / 100).toFixed(2),
      }));
    case 'explicit':
      // Left-justified, so that a cut leaves a number: 1.25 becomes 1. and 1.
      return fc.integer({ min: 0, max: 10 ** (width - 3) - 1 }).chain((whole) =>
        fc.integer({ min: 0, max: 99 }).map((cents) => {
          const text = `${whole}.${String(cents).padStart(2, '0')}`;
          return { spelled: text.padEnd(width), value: text };
        }),
      );
    case 'date':
      return fc.integer({ min: 0, max: 30_000 }).map((days) => {
        const value = new Date(days * 86_400_000).toISOString().slice(0, 10);
        return { spelled: value.replaceAll('-', ''), value };
      });
    default:
      return digits.map((number) => ({
        spelled: String(number).padStart(width, '0'),
        value: String(number),
      }));
  }
}

const TYPES: Record<Kind, (width: number) => object> = {
  text: () => ({ type: 'string' }),
  required: () => ({ type: 'string', required: true }),
  implied: (width) => ({ type: `decimal(${width},2)`, point: 'implied' }),
  explicit: (width) => ({ type: `decimal(${width},2)`, point: 'explicit' }),
  integer: () => ({ type: 'integer', onInvalid: 'null' }),
  date: () => ({ type: 'date', format: 'yyyyMMdd' }),
  'number-that-may-be-absent': () => ({ type: 'integer', mayBeAbsent: true }),
};

/** ASCII to EBCDIC, for the characters that the writer uses. */
function inEbcdic(text: string): Buffer {
  const codes = [...text].map((character) => {
    if (character === ' ') return 0x40;
    if (character === '.') return 0x4b;
    const code = character.charCodeAt(0);
    if (code < 0x40) return 0xf0 + code - 0x30;
    const letter = code - 0x41;
    return letter < 9 ? 0xc1 + letter : letter < 18 ? 0xd1 + letter - 9 : 0xe2 + letter - 18;
  });
  return Buffer.from(codes);
}

const FORMS = {
  'lines in ASCII': { encoding: 'iso-8859-1', record: { format: 'lines', short: 'pad' } },
  'lines in EBCDIC': { encoding: 'cp037', record: { format: 'lines', short: 'pad' } },
  'records of rdw': { encoding: 'cp037', record: { format: 'rdw' } },
  'records with a length': {
    encoding: 'iso-8859-1',
    record: { format: 'length-field', lengthField: { start: 1, end: 3 } },
  },
};
type Form = keyof typeof FORMS;

/** `text` has room for the length in its first three characters. */
function framed(form: Form, text: string): Buffer {
  switch (form) {
    case 'lines in ASCII':
      return Buffer.from(`${text.slice(3)}\n`);
    case 'lines in EBCDIC':
      return Buffer.concat([inEbcdic(text.slice(3)), Buffer.from([0x15])]);
    case 'records of rdw': {
      const length = text.length - 3 + 4;
      return Buffer.concat([Buffer.from([length >> 8, length & 0xff, 0, 0]), inEbcdic(text.slice(3))]);
    }
    case 'records with a length':
      return Buffer.from(String(text.length).padStart(3, '0') + text.slice(3));
  }
}

type Damage = 'none' | 'trim' | 'cut';
const cases = fc.record({
  form: fc.constantFrom(...(Object.keys(FORMS) as Form[])),
  isFileCut: fc.boolean(),
  cutAt: fc.nat(),
  rangeSizeBytes: fc.constantFrom(50, 100_000),
  content: columns.chain((all) =>
    fc.record({
      all: fc.constant(all),
      records: fc.array(
        fc.record({
          values: fc.tuple(...all.map(writtenAs)),
          damage: fc.constantFrom<Damage>('none', 'trim', 'cut'),
          at: fc.nat(),
        }),
        { minLength: 1, maxLength: 25 },
      ),
    }),
  ),
});

function layoutOf(form: Form, all: Column[]): string {
  const { encoding, record } = FORMS[form];
  const shift = form === 'records with a length' ? 3 : 0;
  let end = shift + ID_BYTES;
  const fields: object[] = [
    { name: 'id', start: shift + 1, end, type: 'string', required: true },
    ...all.map(({ kind, width }, index) => {
      const start = end + 1;
      end += width;
      return { name: `c${index}`, start, end, ...TYPES[kind](width) };
    }),
  ];
  return JSON.stringify({
    name: 'short',
    encoding,
    record: { length: end, ...record },
    fields,
    rejects: { maxPercent: 100 },
  });
}

test('what is loaded of trimmed and cut records equals what was written', async () => {
  const seen = { loaded: 0, refused: 0, rejected: 0 };
  await fc.assert(
    fc.asyncProperty(cases, async ({ form, isFileCut, cutAt, rangeSizeBytes, content: { all, records } }) => {
      const texts = records.map(({ values, damage, at }, index) => {
        const text = `${String(index).padStart(ID_BYTES, '0')}${values.map(({ spelled }) => spelled).join('')}`;
        const kept =
          damage === 'trim'
            ? text.trimEnd()
            : damage === 'cut'
              ? text.slice(0, 1 + (at % text.length))
              : text;
        return `   ${kept}`;
      });
      const whole = Buffer.concat(texts.map((text) => framed(form, text)));
      const bytes = isFileCut ? whole.subarray(0, 1 + (cutAt % whole.length)) : whole;
      await using lake = await TestLake.make();
      await lake.putRaw('short_20250812.dat', bytes);
      const request = { layout: layoutOf(form, all), sourceKey: 'short_20250812.dat', rangeSizeBytes };
      const { status, ledgerKey } = await lake.convert(request);
      if (status === 'refused') {
        seen.refused++;
        expect(isFileCut, lake.notifications.join()).toBe(true);
        return;
      }
      const entry = await readJson(lake.ports.lake, ledgerKey, ledgerEntryShape);
      const rows = await lake.publishedRows('short', 'COLUMNS(*)::VARCHAR');
      expect(rows.length + entry.records!.rejected).toBe(entry.records!.read);
      let missing = 0;
      for (const row of rows) {
        const { values, damage, at } = records[Number(row.id)]!;
        let end = ID_BYTES;
        const kept = texts[Number(row.id)]!.length - 3;
        let isShort = false;
        for (const [index, { value, spelled }] of values.entries()) {
          const { kind, width } = all[index]!;
          const start = end;
          end += width;
          isShort ||= kept < end;
          const mayBeMissing = kind === 'text' || kind === 'number-that-may-be-absent';
          const held = kind === 'text' ? spelled.slice(0, Math.max(0, kept - start)).trimEnd() || null : null;
          const wanted = kept < (kind === 'text' ? end : start + 1) && mayBeMissing ? held : value;
          expect([form, row.id, damage, at, kind, row[`c${index}`]]).toEqual([
            form,
            row.id,
            damage,
            at,
            kind,
            wanted,
          ]);
        }
        if (isShort) missing++;
      }
      // Whoever reads the account knows how many rows lack something.
      expect(entry.records!.short ?? 0).toBe(missing);
      seen.loaded += rows.length;
      seen.rejected += entry.records!.rejected;
    }),
    { numRuns: samples(60) },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
});
