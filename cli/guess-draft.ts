import { LayoutInvalid } from '../shared/errors.ts';
import type { CodePage } from '../shared/layout/code-page.ts';
import { readLayout } from '../shared/layout/compile/read-layout.ts';
import { guessCodePage } from '../shared/layout/guess/guess-code-page.ts';
import { type DelimiterGuess, guessDelimiter } from '../shared/layout/guess/guess-delimiter.ts';
import { guessLayout, type LayoutGuess } from '../shared/layout/guess/guess-layout.ts';
import { inCharacters } from '../shared/layout/guess/guess-positions.ts';
import { guessRecords, type RecordGuess } from '../shared/layout/guess/guess-records.ts';
import { RecordSampler } from '../shared/layout/guess/record-sampler.ts';
import { layoutText } from '../shared/layout/layout-text.ts';
import type { OpenSource } from '../shared/pipeline/store/open-source.ts';
import type { ByteRange } from '../shared/ranges/byte-range.ts';
import { fileRecords } from './file-records.ts';
import { refuseKnownForms } from './known-forms.ts';

const MIB = 1024 * 1024;
/** Code page and form of the records show in the beginning. */
const HEAD_BYTES = MIB;
/** The most bytes of records that are examined together. */
const SAMPLE_BYTES = 32 * MIB;
/** A larger file is read in pieces from end to end, not whole. */
const WHOLE_FILE_BYTES = 1024 * MIB;
const PIECES = 256;

/** How much of a file is examined; a page in a browser reads less of it than a command. */
interface GuessLimits {
  sampleBytes: number;
  wholeFileBytes: number;
  /** Records that say their lengths are read to the last, whatever the file's size; else only the first `sampleBytes` of a larger file. */
  wholeChains: boolean;
}

/** A proposed layout, and the reasons for it. */
interface GuessedDraft {
  /** The content of the layout file. */
  draft: Omit<LayoutGuess, 'notes'> & {
    name: string;
    description: string;
    encoding: CodePage;
    positions?: 'characters';
    record: { format: string; length: number };
  };
  form: RecordGuess;
  /** Why the code page. */
  reason: string;
  /** Says how much of the file was read, as a clause. */
  read: string;
  notes: string[];
}

/** Proposes a layout for an unknown file. `file` is its name for people. Fails with `LayoutInvalid` if nothing explains it. */
export async function guessDraft(
  source: OpenSource,
  file: string,
  name: string,
  limits: GuessLimits = { sampleBytes: SAMPLE_BYTES, wholeFileBytes: WHOLE_FILE_BYTES, wholeChains: true },
): Promise<GuessedDraft> {
  const { head, form } = await guessForm(source, file);
  const { sampler, isWhole } = await sampleOf(source, form, limits);
  const seen = sampler.records(guessCodePage(head).codePage);
  const { codePage, reason } = guessCodePage(seen.bytes);
  const stored = sampler.records(codePage);
  const narrowed = codePage === 'utf-8' && form.format === 'lines' ? inCharacters(stored) : undefined;
  const records = narrowed ?? stored;
  const delimited = form.format === 'lines' && guessDelimiter(records);
  if (delimited) throw notPositional(file, delimited, records.count);
  const lengthBytes = form.format === 'fixed' || form.hasLongerOnes ? form.lengthBytes : records.longestBytes;
  const isShort = form.format === 'lines' && records.lengths.some((length) => length < lengthBytes);
  const record = { ...recordEntry(form, lengthBytes), ...(isShort && { short: 'pad' as const }) };
  const { notes, ...guess } = guessLayout(
    records,
    lengthBytes,
    codePage,
    isWhole ? sampler.recordCount : undefined,
  );
  const draft = {
    name,
    description: 'Guessed from the data: check every field',
    encoding: codePage,
    ...(narrowed && { positions: 'characters' as const }),
    record,
    ...guess,
  };
  return { draft, form, reason, read: readText(sampler, isWhole, records.count, form, limits), notes };
}

/** The beginning of the file and the form of its records. */
export async function guessForm(
  source: OpenSource,
  file: string,
): Promise<{ head: Uint8Array; form: RecordGuess }> {
  const { raw, info } = source;
  const range = { startByte: 0, endByte: Math.min(HEAD_BYTES, info.sizeBytes) };
  const head = await raw.readRange(info.key, range, { pin: info.pin });
  refuseKnownForms(head, file);
  const form = guessRecords(head, info.sizeBytes);
  if (!form) {
    throw new LayoutInvalid({
      what: 'no record length explains the file',
      where: file,
      why: `It has ${info.sizeBytes} bytes; the first ${head.length} were examined`,
      next: 'Ask the people who write the file for its copybook or positions table.',
    });
  }
  return { head, form };
}

