import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { PipelineError } from '../../../shared/errors.ts';
import { readJson } from '../../../shared/pipeline/store/json-object.ts';
import { type LedgerEntry, ledgerEntryShape } from '../../../shared/run/ledger-entry.ts';
import { Chances } from '../../chaos/fault-plan.ts';
import { convertInMemory, memoryPorts } from '../memory/memory-lake.ts';
import { type DamagedFile, damagedFile, type SentFile } from './file-damage.ts';
import { isMeant, publishedRows } from './read-rows.ts';
import { damagedRecord } from './record-damage.ts';
import type { SenderPage } from './sender-page.ts';
import {
  controlBytes,
  detailBytes,
  drawRecord,
  drawSheet,
  framed,
  type SentRecord,
  type Sheet,
} from './sheet.ts';
import type { Cell } from './sheet-field.ts';

const SOURCE_KEY = 'damage_20250812.dat';
const MOST_RECORDS = 160;
const RANGE_SIZES = [300, 1_000, 100_000];

/** A file that was played: how it was damaged, and what became of it. */
interface DamageOutcome {
  /** Damaged records by kind of damage. */
  damaged: Map<string, number>;
  /** `loaded`, `loaded with rejects`, or the code of the refusal or error. */
  outcome: string;
}

/** A file, and what may be loaded of it. */
interface PlayedFile {
  bytes: Uint8Array;
  damaged: Map<string, number>;
  /** By identifier. */
  meant: Map<string, SentRecord>;
  /** Identifiers of records that must be loaded, if the file is. */
  whole: Set<string>;
}

/**
 * Plays input `index` of `seed`, always the same for the same numbers. A sender writes records of a random layout, some of them or the
 * whole file damaged; what the pipeline then loads without reject, warning or refusal must be what the sender meant. Throws if it is not.
 */
export async function damageInput(seed: number, index: number): Promise<DamageOutcome> {
  const chances = new Chances(seed, `damage ${index}`);
  const sheet = drawSheet(chances);
  const file = playedFile(sheet, chances);
  const raw = new MemoryObjectStore();
  const lake = new MemoryObjectStore();
  raw.replace(SOURCE_KEY, file.bytes);
  const ports = memoryPorts(raw, lake, sheet.layoutText, chances.of(RANGE_SIZES));
  const { damaged } = file;
  try {
    const { status, ledgerKey } = await convertInMemory(ports, SOURCE_KEY);
    const entry = await readJson(lake, ledgerKey, ledgerEntryShape);
    if (status === 'refused') {
      if (damaged.size === 0) throw new Error(`a good file is refused: ${entry.refusal?.message}`);
      return { damaged, outcome: `refused: ${entry.refusal?.code}` };
    }
    await judge(sheet, file, lake, entry);
    return { damaged, outcome: (entry.records?.rejected ?? 0) > 0 ? 'loaded with rejects' : 'loaded' };
  } catch (error) {
    if (error instanceof PipelineError && damaged.size > 0) return { damaged, outcome: error.name };
    const kinds = [...damaged.keys()].join(', ') || 'no damage';
    throw new Error(`${kinds}: ${(error as Error).message}\n${sheet.layoutText}`, { cause: error });
  }
}

function playedFile(sheet: Sheet, chances: Chances): PlayedFile {
  const count = 1 + chances.below(MOST_RECORDS);
  const records = Array.from({ length: count }, (_, index) => drawRecord(sheet, index, sheet.page, chances));
  const plan = chances.below(20);
  if (plan < 5) {
    const found = damagedFile(sheet, sentFile(sheet, records), chances);
    if (found) return ofDamagedFile(found, records);
  }
  return withDamagedRecords(sheet, records, plan === 19 ? 0 : 0.6, chances);
}

function ofDamagedFile({ kind, bytes }: DamagedFile, records: SentRecord[]): PlayedFile {
  return {
    bytes,
    damaged: new Map([[kind, records.length]]),
    meant: new Map(records.map((record) => [record.id, record])),
    whole: new Set(),
  };
}

function withDamagedRecords(
  sheet: Sheet,
  records: SentRecord[],
  share: number,
  chances: Chances,
): PlayedFile {
  const meant = new Map<string, SentRecord>();
  const whole = new Set<string>();
  const damaged = new Map<string, number>();
  const pieces: number[][] = [];
  let details = 0;
  for (const record of records) {
    const found = chances.happens(share) ? damagedRecord(sheet, record, chances) : undefined;
    if (found?.meant) meant.set(record.id, found.meant);
    if (!found) {
      meant.set(record.id, record);
      whole.add(record.id);
    } else damaged.set(found.kind, (damaged.get(found.kind) ?? 0) + 1);
    pieces.push(found?.bytes ?? framed(sheet, sentBytes(sheet, record.cells)));
    // The sender counts what stands in the file, so that the total does not refuse what the records alone must show.
    details += found === undefined ? 1 : linesIn(found.kind);
  }
  return { bytes: Uint8Array.from(enclosed(sheet, pieces, details).flat()), meant, whole, damaged };
}

