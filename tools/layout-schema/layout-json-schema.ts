import * as z from 'zod';
import { layoutSchema } from '../../shared/layout/layout-schema.ts';

/** What is made of a JSON Schema here: its objects, lists and choices. */
interface Schema {
  description?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  pattern?: string;
  [key: string]: unknown;
}

/** Objects whose fields are explained once, as those of `fields`. */
const LIKE_FIELDS = /^(?:(?:recordTypes|header|trailer|controlFile|fields)\.)?fields\.|^defaults\./;

/**
 * The JSON Schema of a layout file, made from the validator, for editors: shapes, choices and limits are those of the validator, texts those of
 * the documentation. What only the validator knows (positions within the record, fields that exist) `layout lint` says.
 */
export function layoutJsonSchema(texts: ReadonlyMap<string, string>): Schema {
  const schema = z.toJSONSchema(layoutSchema, { target: 'draft-7', io: 'input' }) as Schema;
  describe(schema, '', texts);
  return {
    $schema: schema.$schema,
    title: 'Layout of positional files',
    description: 'What a record looks like. Positions are 1-based and inclusive.',
    ...schema,
  };
}

/** The paths of all keys of the schema that have no text. */
export function unexplainedKeys(schema: Schema, path = ''): string[] {
  return parts(schema).flatMap((part) =>
    Object.entries(part.properties ?? {}).flatMap(([key, inner]) => {
      const at = path === '' ? key : `${path}.${key}`;
      return [...(inner.description ? [] : [at]), ...unexplainedKeys(inner, at)];
    }),
  );
}

function describe(schema: Schema, path: string, texts: ReadonlyMap<string, string>): void {
  for (const part of parts(schema)) {
    for (const [key, inner] of Object.entries(part.properties ?? {})) {
      const at = path === '' ? key : `${path}.${key}`;
      const text = textOf(at, texts);
      if (text !== undefined) inner.description = text;
      describe(inner, at, texts);
    }
  }
}

function textOf(path: string, texts: ReadonlyMap<string, string>): string | undefined {
  const key = path.slice(path.lastIndexOf('.') + 1);
  if (key === '$schema') return 'The JSON Schema of layouts, for editors.';
  const likeField = LIKE_FIELDS.test(path) ? (texts.get(`fields.${key}`) ?? texts.get(key)) : undefined;
  return texts.get(path) ?? likeField ?? OTHERS[key];
}

/** The schema itself, and those that it offers as choices or has as elements. */
function parts(schema: Schema): Schema[] {
  const inner = [...(schema.anyOf ?? []), ...(schema.items ? [schema.items] : [])];
  return [schema, ...inner.flatMap(parts)];
}

/** Keys inside of others, which the documentation explains in sentences. */
const OTHERS: Record<string, string> = {
  start: 'First byte, from 1.',
  end: 'Last byte, inclusive.',
  equals: 'A text, or a list of texts one of which must be there; of totals the figure that is computed.',
  hex: 'Bytes in hexadecimal, or a list of them.',
  field: 'Name of a field.',
  where: 'Counts and sums only the records whose field has one of these texts.',
  negative: 'Texts that mean a minus.',
  positive: 'Texts that mean a plus.',
  when: 'The rule by which the field is in a record: a field, or bytes, with the texts that must be there.',
  usage: 'How the bytes are stored: display (digits as text), packed, binary or float.',
  digits: 'Digits of the picture; a stored number with more is invalid.',
  signed: 'Whether a binary number has a sign.',
  signNibble: 'Whether a packed number ends in a sign.',
  byteOrder: 'Which byte comes first: big (as on z/OS) or little.',
  floatFormat: 'Form of floating-point numbers: ibm or ieee.',
  addBytes: 'Added to the number to give the length of the record.',
  short: 'What to do with shorter records: pad or reject.',
  occurs: 'The field is a table: its elements repeat.',
  count: 'Occurrences, or the most of them.',
  least: 'The fewest occurrences.',
  dependingOn: 'The field that says how many occurrences there are.',
  ifLengthDiffers: 'What to do if a record is longer or shorter than its occurrences: reject or accept.',
  stride: 'Bytes from one occurrence to the next.',
  as: 'What the table becomes: a list, numbered columns, or rows of a dataset of its own.',
  dataset: 'Name of the dataset of the rows.',
  keys: 'Fields of the record that each row repeats.',
  partitionBy: 'Fields that become folders instead of columns.',
  description: 'For people.',
  copybook: 'A COBOL copybook instead of fields: its path from the layout file, or an object that says more.',
  detail: 'Which records are details.',
  header:
    'The first record of a file or group that is no detail; in a total the field of it that states the figure.',
  trailer:
    'The last record of a file or group that is no detail; in a total the field of it that states the figure.',
  controlFile: 'The field of the control file that states the figure.',
  dayManifest: 'The total of the day manifest that states the figure.',
  dayControlFile: 'The earlier name of dayManifest.',
  totals: 'Totals that each group states.',
  businessDate: 'How the business date of a file is found and held against others.',
  parquet: 'How pages of Parquet files are written.',
  rejects: 'How many rejects a file may have.',
  day: 'When a business date is complete.',
};