function readText(
  { recordCount, every }: RecordSampler,
  isWhole: boolean,
  examined: number,
  form: RecordGuess,
  { wholeFileBytes }: GuessLimits,
): string {
  if (isWhole) {
    return `all ${recordCount} records were read${every > 1 ? `, and every ${every}th was examined` : ''}`;
  }
  if (form.format === 'rdw' || form.format === 'bdw') {
    return `the first ${examined} records were examined, since the file has more than ${wholeFileBytes / MIB} MiB`;
  }
  return `${examined} records of ${PIECES} pieces from the whole file were examined, since it has more than ${wholeFileBytes / MIB} MiB`;
}

function recordEntry({ format, byteOrder, lengthIncludesHeader }: RecordGuess, lengthBytes: number) {
  return {
    format,
    length: lengthBytes,
    ...(byteOrder === 'little' && { byteOrder }),
    ...(lengthIncludesHeader === false && { lengthIncludesHeader }),
  };
}

/** The records of the whole file, or of pieces from its beginning to its end. Records that say their lengths are read one after the other. */
async function sampleOf(
  source: OpenSource,
  form: RecordGuess,
  limits: GuessLimits,
): Promise<{ sampler: RecordSampler; isWhole: boolean }> {
  const { sizeBytes } = source.info;
  const draft = {
    name: 'guess',
    description: '',
    encoding: 'iso-8859-1',
    record: recordEntry(form, form.lengthBytes),
    fields: [{ name: 'whole', start: 1, end: 1, type: 'string' }],
  };
  const { record } = readLayout(layoutText(draft), 'guess');
  const sampler = new RecordSampler(limits.sampleBytes);
  const isChain = form.format === 'rdw' || form.format === 'bdw';
  const isWhole =
    (isChain && limits.wholeChains) || source.compression !== null || sizeBytes <= limits.wholeFileBytes;
  const ranges = isWhole
    ? [{ startByte: 0, endByte: sizeBytes }]
    : isChain
      ? [{ startByte: 0, endByte: limits.sampleBytes }]
      : piecesOf(sizeBytes, form, limits);
  for (const range of ranges) {
    const isInner = form.format === 'lines' && range.startByte > 0;
    let isFirst = true;
    for await (const bytes of fileRecords(source, record, form.terminatorBytes, range)) {
      // A piece begins within a line.
      const isCut = form.format === 'fixed' ? bytes.length < form.lengthBytes : isInner && isFirst;
      isFirst = false;
      if (!isCut && bytes.length > 0) sampler.add(bytes);
    }
  }
  return { sampler, isWhole };
}

/** Even pieces from the first byte to the last. Those of fixed records begin with one. */
function piecesOf(sizeBytes: number, form: RecordGuess, { sampleBytes }: GuessLimits): ByteRange[] {
  const stride = form.format === 'fixed' ? form.lengthBytes + form.terminatorBytes : 1;
  const pieceBytes = Math.ceil(sampleBytes / PIECES / stride) * stride;
  return Array.from({ length: PIECES }, (_, index) => {
    const at = Math.floor(((sizeBytes - pieceBytes) * index) / (PIECES - 1));
    const startByte = Math.ceil(at / stride) * stride;
    return { startByte, endByte: Math.min(startByte + pieceBytes, sizeBytes) };
  });
}

function notPositional(
  file: string,
  { delimiter, columnCount, share }: DelimiterGuess,
  count: number,
): LayoutInvalid {
  const shown = delimiter === 'tab' ? 'tabs' : `'${delimiter}'`;
  return new LayoutInvalid({
    what: `the values of each line are divided by ${shown}: they have no fixed positions, which a layout needs`,
    where: file,
    why: `${share === 1 ? 'All' : `${Math.floor(share * 100)} % of`} ${count} lines have ${columnCount} values so divided, at places that differ`,
    next: "Load it with a reader of delimited files, such as DuckDB's read_csv or a Glue table of OpenCSVSerde, or ask for the file with fixed positions.",
  });
}
