import { compileRange, type FieldContext } from './compile-field.ts';
import type { DeclaredRecord, LengthField } from './layout.ts';
import type { RecordEntry } from './layout-schema.ts';

/** Checks `record`: how the records of a file lie in it. */
export function compileRecord(entry: RecordEntry, context: FieldContext): DeclaredRecord {
  const { format } = entry;
  const described = format === 'rdw' || format === 'bdw';
  const only = (key: keyof RecordEntry, applies: boolean, what: string) => {
    if (entry[key] !== undefined && !applies) {
      context.problems.push(
        `'record' has '${key}', which is for format ${what} only, and format '${format}'`,
      );
    }
  };
  only('byteOrder', described, 'rdw and bdw');
  only('lengthIncludesHeader', described, 'rdw and bdw');
  only('lengthField', format === 'length-field', 'length-field');
  if (format === 'length-field' && !entry.lengthField) {
    context.problems.push(
      `'record' has format 'length-field' and no 'lengthField', such as { "start": 1, "end": 4 }`,
    );
  }
  return {
    format,
    lengthBytes: entry.length,
    short: entry.short ?? 'reject',
    fileHeaderBytes: entry.fileHeaderBytes ?? 0,
    fileTrailerBytes: entry.fileTrailerBytes ?? 0,
    descriptor: described
      ? {
          byteOrder: entry.byteOrder ?? 'big',
          // z/OS counts the four bytes of the descriptor itself.
          lengthIncludesHeader: entry.lengthIncludesHeader ?? true,
        }
      : undefined,
    lengthField: entry.lengthField && compileLengthField(entry.lengthField, context),
  };
}

function compileLengthField(
  entry: NonNullable<RecordEntry['lengthField']>,
  context: FieldContext,
): LengthField {
  const at = 'record.lengthField';
  const range = compileRange(entry, at, context);
  const usage = entry.usage ?? 'display';
  const lengthBytes = range.endByte - range.startByte;
  if (lengthBytes > (usage === 'binary' ? 4 : 10)) {
    context.problems.push(`'${at}' is ${lengthBytes} bytes, more than a length needs`);
  }
  if (entry.byteOrder !== undefined && usage !== 'binary') {
    context.problems.push(`'${at}' has 'byteOrder', which is for usage binary only`);
  }
  return { ...range, usage, byteOrder: entry.byteOrder ?? 'big', addBytes: entry.addBytes ?? 0 };
}
