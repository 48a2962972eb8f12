import { lengthIn } from '../../decode/characters.ts';
import { type ControlRecord, copiesHeader, type Layout, type RecordMatch } from '../../layout/layout.ts';
import type { ObjectInfo } from '../../ports/object-store.ts';
import type { ByteRange } from '../../ranges/byte-range.ts';
import { type Refusal, refuse } from '../../refusal.ts';
import type { ControlRecordFound } from '../../run/file-plan.ts';
import { matches, matchesControlRecord, readControlRecord } from '../../totals/control-record.ts';

/** Reads a record as header or trailer; undefined if it is not one. `bytes` has no terminator. */
export function takeControlRecord(
  layout: Layout,
  control: ControlRecord,
  bytes: Uint8Array,
  range: ByteRange,
): ControlRecordFound | undefined {
  const { lengthBytes, positions, spaceByte } = layout.record;
  const length = lengthIn(positions, bytes);
  if (length === undefined || length > lengthBytes || !matchesControlRecord(bytes, control)) return undefined;
  const values = readControlRecord(bytes, control, lengthBytes, spaceByte);
  const copied = control === layout.header && copiesHeader(layout);
  return { ...range, values, ...(copied && { bytes: Buffer.from(bytes).toString('base64') }) };
}

/** Refuses a file without the header or trailer that its layout describes. `found` is the record in its place, if there is one. */
export function controlRecordMissing(
  source: ObjectInfo,
  which: 'header' | 'trailer',
  { record }: Layout,
  { match }: ControlRecord,
  found: Uint8Array | undefined,
): Refusal {
  const place = `its ${which === 'header' ? 'first' : 'last'} record`;
  const { positions } = record;
  const length = found && lengthIn(positions, found);
  if (found && length === undefined) {
    return refuse(`${which}-missing`, {
      where: source.key,
      what: `${place} is not well-formed UTF-8, so that its characters cannot be counted`,
      next: "Check 'encoding' of the layout, or ask for the file to be sent again.",
    });
  }
  if (length !== undefined && length > record.lengthBytes) {
    return refuse(`${which}-missing`, {
      where: source.key,
      what: `${place} has ${length} ${positions}, and the layout says that no record has more than ${record.lengthBytes}`,
      next: 'Check record.length of the layout: it is the length of the longest record, header and trailer included.',
    });
  }
  return refuse(`${which}-missing`, {
    where: source.key,
    what: `${place} is not a ${which}: ${mismatchText(found, match)}`,
    next:
      which === 'trailer'
        ? 'The file was most likely cut off on its way: ask for it to be sent again.'
        : 'Check that the file belongs to this layout.',
  });
}

/** The first place that does not fit, or would not if there were a record. */
function mismatchText(found: Uint8Array | undefined, match: RecordMatch): string {
  const { positions, startByte, endByte, text } =
    match.find((place) => !found || !matches(found, [place])) ?? match[0];
  return `${positions} ${startByte + 1} to ${endByte} are not ${text}`;
}