/** Records that a damaged record is counted as. */
function linesIn(kind: string): number {
  return kind.endsWith('in the middle') || kind === 'line end in a text' ? 2 : 1;
}

/** A good record as it is sent: programs drop the blanks at the end of a line whose layout says that it may be short. */
function sentBytes(sheet: Sheet, cells: Cell[]): number[] {
  const bytes = detailBytes(sheet, cells);
  if (sheet.form !== 'lines' || !sheet.isPadded || sheet.fields.at(-1)?.isText !== true) return bytes;
  let end = bytes.length;
  const least = bytes.length - (cells.at(-1)?.bytes.length ?? 0);
  while (end > least && bytes[end - 1] === sheet.page.space) end--;
  return bytes.slice(0, end);
}

function enclosed(sheet: Sheet, pieces: number[][], details: number): number[][] {
  if (!sheet.hasControlRecords) return pieces;
  const control = (kind: 'header' | 'trailer') => framed(sheet, controlBytes(sheet, kind, details));
  return [control('header'), ...pieces, control('trailer')];
}

function sentFile(sheet: Sheet, records: SentRecord[]): SentFile {
  const written = (of: Sheet, cellsOf: (record: SentRecord) => Cell[]) =>
    enclosed(
      of,
      records.map((record) => framed(of, sentBytes(of, cellsOf(record)))),
      records.length,
    );
  const pieces = written(sheet, ({ cells }) => cells);
  const boundaries = new Set<number>();
  let at = 0;
  for (const piece of pieces) {
    at += piece.length;
    boundaries.add(at);
  }
  return {
    bytes: Uint8Array.from(pieces.flat()),
    boundaries,
    inPage: (page) => inPage(sheet, page, pieces),
  };
}

/** The same characters in another page, each line for itself. */
function inPage(sheet: Sheet, page: SenderPage, pieces: number[][]): Uint8Array | undefined {
  const characters = new Map(
    [...sheet.page.characters, ...' +-()[]{},:@'].flatMap((one) => bytePair(sheet.page, one)),
  );
  const terminator = page.isEbcdic ? [0x15] : [0x0a];
  const texts = pieces.map((piece) =>
    piece.slice(0, piece.length - sheet.terminator.length).map((byte) => characters.get(byte)),
  );
  try {
    const lines = texts.map((text) => {
      if (text.includes(undefined)) throw new Error('a byte that is no character here');
      return [...page.bytesOf(text.join('')), ...terminator];
    });
    return Uint8Array.from(lines.flat());
  } catch {
    return undefined;
  }
}

function bytePair(page: SenderPage, character: string): [number, string][] {
  try {
    const [byte, ...more] = page.bytesOf(character);
    return byte === undefined || more.length > 0 ? [] : [[byte, character]];
  } catch {
    return [];
  }
}

async function judge(
  sheet: Sheet,
  file: PlayedFile,
  lake: MemoryObjectStore,
  entry: LedgerEntry,
): Promise<void> {
  const seen = new Set<string>();
  const nulled = new Map(Object.entries(entry.nulled ?? {}));
  const isWarned = (entry.warnings ?? []).length > 0;
  const rows = await publishedRows(lake, 'damage');
  for (const row of rows) {
    const id = String(row.id);
    const record = file.meant.get(id);
    if (!record) throw new Error(`a row with id ${id} was loaded, which nobody meant`);
    if (seen.has(id)) throw new Error(`the record ${id} was loaded twice`);
    seen.add(id);
    for (const [index, { name }] of sheet.fields.entries()) {
      const cell = record.cells[index];
      const read = row[name];
      if (!cell || isMeant(read, cell.meant)) continue;
      const counted = read === null ? (nulled.get(name) ?? 0) : 0;
      if (counted > 0) nulled.set(name, counted - 1);
      else if (!isWarned) throw new Error(`${name} of record ${id} is ${read}, and ${cell.meant} is meant`);
    }
  }
  for (const id of file.whole) if (!seen.has(id)) throw new Error(`the good record ${id} was not loaded`);
  const { detail = 0, rejected = 0 } = entry.records ?? {};
  if (rows.length + rejected !== detail) {
    throw new Error(`${detail} details are ${rows.length} rows and ${rejected} rejects`);
  }
}
