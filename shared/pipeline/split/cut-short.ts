import { lengthIn } from '../../decode/characters.ts';
import type { ControlRecord, Layout } from '../../layout/layout.ts';
import type { ObjectInfo } from '../../ports/object-store.ts';
import { type Refusal, refuse } from '../../refusal.ts';
import { matchesControlRecord } from '../../totals/control-record.ts';

/**
 * Refuses a file whose last line has no line end and fewer bytes than a record: a transfer that broke off leaves such a line, and what is
 * missing of it, or after it, nobody knows. A header or trailer is whole if it holds all its fields. `line` has no terminator.
 */
export function cutShortRefusal(
  source: ObjectInfo,
  { record, header, trailer }: Pick<Layout, 'record' | 'header' | 'trailer'>,
  line: Uint8Array,
  startByte: number,
): Refusal | undefined {
  const { positions, lengthBytes } = record;
  // A character that is cut makes it shorter too.
  const length = lengthIn(positions, line) ?? 0;
  if (record.cutShort === 'accept' || length >= lengthBytes) return undefined;
  const isWhole = (control: ControlRecord | undefined) =>
    control !== undefined &&
    matchesControlRecord(line, control) &&
    control.fields.every(({ endByte }) => endByte <= length);
  if (isWhole(trailer) || isWhole(header)) return undefined;
  return refuse('file-cut-short', {
    where: source.key,
    what: `its last line, at byte ${startByte}, has ${line.length} bytes and no line end, and the layout says ${lengthBytes} ${positions} per record`,
    why: 'The file was most likely cut off on its way.',
    next: 'Ask for it to be sent again. If the last line of each file is like that, say "cutShort": "accept" in "record" of the layout.',
  });
}
