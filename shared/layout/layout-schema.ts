import * as z from 'zod';
import { COMPRESSIONS } from './layout.ts';
import { OVERPUNCHES } from './number-notation.ts';

/**
 * The shape of a layout file (`layouts/<name>.json`). Positions are 1-based and inclusive here, as layout documents print them. What no
 * key can say alone (positions within the record, partition columns that exist) is checked in compile/.
 */
const snakeCase = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,127}$/, 'must be lower snake case: a-z, 0-9 and _, starting with a letter');
const position = z.int().min(1);
const byteOrder = z.enum(['big', 'little']);
const MAX_RECORD_BYTES = 1_048_576;
/** The most occurrences of a table; more belong in a file of their own. */
const MAX_OCCURRENCES = 10_000;
const MAX_RECORD_TYPES = 200;

const oneOrMore = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);
/** The bytes must be one of these texts, or one of these in hexadecimal. */
const literal = { equals: oneOrMore.optional(), hex: oneOrMore.optional() };
const matchPlace = z.strictObject({ start: position, end: position, ...literal });
/** One place of a record, or several that must all fit. */
const match = z.union([matchPlace, z.array(matchPlace).min(1)]);
/** A rule on bytes, or on a field by its name. */
export const selectionSchema = z.strictObject({
  field: z.string().optional(),
  start: position.optional(),
  end: position.optional(),
  ...literal,
});

const marks = z.array(z.string().min(1)).min(1);
/** How a number is written in text (number-notation.ts). */
const numberNotation = {
  decimalPoint: z.enum(['.', ',']).optional(),
  thousands: z.enum(['.', ',', ' ', "'"]).optional(),
  justify: z.enum(['right', 'left']).optional(),
  blankSign: z.enum(['reject', 'positive']).optional(),
  overpunch: z.enum(OVERPUNCHES).optional(),
  negative: marks.optional(),
  positive: marks.optional(),
  signFrom: z
    .strictObject({ start: position, end: position, negative: marks, positive: marks.optional() })
    .optional(),
  scaleFrom: z.strictObject({ start: position, end: position }).optional(),
  nul: z.enum(['reject', 'blank', 'zero']).optional(),
};
/** Counts and sums only the records whose field has one of these texts; an empty text stands for a blank field. */
const where = z.strictObject({
  field: z.string(),
  equals: z.union([z.string(), z.array(z.string()).min(1)]),
});

/** A field at a place in the record. */
const placedField = {
  name: snakeCase,
  start: position.optional(),
  end: position.optional(),
  type: z.string().optional(),
  when: selectionSchema.optional(),
  encoding: z.string().optional(),
  usage: z.enum(['display', 'packed', 'binary', 'float']).optional(),
  digits: z.int().min(1).max(38).optional(),
  signed: z.boolean().optional(),
  signNibble: z.boolean().optional(),
  byteOrder: byteOrder.optional(),
  floatFormat: z.enum(['ibm', 'ieee']).optional(),
  blank: z.enum(['null', 'zero', 'reject']).optional(),
  nullWhen: z.array(z.string().min(1)).max(20).optional(),
  trailingZeros: z.int().min(1).max(37).optional(),
  sign: z.enum(['none', 'leading', 'trailing', 'leading-separate', 'trailing-separate', 'marks']).optional(),
  point: z.enum(['implied', 'explicit', 'optional']).optional(),
  ...numberNotation,
  trim: z.enum(['trailing', 'both', 'none']).optional(),
  keep: z.enum(['all', 'alphanumeric', 'digits']).optional(),
  lookup: z.boolean().optional(),
  required: z.boolean().optional(),
  personal: z.union([z.boolean(), z.literal('last-two')]).optional(),
  mayBeAbsent: z.boolean().optional(),
  onInvalid: z.enum(['null', 'reject']).optional(),
  format: z.string().optional(),
  pivotYear: z.int().min(1).max(9900).optional(),
  trueValues: z.array(z.string().min(1)).min(1).optional(),
  falseValues: z.array(z.string().min(1)).min(1).optional(),
};

/** Keys of fields that `defaults` may give for the whole layout. One more is a row here. */
const DEFAULTED = {
  onInvalid: true,
  trim: true,
  blank: true,
  nullWhen: true,
  decimalPoint: true,
  thousands: true,
  blankSign: true,
  nul: true,
  overpunch: true,
} as const;
const fieldDefaults = z.strictObject(placedField).pick(DEFAULTED);
export const DEFAULT_KEYS = fieldDefaults.keyof().options;
const short = z.enum(['pad', 'reject']).optional();

const occurs = z.strictObject({
  count: z.int().min(1).max(MAX_OCCURRENCES),
  least: z.int().min(0).optional(),
  dependingOn: z.string().optional(),
  ifLengthDiffers: z.enum(['reject', 'accept']).optional(),
  stride: position.optional(),
  as: z.enum(['list', 'columns', 'rows']).optional(),
  dataset: snakeCase.optional(),
  keys: z.array(z.string()).min(1).optional(),
  partitionBy: z.array(z.string()).optional(),
});

const elementField = z.strictObject(placedField);
const field = z.strictObject({
  ...placedField,
  fromHeader: z.string().optional(),
  fromParent: z.string().optional(),
  formerly: z.array(snakeCase).min(1).optional(),
  occurs: occurs.optional(),
  fields: z.array(elementField).min(1).optional(),
});

const controlRecord = z.strictObject({
  match,
  fields: z.array(elementField).optional(),
  copybook: z.unknown().optional(),
});
const recordType = z.strictObject({
  name: snakeCase,
  description: z.string().optional(),
  match: match.optional(),
  discard: z.boolean().optional(),
  parent: z.string().optional(),
  fields: z.array(field).min(1).optional(),
  copybook: z.unknown().optional(),
  partitionBy: z.array(z.string()).optional(),
});
const lengthField = z.strictObject({
  start: position,
  end: position,
  usage: z.enum(['display', 'binary', 'packed']).optional(),
  byteOrder: byteOrder.optional(),
  addBytes: z.int().min(-MAX_RECORD_BYTES).max(MAX_RECORD_BYTES).optional(),
});

