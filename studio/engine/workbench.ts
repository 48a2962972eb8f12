import { guessDraft, guessForm } from '../../cli/guess-draft.ts';
import { copybookDraft, positionsDraft } from '../../cli/import-draft.ts';
import { type PreviewForm, previewForm } from '../../cli/preview-form.ts';
import { unicodeOf } from '../../shared/decode/code-pages.ts';
import { LayoutInvalid, UsageError } from '../../shared/errors.ts';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { type CodePage, isByteTablePage } from '../../shared/layout/code-page.ts';
import { guessCodePage } from '../../shared/layout/guess/guess-code-page.ts';
import type { Layout } from '../../shared/layout/layout.ts';
import { datasetName, layoutText } from '../../shared/layout/layout-text.ts';
import type { ByteRange } from '../../shared/ranges/byte-range.ts';
import { findLastLineEnd } from '../../shared/ranges/terminators.ts';
import { type ByteReader, sourceOf } from './byte-reader.ts';
import { checkLayoutText, type LayoutProblem } from './check-layout-text.ts';
import { StatisticsOfSample, type TypeStatistics } from './column-statistics.ts';
import { withKeptBlocks } from './kept-blocks.ts';
import { type KernelVerdict, kernelVerdict } from './kernel-verdict.ts';
import {
  type FileForm,
  firstPlace,
  placeAt,
  placeBefore,
  placeOfRecord,
  type RecordPlace,
} from './record-places.ts';
import { type RecordWindow, recordWindow, type ShownRecord } from './record-window.ts';

const MIB = 1024 * 1024;
/** A page reads less of a file than a command would. */
const GUESS_LIMITS = { sampleBytes: 8 * MIB, wholeFileBytes: 64 * MIB, wholeChains: false };
/** Far more than what fills a file up. */
const TAIL_BYTES = 64 * 1024;
/** Width of a row of bytes of which no record length is known. */
const UNKNOWN_BYTES = 80;
const SAMPLE_PLACES = 40;
const RECORDS_A_PLACE = 100;

/** What a layout text became, for the open file. */
export interface LaidOut {
  problems: LayoutProblem[];
  expanded: string | undefined;
  /** What `convert` would say of the file's form. */
  notes: string[];
  /** Undefined if there are problems, or no file. */
  form:
    | { startByte: number; endByte: number; terminatorBytes: number; recordCount: number | null }
    | undefined;
  /** Character by byte; null for code pages of several bytes a character, which are shown as Latin-1. */
  characters: number[] | null;
}

export interface Proposal {
  text: string;
  /** Parts of the layout that can be taken one by one. */
  draft: Record<string, unknown>;
  reasons: string[];
}

export interface Sampled {
  recordCount: number;
  placeCount: number;
  types: TypeStatistics[];
  lengths: { length: number; count: number }[];
  verdict: KernelVerdict | undefined;
}

/** The first place to show: the start, a byte, a record (from 0) or the end. */
export type Wanted =
  | { kind: 'first' }
  | { kind: 'byte'; byte: number }
  | { kind: 'record'; index: number }
  | { kind: 'last'; count: number };

/** An open file and its layout. Runs in a worker of the page; everything that decodes is what the commands run. */
export class Workbench {
  private readonly kernel = new Kernel();
  private reader: ByteReader | undefined;
  private layout: Layout | undefined;
  private form: FileForm | undefined;
  /** Counts layouts: an answer for an older one is thrown away. */
  private generation = 0;

  open(reader: ByteReader): void {
    this.reader = withKeptBlocks(reader);
    this.layout = undefined;
    this.form = undefined;
  }

