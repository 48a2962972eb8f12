import * as z from 'zod';
import { chooseRecord } from '../copybook/choose-record.ts';
import { copybookFields } from '../copybook/copybook-fields.ts';
import { readCopybook } from '../copybook/read-copybook.ts';
import { didYouMean } from '../did-you-mean.ts';
import { selectionSchema } from '../layout-schema.ts';
import { OVERPUNCHES } from '../number-notation.ts';
import { overrideFields } from './override-fields.ts';
import { invalidLayout, parseLayoutJson } from './read-layout.ts';

/**
 * Replaces `copybook` by fields. This happens when a layout is loaded, so that everything after it, even the plan of a run,
 * sees plain fields:
 *
 *     "copybook": "contracts.cpy"
 *     "copybook": { "file": "contracts.cpy", "record": "DETAIL", "occurs": "columns", "redefines": "first" }
 *
 * It may be at the top, in `header`, in `trailer` and in each of `recordTypes`.
 */
const rowsChoice = z.strictObject({
  as: z.literal('rows'),
  keys: z.array(z.string()).min(1),
  dataset: z.string().optional(),
  partitionBy: z.array(z.string()).optional(),
});
const tableChoice = z.union([z.enum(['list', 'columns']), rowsChoice]);
const copybookSchema = z.strictObject({
  file: z.string().min(1),
  /** The 01 level to read, if there are several. */
  record: z.string().optional(),
  format: z.enum(['fixed', 'free']).optional(),
  /** OCCURS is made into lists, numbered columns or child rows. */
  occurs: z.union([z.enum(['list', 'columns']), z.record(z.string(), tableChoice)]).optional(),
  dependingOn: z.enum(['fixed']).optional(),
  /** For items that share bytes: the first, all, these, or these by rules. */
  redefines: z
    .union([
      z.enum(['first', 'all']),
      z.array(z.string().min(1)).min(1),
      z.record(z.string(), selectionSchema),
    ])
    .optional(),
  filler: z.boolean().optional(),
  /** Items of digits that become texts, by name, with `*`. */
  identifiers: z.array(z.string().min(1)).min(1).optional(),
  /** For texts in ASCII: what the digits with a sign over them mean. */
  overpunch: z.enum(OVERPUNCHES).optional(),
});

type CopybookReference = z.infer<typeof copybookSchema>;
type Json = Record<string, unknown>;

/** A copybook's text, with its path for errors. */
export interface CopybookText {
  file: string;
  text: string;
}

/** The files that the layout's `copybook` keys name: empty for a layout of plain fields. Fails with `LayoutInvalid`. */
export function copybookNames(text: string, file: string): string[] {
  const names = placesOf(parseLayoutJson(text, file)).map(
    ({ owner, at }) => copybookReference(owner.copybook, at, file).file,
  );
  return [...new Set(names)];
}

/**
 * The layout's text with fields in place of each copybook; the same text, byte for byte, if there is no copybook. `copybooks` holds the text of each file of `copybookNames`. Fails with `LayoutInvalid`.
 */
export function expandCopybooks(
  text: string,
  file: string,
  copybooks: ReadonlyMap<string, CopybookText>,
): string {
  const json = parseLayoutJson(text, file);
  const places = placesOf(json);
  if (places.length === 0) return text;
  let longestBytes = 0;
  for (const { owner, at } of places) {
    const reference = copybookReference(owner.copybook, at, file);
    const copybook = copybooks.get(reference.file)!;
    const record = chooseRecord(
      readCopybook(copybook.text, copybook.file, reference.format),
      reference.record,
      copybook.file,
    );
    const problems: string[] = [];
    const names = { at, copybookFile: copybook.file };
    owner.fields = overrideFields(
      copybookFields(record, reference, names, problems),
      owner.fields ?? [],
      at.replace(/copybook$/, 'fields'),
      problems,
    );
    if (problems.length > 0) throw invalidLayout(file, problems);
    delete owner.copybook;
    if (at === 'copybook' || at.startsWith('recordTypes')) {
      longestBytes = Math.max(longestBytes, record.lengthBytes);
    }
  }
  setLength(json as Json, longestBytes);
  return JSON.stringify(json, null, 2);
}

/** Objects of the layout that have a `copybook`. */
function placesOf(json: unknown): { owner: Json; at: string }[] {
  if (!isObject(json)) return [];
  const types = Array.isArray(json.recordTypes) ? json.recordTypes : [];
  return [
    { owner: json, at: 'copybook' },
    { owner: json.header, at: 'header.copybook' },
    { owner: json.trailer, at: 'trailer.copybook' },
    ...types.map((owner, index) => ({ owner, at: `recordTypes[${index}].copybook` })),
  ].filter(
    (place): place is { owner: Json; at: string } => isObject(place.owner) && 'copybook' in place.owner,
  );
}

function copybookReference(value: unknown, at: string, file: string): CopybookReference {
  const parsed = copybookSchema.safeParse(typeof value === 'string' ? { file: value } : value);
  if (parsed.success) return parsed.data;
  const keys = Object.keys(copybookSchema.shape);
  throw invalidLayout(
    file,
    parsed.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => `unknown key '${at}.${key}'${didYouMean(key, keys)}`)
        : [`'${[at, ...issue.path].join('.')}' cannot be used: ${issue.message}`],
    ),
  );
}

/** Sets the length to that of the longest record if the layout does not give one. */
function setLength(layout: Json, lengthBytes: number): void {
  if (lengthBytes > 0 && isObject(layout.record)) layout.record.length ??= lengthBytes;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
