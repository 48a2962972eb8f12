import { entriesOf } from './entries.ts';
import { recordTrees } from './entry-tree.ts';
import { type SourceFormat, sourceLines } from './source-lines.ts';
import { type StoredRecord, storedRecords } from './storage.ts';
import { tokensOf } from './tokens.ts';

/**
 * Reads a copybook: lines → tokens → entries → records → positions. Fails with `LayoutInvalid` that names file,
 * line, column, the item and what was expected; what is not understood is never skipped. `file` is only for
 * messages; the format is detected if it is not given.
 */
export function readCopybook(text: string, file: string, format?: SourceFormat): StoredRecord[] {
  const tokens = tokensOf(sourceLines(text, file, format), file);
  return storedRecords(recordTrees(entriesOf(tokens, file), file), file);
}
