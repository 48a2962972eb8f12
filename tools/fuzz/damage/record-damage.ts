import type { Chances } from '../../chaos/fault-plan.ts';
import { controlBytes, detailBytes, framed, type SentRecord, type Sheet } from './sheet.ts';

/** A record with damage, as it lies in the file. */
interface DamagedRecord {
  kind: string;
  bytes: number[];
  /** The record as it may be read at most; undefined if it may only be rejected. */
  meant: SentRecord | undefined;
}

/** Damages one record in one way; undefined if the way that was drawn does not fit it. */
export function damagedRecord(sheet: Sheet, record: SentRecord, chances: Chances): DamagedRecord | undefined {
  const way = chances.below(10);
  if (way < 6) return misspelt(sheet, record, chances);
  const whole = detailBytes(sheet, record.cells);
  switch (way) {
    case 6:
      return cut(sheet, whole, chances);
    case 7:
      return broken(sheet, whole, chances);
    case 8:
      return shifted(sheet, whole, chances);
    default:
      return besideControlRecord(sheet, record, whole, chances);
  }
}

/** One value is written as the layout does not say. */
function misspelt(sheet: Sheet, record: SentRecord, chances: Chances): DamagedRecord | undefined {
  const index = 1 + chances.below(sheet.fields.length - 1);
  const field = sheet.fields[index];
  const cell = record.cells[index];
  const found = field && cell && field.misspell(chances, cell);
  if (!found || found.bytes.every((byte, at) => byte === cell.bytes[at])) return undefined;
  const written = { bytes: found.bytes, meant: found.meant === undefined ? cell.meant : found.meant };
  const cells = record.cells.with(index, written);
  return { kind: found.kind, bytes: framed(sheet, detailBytes(sheet, cells)), meant: { ...record, cells } };
}

/** Does the record end in a field that is not text? Then nothing of it may be missing. */
function endsInNumber({ fields }: Sheet): boolean {
  return fields.at(-1)?.isText === false;
}

/** The record ends too early: in a field that is not text, or before one. */
function cut(sheet: Sheet, whole: number[], chances: Chances): DamagedRecord | undefined {
  if (sheet.form === 'fixed') return undefined;
  let endOfLastNumber = 1;
  let at = 1;
  for (const { widthBytes, isText } of sheet.fields) {
    at += widthBytes;
    if (!isText) endOfLastNumber = at;
  }
  const limit = sheet.isPadded ? endOfLastNumber : whole.length;
  const least = 1 + (sheet.fields[0]?.widthBytes ?? 0);
  if (limit <= least) return undefined;
  const length = least + chances.below(limit - least);
  return { kind: 'record cut short', bytes: framed(sheet, whole.slice(0, length)), meant: undefined };
}

/** A line end in the middle of a record. */
function broken(sheet: Sheet, whole: number[], chances: Chances): DamagedRecord | undefined {
  if (sheet.form !== 'lines' || (sheet.isPadded && !endsInNumber(sheet))) return undefined;
  const at = 1 + chances.below(whole.length - 2);
  const bytes = [...whole.slice(0, at), ...sheet.terminator, ...whole.slice(at + 1)];
  return { kind: 'line end in a text', bytes: framed(sheet, bytes), meant: undefined };
}

/** A byte too few, or one too many, so that what follows is at another place. */
function shifted(sheet: Sheet, whole: number[], chances: Chances): DamagedRecord | undefined {
  const isShortAllowed = sheet.isPadded && !endsInNumber(sheet);
  if (sheet.form === 'fixed' || isShortAllowed) return undefined;
  const at = 1 + chances.below(whole.length - 1);
  const isLost = chances.happens(0.5);
  const bytes = isLost ? whole.toSpliced(at, 1) : whole.toSpliced(at, 0, sheet.page.space);
  return { kind: isLost ? 'byte lost' : 'byte too many', bytes: framed(sheet, bytes), meant: undefined };
}

/** A header or a trailer stands after the record, as when files are joined. */
function besideControlRecord(
  sheet: Sheet,
  record: SentRecord,
  whole: number[],
  chances: Chances,
): DamagedRecord | undefined {
  if (!sheet.hasControlRecords) return undefined;
  const kind = chances.of(['header', 'trailer'] as const);
  const control = framed(sheet, controlBytes(sheet, kind, chances.below(1_000)));
  return {
    kind: `${kind} in the middle`,
    bytes: [...framed(sheet, whole), ...control],
    meant: record,
  };
}
