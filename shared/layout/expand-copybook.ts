import { z } from 'zod';
import { chooseRecord, itemsOf, itemText } from './copybook/choose-record.ts';
import { columnEntry } from './copybook/column-entry.ts';
import { type ColumnChoice, columnsOf } from './copybook/columns.ts';
import { readCopybook } from './copybook/read-copybook.ts';
import type { StoredRecord } from './copybook/storage.ts';
import type { FieldEntry } from './layout-schema.ts';
import { didYouMean } from './nearest.ts';
import { overrideFields } from './override-fields.ts';
import { invalidLayout, parseLayoutJson } from './read-layout.ts';

/**
 * Puts fields in the place of `copybook`. It happens when a layout is loaded, so that everything behind, the plan of
 * a run included, sees plain fields:
 *
 *     "copybook": "contracts.cpy"
 *     "copybook": { "file": "contracts.cpy", "record": "DETAIL", "occurs": "columns", "redefines": "first" }
 *
 * It may stand at the top, in `header` and in `trailer`.
 */
const copybookSchema = z.strictObject({
  file: z.string().min(1),
  /** Which 01 level, where there are several. */
  record: z.string().optional(),
  format: z.enum(['fixed', 'free']).optional(),
  /** What becomes of OCCURS: numbered columns. */
  occurs: z.enum(['columns']).optional(),
  /** Of items that share bytes: the first, all, or these. */
  redefines: z.union([z.enum(['first', 'all']), z.array(z.string().min(1)).min(1)]).optional(),
  filler: z.boolean().optional(),
});

type CopybookReference = z.infer<typeof copybookSchema>;
type Json = Record<string, unknown>;

/** A copybook's text, with the path to name in errors. */
export interface CopybookText {
  file: string;
  text: string;
}

/** The files that the layout's `copybook` keys name: none for a layout of plain fields. Fails with `LayoutInvalid`. */
export function copybookNames(text: string, file: string): string[] {
  const names = placesOf(parseLayoutJson(text, file)).map(
    ({ owner, at }) => copybookReference(owner.copybook, at, file).file,
  );
  return [...new Set(names)];
}

/**
 * The layout's text with fields in place of each copybook; the very same text where there is none, so that nothing
 * about it changes. `copybooks` holds the text of each file of `copybookNames`. Fails with `LayoutInvalid`.
 */
export function expandCopybooks(
  text: string,
  file: string,
  copybooks: ReadonlyMap<string, CopybookText>,
): string {
  const json = parseLayoutJson(text, file);
  const places = placesOf(json);
  if (places.length === 0) return text;
  for (const { owner, at } of places) {
    const reference = copybookReference(owner.copybook, at, file);
    const copybook = copybooks.get(reference.file)!;
    const record = chooseRecord(
      readCopybook(copybook.text, copybook.file, reference.format),
      reference.record,
      copybook.file,
    );
    owner.fields = fieldsOf(record, reference, owner.fields, { at, file, copybookFile: copybook.file });
    delete owner.copybook;
    if (owner === json) setLength(owner, record);
  }
  return JSON.stringify(json, null, 2);
}

/** Objects of the layout that have a `copybook`. */
function placesOf(json: unknown): { owner: Json; at: string }[] {
  if (!isObject(json)) return [];
  return [
    { owner: json, at: 'copybook' },
    { owner: json.header, at: 'header.copybook' },
    { owner: json.trailer, at: 'trailer.copybook' },
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

interface Names {
  at: string;
  file: string;
  copybookFile: string;
}

function fieldsOf(record: StoredRecord, reference: CopybookReference, overrides: unknown, names: Names) {
  const problems = choiceProblems(record, reference, names);
  const choice: ColumnChoice = {
    redefines: reference.redefines ?? 'first',
    filler: reference.filler ?? false,
  };
  const entries: FieldEntry[] = columnsOf(record, choice, names.copybookFile).map(columnEntry);
  const fieldsAt = names.at.replace(/copybook$/, 'fields');
  const fields = overrideFields(entries, overrides ?? [], fieldsAt, problems);
  if (problems.length > 0) throw invalidLayout(names.file, problems);
  return fields;
}

/** What of the record needs a decision that the layout does not take, or one that cannot be carried out yet. */
function choiceProblems(
  record: StoredRecord,
  reference: CopybookReference,
  { at, copybookFile }: Names,
): string[] {
  const items = itemsOf(record.root);
  const problems: string[] = [];
  const tables = items.filter(({ occurs }) => occurs && occurs.dependingOn === undefined);
  const depending = items.find(({ occurs }) => occurs?.dependingOn !== undefined);
  const redefinitions = items.filter(({ redefines }) => redefines !== undefined);
  if (depending) {
    problems.push(
      `'${at}': ${itemText(depending)} of ${copybookFile} OCCURS DEPENDING ON ${depending.occurs!.dependingOn}, which this version does not read`,
    );
  }
  if (tables.length > 0 && reference.occurs === undefined) {
    const { name, occurs } = tables[0]!;
    problems.push(
      `'${at}' needs "occurs": "columns", because ${itemText(tables[0]!)} of ${copybookFile} occurs ${occurs!.max} times: it makes ${occurs!.max} columns ${(name ?? 'filler').toLowerCase().replaceAll('-', '_')}_1 …`,
    );
  }
  if (redefinitions.length > 0 && reference.redefines === undefined) {
    problems.push(
      `'${at}' needs 'redefines', because ${itemText(redefinitions[0]!)} of ${copybookFile} redefines ${redefinitions[0]!.redefines}: say "first" (the redefined item only), "all" (both are read of every record), or a list of the items to read`,
    );
  }
  if (Array.isArray(reference.redefines)) {
    const names = redefinitions.map(({ name }) => name ?? 'FILLER');
    for (const name of reference.redefines) {
      if (!names.includes(name.toUpperCase()))
        problems.push(`'${at}.redefines' names '${name}', which redefines nothing${didYouMean(name, names)}`);
    }
    reference.redefines = reference.redefines.map((name) => name.toUpperCase());
  }
  return problems;
}

function setLength(layout: Json, { lengthBytes }: StoredRecord): void {
  if (isObject(layout.record) && layout.record.length === undefined) layout.record.length = lengthBytes;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