  /** A layout for a file about which nothing is known but its form: one field for the whole record. */
  async firstLayout(): Promise<Proposal & { problem: string | undefined }> {
    const reader = this.opened();
    try {
      const { head, form } = await guessForm(sourceOf(reader), reader.name);
      const { codePage, reason } = guessCodePage(head);
      const { format, lengthBytes, byteOrder, lengthIncludesHeader } = form;
      const record = {
        format,
        length: lengthBytes,
        ...(format !== 'fixed' && { short: 'pad' as const }),
        ...(byteOrder === 'little' && { byteOrder }),
        ...(lengthIncludesHeader === false && { lengthIncludesHeader }),
      };
      const reasons = [`record: ${form.reason}`, `code page: ${codePage}: ${reason}`];
      return { ...firstDraft(reader.name, codePage, record), reasons, problem: undefined };
    } catch (error) {
      if (!(error instanceof LayoutInvalid) || reader.sizeBytes === 0) throw error;
      // Bytes can be looked at all the same.
      const record = {
        format: 'fixed',
        length: Math.min(UNKNOWN_BYTES, reader.sizeBytes),
        terminator: 'none',
      };
      return { ...firstDraft(reader.name, 'iso-8859-1', record), reasons: [], problem: error.message };
    }
  }

  /** Takes a text of the editor. While it has problems, records are shown by the last one that had none. */
  async setLayout(text: string, copybooks: Record<string, string>): Promise<LaidOut> {
    const generation = ++this.generation;
    const { layout, expanded, problems } = checkLayoutText(
      text,
      'layout',
      new Map(Object.entries(copybooks)),
    );
    const { reader } = this;
    if (!layout || !reader) return { problems, expanded, notes: [], form: undefined, characters: null };
    const found = await previewForm(layout, sourceOf(reader));
    const span = await spanOfRecords(reader, layout, found.span);
    if (generation === this.generation) {
      this.layout = layout;
      this.form = { record: layout.record, span, terminatorBytes: found.terminatorBytes };
    }
    return {
      problems,
      expanded,
      notes: found.notes,
      form: shownForm(layout, { ...found, span }),
      characters: charactersOf(layout),
    };
  }

  async records(from: Wanted | { kind: 'place'; place: RecordPlace }, count: number): Promise<RecordWindow> {
    const { reader, layout, form } = this.laidOut();
    const place = from.kind === 'place' ? from.place : await this.placeOf(from);
    return recordWindow(reader, layout, form, this.kernel, place, count);
  }

  /** Up to `count` records before a place, the last of them just before it. */
  async recordsBefore(place: RecordPlace, count: number): Promise<RecordWindow> {
    const { reader, layout, form } = this.laidOut();
    if (isSamePlace(place, firstPlace(form))) return { records: [], next: place, brokenAt: undefined };
    const start = await placeBefore(reader, form, place, count);
    const window = await recordWindow(reader, layout, form, this.kernel, start, count * 4 + 200);
    const end = window.records.findIndex((record) => isSamePlace(record.place, place));
    const records =
      end < 0
        ? window.records.filter((record) => isBefore(record.place, place))
        : window.records.slice(0, end);
    return { records, next: place, brokenAt: undefined };
  }

  /** Statistics over records of places from the beginning to the end of the file. */
  async sample(): Promise<Sampled> {
    const { reader, layout, form } = this.laidOut();
    const { startByte, endByte } = form.span;
    const seen = new StatisticsOfSample();
    const places = new Set<number>();
    const details: ShownRecord[] = [];
    for (let index = 0; index < SAMPLE_PLACES; index++) {
      const byte = startByte + Math.floor(((endByte - startByte) * index) / SAMPLE_PLACES);
      const place = index === 0 ? firstPlace(form) : await placeAt(reader, form, byte);
      const key = place.linkByte;
      if ([...places].some((known) => key <= known)) continue;
      const { records } = await recordWindow(reader, layout, form, this.kernel, place, RECORDS_A_PLACE);
      for (const record of records) {
        if (record.byteOffset <= Math.max(-1, ...places)) continue;
        seen.add(record);
        if (record.kind !== 'header' && record.kind !== 'trailer') details.push(record);
      }
      places.add(records.at(-1)?.byteOffset ?? key);
    }
    const lengths = [...seen.lengths]
      .sort((a, b) => b[1] - a[1])
      .map(([length, count]) => ({ length, count }));
    const verdict = kernelVerdict(layout, details);
    return { recordCount: seen.recordCount, placeCount: places.size, types: seen.byType(), lengths, verdict };
  }

