import { isEbcdic } from '../code-page.ts';
import { datasetsOf, type LengthField, type RecordLayout, type RecordType } from '../layout.ts';
import type { RecordEntry } from '../layout-schema.ts';
import { compileRange, type FieldContext } from './compile-field.ts';

const LF = 0x0a;
const SPACE = 0x20;
const EBCDIC_SPACE = 0x40;
/** New line and line feed, as programs on a mainframe write them. */
const LINE_ENDS = { nel: 0x15, lf: 0x25 };
/** The most bytes of a field that holds a record's length. */
const MOST_LENGTH_BYTES = { binary: 4, packed: 6, display: 10 };

/** Checks `record`: how the records of a file lie in it. */
export function compileRecord(entry: RecordEntry, context: FieldContext): Omit<RecordLayout, 'unsaidBefore'> {
  const { format } = entry;
  const described = format === 'rdw' || format === 'bdw';
  const only = (key: keyof RecordEntry, applies: boolean, what: string) => {
    if (entry[key] !== undefined && !applies) {
      context.problems.push(
        `'record' has '${key}', which is for format ${what} only, but its format is '${format}'`,
      );
    }
  };
  only('byteOrder', described, 'rdw and bdw');
  only('lengthHalf', described, 'rdw and bdw');
  only('lengthIncludesHeader', described, 'rdw and bdw');
  only('lengthField', format === 'length-field', 'length-field');
  if (format === 'length-field' && !entry.lengthField) {
    context.problems.push(
      `'record' has format 'length-field' and no 'lengthField', such as { "start": 1, "end": 4 }`,
    );
  }
  const ebcdic = isEbcdic(context.encoding);
  only('lineEnd', format === 'lines' && ebcdic, 'lines in EBCDIC');
  only('cutShort', format === 'lines', 'lines');
  only('terminator', format === 'fixed', 'fixed');
  const varies = described || format === 'length-field';
  return {
    format,
    positions: context.positions,
    lengthBytes: entry.length,
    // In a format with lengths, shorter records are normal.
    short: entry.short ?? context.defaults.short ?? (varies ? 'pad' : 'reject'),
    cutShort: entry.cutShort ?? 'refuse',
    lineEndByte: ebcdic && format === 'lines' ? LINE_ENDS[entry.lineEnd ?? 'nel'] : LF,
    terminator: entry.terminator,
    spaceByte: ebcdic ? EBCDIC_SPACE : SPACE,
    fileHeaderBytes: entry.fileHeaderBytes ?? 0,
    fileTrailerBytes: entry.fileTrailerBytes ?? 0,
    descriptor: described
      ? {
          byteOrder: entry.byteOrder ?? 'big',
          lengthHalf: entry.lengthHalf ?? 'first',
          // z/OS counts the four bytes of the descriptor itself.
          lengthIncludesHeader: entry.lengthIncludesHeader ?? true,
        }
      : undefined,
    lengthField: entry.lengthField && compileLengthField(entry.lengthField, context),
  };
}

/**
 * A byte of a number that is not text may look like the end of a line. If lines must be whole, both pieces are rejected; if short
 * ones are filled up, they would be read as two records that nobody wrote.
 */
export function checkPaddedLines(
  { format, short }: Pick<RecordLayout, 'format' | 'short'>,
  recordTypes: RecordType[],
  problems: string[],
): void {
  if (format !== 'lines' || short !== 'pad') return;
  const field = datasetsOf({ recordTypes })
    .flatMap(({ fields }) => fields)
    .find(
      ({ usage, type, encoding }) => usage !== 'display' || type.kind === 'binary' || encoding === 'utf-16be',
    );
  if (!field) return;
  problems.push(
    `'record.short' is 'pad' of lines, and '${field.name}' is not text: a byte of it that looks like the end of a line would make two short records out of one. Use "reject", or a record.format that does not look for line ends`,
  );
}

function compileLengthField(
  entry: NonNullable<RecordEntry['lengthField']>,
  context: FieldContext,
): LengthField {
  const at = 'record.lengthField';
  const range = compileRange(entry, at, context);
  const usage = entry.usage ?? 'display';
  const lengthBytes = range.endByte - range.startByte;
  if (lengthBytes > MOST_LENGTH_BYTES[usage]) {
    context.problems.push(`'${at}' is ${lengthBytes} bytes, more than a length needs`);
  }
  if (entry.byteOrder !== undefined && usage !== 'binary') {
    context.problems.push(`'${at}' has 'byteOrder', which is for usage binary only`);
  }
  return { ...range, usage, byteOrder: entry.byteOrder ?? 'big', addBytes: entry.addBytes ?? 0 };
}
