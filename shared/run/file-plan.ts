import {
  byName,
  countsShape,
  either,
  flag,
  listOf,
  nullable,
  objectOf,
  oneOf,
  optional,
  type ShapesOfKeys,
  text,
  wholeNumber,
} from '../json-shape.ts';
import type { ByteRange } from '../ranges/byte-range.ts';
import type { ControlValue } from '../totals/control-value.ts';
import { controlValuesShape } from '../totals/control-value.ts';
import { type StatedFigures, statedFiguresKeys } from './stated-figures.ts';

/** The compressions that a source file may have. Codecs of Parquet pages are `PageCodec`. */
const FILE_COMPRESSIONS = ['gzip', 'zstd', 'bzip2', 'zip'] as const;
export type FileCompression = (typeof FILE_COMPRESSIONS)[number];

/** The splitter's findings and decisions about a file: `runs/<runId>/plan.json`. Every later step reads it. */
export interface FilePlan {
  runId: string;
  dataset: string;
  sourceKey: string;
  sourceId: string;
  version: string;
  /** Every read of the source carries it. */
  pin: string;
  /** Size of a compressed file as it is stored. */
  storedBytes?: number | undefined;
  /** For a compressed file, its size when decompressed; all offsets count decompressed bytes. */
  sizeBytes: number;
  compression: FileCompression | null;
  /** True of a compressed file whose frames can be read one by one. */
  isSeekable?: boolean | undefined;
  businessDate: string;
  ledgerKey: string;
  attempt: number;
  softwareVersion: string;
  /** The layout file as it was read, so that later changes to it do not reach this run. */
  layout: { file: string; text: string; fingerprint: string };
  /** The ids of the fields of each table, which footers carry. Plans of earlier versions have none. */
  fieldIds?: Record<string, Record<string, number>> | undefined;
  geometry: { terminatorBytes: number; strideBytes: number | null };
  /** Records of the file, if they had to be counted to cut it. The ranges then contain header and trailer too. */
  chain: { recordCount: number } | null;
  /** Bytes before the first record that belong to no record. */
  leadingBytes: number;
  header: ControlRecordFound | null;
  trailer: ControlRecordFound | null;
  /** The control file beside the data file, if the layout describes one. */
  controlFile: ControlFileFound | null;
  /** Bytes after the last record that belong to no record: blank lines, Ctrl-Z, what the layout leaves out. */
  remainder: ByteRange;
  rangeCount: number;
  /** Checksums of the bytes that belong to no range, CRC-64/NVME in base64: header, trailer, remainder. */
  outside?: OutsideBytes[] | undefined;
  /** The day manifest's statement about the file; null if no manifest has arrived. */
  dayManifest?: StatedInManifest | null | undefined;
  /** The terms of the day that it was planned under. A supplement has none, nor have plans of earlier versions. */
  terms?: PlannedTerms | undefined;
  /** Set for a file of corrected records of another. */
  supplementOf?: SupplementedRun | undefined;
  /** Convert the file even if the same bytes are loaded already. */
  forced?: boolean;
  /** Treatment of bytes that another file brought already. */
  duplicates?: 'refuse' | 'warn' | undefined;
  /** A part of at least this many bytes is not merged with others: it becomes a file as it is. */
  wholePartBytes: number;
  startedAt: string;
}

interface OutsideBytes extends ByteRange {
  checksum: string;
}

interface StatedInManifest {
  key: string;
  entry: StatedFigures;
  values: Record<string, ControlValue>;
}

/** What a plan keeps of `_terms/<number>.json`. */
interface PlannedTerms {
  number: number;
  /** From the command or the environment: a number of files, or their names. */
  expectedFiles?: number | string[];
  /** True if a day manifest has arrived or is awaited. */
  hasManifest?: boolean;
}

/** The file whose rejected records another file corrects, and the run that rejected them. */
export interface SupplementedRun {
  sourceKey: string;
  runId: string;
  /** What that run read, and how many records it rejected: a run that repeats it is corrected too. */
  content?: string;
  /** Which records it rejected (`RejectsDigest`). Entries of earlier versions do not say it. */
  rejects?: string;
}