const nameBesideData = z
  .string()
  .regex(/^[^/*?]+$/, 'must be the name of one file in the folder of the data, without * and ?');

/** When a business date is complete. Nothing here changes rows. */
const day = z.strictObject({
  expectedFiles: z.union([z.int().min(1), z.array(z.string().min(1)).min(1)]).optional(),
  manifest: nameBesideData.optional(),
  /** The earlier name of `manifest`. */
  controlFile: nameBesideData.optional(),
  maxChangePercent: z.number().min(0).optional(),
  duplicates: z.enum(['refuse', 'warn']).optional(),
});

const positions = z.enum(['bytes', 'characters']).optional();

const controlFile = z.strictObject({
  name: z.string().min(1),
  format: z.enum(['lines', 'fixed']).optional(),
  positions,
  length: z.int().min(1).max(MAX_RECORD_BYTES),
  encoding: z.string().optional(),
  match: match.optional(),
  fields: z.array(elementField).min(1),
  whenMissing: z.enum(['refuse', 'wait']).optional(),
});

/** Lots of a file: each begins with a record of one type and ends with one of another, which state totals of the lot. */
const groups = z.strictObject({
  header: z.string(),
  trailer: z.string(),
  totals: z
    .array(
      z.strictObject({
        header: z.string().optional(),
        trailer: z.string().optional(),
        equals: z.string(),
        where: where.optional(),
      }),
    )
    .optional(),
});

export const layoutSchema = z.strictObject({
  /** For editors. */
  $schema: z.string().optional(),
  name: snakeCase,
  description: z.string().optional(),
  encoding: z.string(),
  positions,
  record: z.strictObject({
    format: z.enum(['lines', 'fixed', 'rdw', 'bdw', 'length-field']),
    length: z.int().min(1).max(MAX_RECORD_BYTES),
    short,
    cutShort: z.enum(['refuse', 'accept']).optional(),
    fileHeaderBytes: z.int().min(0).max(MAX_RECORD_BYTES).optional(),
    fileTrailerBytes: z.int().min(0).max(MAX_RECORD_BYTES).optional(),
    lineEnd: z.enum(['nel', 'lf']).optional(),
    terminator: z.enum(['none', 'lf', 'crlf']).optional(),
    byteOrder: byteOrder.optional(),
    lengthHalf: z.enum(['first', 'second']).optional(),
    lengthIncludesHeader: z.boolean().optional(),
    lengthField: lengthField.optional(),
  }),
  defaults: fieldDefaults.extend({ short }).optional(),
  files: z.array(z.string().min(1)).optional(),
  partitionBy: z.array(z.string()).optional(),
  maxPartitions: z.int().min(1).max(10_000).optional(),
  fields: z.array(field).min(1).optional(),
  // Replaced by fields before a layout is read (expand-copybook.ts). It is here so that the message about a misspelt key names it.
  copybook: z.unknown().optional(),
  detail: z.strictObject({ match }).optional(),
  recordTypes: z.array(recordType).min(1).max(MAX_RECORD_TYPES).optional(),
  header: controlRecord.optional(),
  trailer: controlRecord.optional(),
  /** The file has neither: they only say which records are no details. */
  onlyDetails: z.boolean().optional(),
  controlFile: controlFile.optional(),
  controlTotals: z
    .array(
      z.strictObject({
        header: z.string().optional(),
        trailer: z.string().optional(),
        controlFile: z.string().optional(),
        dayManifest: z.string().optional(),
        /** The earlier name of `dayManifest`. */
        dayControlFile: z.string().optional(),
        equals: z.string(),
        where: where.optional(),
      }),
    )
    .optional(),
  groups: groups.optional(),
  businessDate: z
    .strictObject({
      header: z.string().optional(),
      onMismatch: z.enum(['warn', 'refuse']).optional(),
      /** A date further from today is a warning. */
      mostDaysAgo: z.number().int().min(0).optional(),
      mostDaysAhead: z.number().int().min(0).optional(),
    })
    .optional(),
  compression: z.enum(COMPRESSIONS).optional(),
  parquet: z
    .strictObject({ pages: z.enum(['v1', 'v2']).optional(), delta: z.boolean().optional() })
    .optional(),
  rejects: z
    .strictObject({
      maxPercent: z.number().min(0).max(100).optional(),
      maxInvalidPercent: z.number().min(0).max(100).optional(),
    })
    .optional(),
  day: day.optional(),
});

export type LayoutFile = z.infer<typeof layoutSchema>;
/** An entry of `fields`: a field at a place, a copy of another record's field, or a table. */
export type FieldItem = z.infer<typeof field>;
export type ElementItem = z.infer<typeof elementField>;
/** An entry that is a field at a place. */
export type FieldEntry = ElementItem & { start: number; end: number; type: string };
export type DefaultsEntry = NonNullable<LayoutFile['defaults']>;
export type RecordTypeEntry = z.infer<typeof recordType>;
export type OccursEntry = z.infer<typeof occurs>;
export type SelectionEntry = z.infer<typeof selectionSchema>;
export type RecordEntry = LayoutFile['record'];
export type ControlFileEntry = z.infer<typeof controlFile>;
export type WhereEntry = z.infer<typeof where>;
export type GroupsEntry = z.infer<typeof groups>;
export type MatchEntry = z.infer<typeof match>;
export type MatchPlaceEntry = z.infer<typeof matchPlace>;
