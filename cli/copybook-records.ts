import { LayoutInvalid, UsageError } from '../shared/errors.ts';
import { chooseRecord } from '../shared/layout/copybook/choose-record.ts';
import { readCopybook } from '../shared/layout/copybook/read-copybook.ts';
import type { SourceFormat } from '../shared/layout/copybook/source-lines.ts';
import type { StoredRecord } from '../shared/layout/copybook/storage.ts';

/** True for a layout, whole or broken: it begins with a brace, a bracket or a comment, which a copybook cannot. */
export function isLayoutText(text: string): boolean {
  return /^\uFEFF?\s*(?:[{[]|\/[/*])/.test(text);
}

/** All records of a copybook, or the one that is named. */
export function copybookRecords(
  text: string,
  file: string,
  options: { format?: string | undefined; record?: string | undefined },
): StoredRecord[] {
  if (isLayoutText(text)) {
    throw new LayoutInvalid({
      what: 'this is a layout, or JSON, and no copybook',
      where: file,
      next: '"npx positional-lake layout lint" checks layouts, and "npx positional-lake layout describe" shows them.',
    });
  }
  const records = readCopybook(text, file, sourceFormat(options.format));
  return options.record === undefined ? records : [chooseRecord(records, options.record, file)];
}

function sourceFormat(text: string | undefined): SourceFormat | undefined {
  if (text === undefined || text === 'fixed' || text === 'free') return text;
  throw new UsageError({ what: `--format '${text}' is neither fixed nor free` });
}