/** A header or trailer with its decoded fields, by name. */
export interface ControlRecordFound {
  startByte: number;
  /** After its terminator. */
  endByte: number;
  values: Record<string, ControlValue>;
  /** The record without its terminator, in base64, if rows copy fields from it. */
  bytes?: string;
}

/** A control file with the decoded fields of its record about the data file. */
export interface ControlFileFound {
  key: string;
  version: string;
  values: Record<string, ControlValue>;
}

/** One item of `runs/<runId>/ranges.json`. */
export interface PlannedRange {
  rangeIndex: number;
  startByte: number;
  endByte: number;
  /** The records before it that its records may have as parents: in the file, since a record may be long. */
  parents?: ParentPlace[] | undefined;
}

/** A record that later ones have as their parent: its own bytes in the file, without descriptor and terminator. */
export interface ParentPlace extends ByteRange {
  recordType: string;
}

export const supplementedRunShape = objectOf<SupplementedRun>({
  sourceKey: text,
  runId: text,
  content: optional(text),
  rejects: optional(text),
});

/** A number of files, or their names. */
export const expectedFilesShape = either(wholeNumber, listOf(text), 'a whole number or a list of names');

const byteRangeKeys: ShapesOfKeys<ByteRange> = { startByte: wholeNumber, endByte: wholeNumber };

const controlRecordShape = objectOf<ControlRecordFound>({
  ...byteRangeKeys,
  values: controlValuesShape,
  bytes: optional(text),
});

export const filePlanShape = objectOf<FilePlan>(
  {
    runId: text,
    dataset: text,
    sourceKey: text,
    sourceId: text,
    version: text,
    pin: text,
    storedBytes: optional(wholeNumber),
    sizeBytes: wholeNumber,
    compression: nullable(oneOf(FILE_COMPRESSIONS)),
    isSeekable: optional(flag),
    businessDate: text,
    ledgerKey: text,
    attempt: wholeNumber,
    softwareVersion: text,
    layout: objectOf<FilePlan['layout']>({ file: text, text, fingerprint: text }),
    fieldIds: optional(byName(countsShape)),
    geometry: objectOf<FilePlan['geometry']>({
      terminatorBytes: wholeNumber,
      strideBytes: nullable(wholeNumber),
    }),
    chain: nullable(objectOf<NonNullable<FilePlan['chain']>>({ recordCount: wholeNumber })),
    leadingBytes: wholeNumber,
    header: nullable(controlRecordShape),
    trailer: nullable(controlRecordShape),
    controlFile: nullable(
      objectOf<ControlFileFound>({ key: text, version: text, values: controlValuesShape }),
    ),
    remainder: objectOf<ByteRange>(byteRangeKeys),
    rangeCount: wholeNumber,
    outside: optional(listOf(objectOf<OutsideBytes>({ ...byteRangeKeys, checksum: text }))),
    dayManifest: optional(
      nullable(
        objectOf<StatedInManifest>({
          key: text,
          entry: objectOf<StatedFigures>(statedFiguresKeys),
          values: controlValuesShape,
        }),
      ),
    ),
    terms: optional(
      objectOf<PlannedTerms>({
        number: wholeNumber,
        expectedFiles: optional(expectedFilesShape),
        hasManifest: optional(flag),
      }),
    ),
    supplementOf: optional(supplementedRunShape),
    forced: optional(flag),
    duplicates: optional(oneOf(['refuse', 'warn'])),
    wholePartBytes: wholeNumber,
    startedAt: text,
  },
  { dayControlFile: 'dayManifest' },
);

export const plannedRangesShape = listOf(
  objectOf<PlannedRange>({
    rangeIndex: wholeNumber,
    ...byteRangeKeys,
    parents: optional(listOf(objectOf<ParentPlace>({ recordType: text, ...byteRangeKeys }))),
  }),
);
