import { z } from 'zod';
import { chooseRecord } from './copybook/choose-record.ts';
import { copybookFields } from './copybook/copybook-fields.ts';
import { readCopybook } from './copybook/read-copybook.ts';
import type { StoredRecord } from './copybook/storage.ts';
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

function setLength(layout: Json, { lengthBytes }: StoredRecord): void {
  if (isObject(layout.record) && layout.record.length === undefined) layout.record.length = lengthBytes;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