  async guess(): Promise<Proposal> {
    const reader = this.opened();
    const { draft, form, reason, read, notes } = await guessDraft(
      sourceOf(reader),
      reader.name,
      datasetName(reader.name),
      GUESS_LIMITS,
    );
    const reasons = [
      `record: ${form.reason}`,
      `code page: ${draft.encoding}: ${reason}`,
      `read: ${read}`,
      ...notes,
    ];
    return { text: layoutText(draft), draft: { ...draft }, reasons };
  }

  /** A layout from a copybook, or from positions in CSV or SAS. */
  importSource(
    kind: 'copybook' | 'positions',
    text: string,
    file: string,
    encoding?: string,
  ): { text: string; notes: string[] } {
    return kind === 'copybook'
      ? copybookDraft(text, file, { encoding })
      : positionsDraft(text, file, { encoding });
  }

  private async placeOf(wanted: Wanted): Promise<RecordPlace> {
    const { reader, form } = this.laidOut();
    if (wanted.kind === 'first') return firstPlace(form);
    if (wanted.kind === 'byte') return placeAt(reader, form, wanted.byte);
    if (wanted.kind === 'last') {
      const end: RecordPlace = { linkByte: form.span.endByte, skippedRecords: 0, recordIndex: null };
      const count = form.record.format === 'lines' ? wanted.count + 1 : wanted.count;
      const last = await placeAt(reader, form, form.span.endByte - 1);
      return form.record.format === 'fixed'
        ? placeBefore(reader, form, last, wanted.count - 1)
        : placeBefore(reader, form, end, count);
    }
    const place = placeOfRecord(form, wanted.index);
    if (place) return place;
    throw new UsageError({
      what: `record ${wanted.index + 1} cannot be found by its number`,
      why: 'Records of this form have different lengths, so only reading all before it would tell',
      next: 'Give a byte instead.',
    });
  }

  private opened(): ByteReader {
    if (this.reader) return this.reader;
    throw new UsageError({ what: 'no file is open', next: 'Open one.' });
  }

  private laidOut(): { reader: ByteReader; layout: Layout; form: FileForm } {
    const { reader, layout, form } = this;
    if (reader && layout && form) return { reader, layout, form };
    throw new LayoutInvalid({ what: 'there is no layout without problems yet', next: 'Correct it.' });
  }
}

function firstDraft(file: string, encoding: CodePage, record: { format: string; length: number }) {
  const draft = {
    name: datasetName(file),
    description: 'One field a record: split it, or take the guess',
    encoding,
    record,
    fields: [{ name: 'record', start: 1, end: record.length, type: 'string', trim: 'trailing' }],
  };
  return { text: layoutText(draft), draft };
}

/** Line ends and Ctrl-Z after the last line are no records. */
async function spanOfRecords(reader: ByteReader, { record }: Layout, span: ByteRange): Promise<ByteRange> {
  if (record.format !== 'lines') return span;
  const startByte = Math.max(span.startByte, span.endByte - TAIL_BYTES);
  const tail = await reader.read({ startByte, endByte: span.endByte });
  const end = findLastLineEnd(tail, record.lineEndByte);
  return end === undefined ? span : { startByte: span.startByte, endByte: startByte + end };
}

function shownForm({ record }: Layout, { span, terminatorBytes }: PreviewForm): LaidOut['form'] {
  const stride = record.lengthBytes + terminatorBytes;
  const recordCount = record.format === 'fixed' ? Math.ceil((span.endByte - span.startByte) / stride) : null;
  return { ...span, terminatorBytes, recordCount };
}

function charactersOf({ encoding }: Layout): number[] | null {
  return isByteTablePage(encoding) ? [...unicodeOf(encoding)] : null;
}

function isSamePlace(a: RecordPlace, b: RecordPlace): boolean {
  return a.linkByte === b.linkByte && a.skippedRecords === b.skippedRecords;
}

function isBefore(a: RecordPlace, b: RecordPlace): boolean {
  return a.linkByte < b.linkByte || (a.linkByte === b.linkByte && a.skippedRecords < b.skippedRecords);
}
