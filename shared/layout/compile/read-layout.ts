import { LayoutInvalid } from '../../errors.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { Layout } from '../layout.ts';
import { parseLayoutText } from '../layout-json.ts';
import { layoutSchema } from '../layout-schema.ts';
import { validKeysAt } from '../valid-keys.ts';
import { compileLayout } from './compile-layout.ts';

/**
 * Reads and checks a layout file. Fails with `LayoutInvalid` that names the file and, for each problem, the key
 * and the nearest valid one. `file` is only for messages.
 */
export function readLayout(text: string, file: string): Layout {
  const known = read.get(text);
  if (known) return known;
  const { layout, problems } = checkedLayout(text, file);
  if (layout === undefined) throw invalidLayout(file, problems);
  if (read.size >= MOST_READ) read.clear();
  read.set(text, layout);
  return layout;
}

/** Layouts that were read, by their text: each step of a conversion reads that of its plan, and a night has many small files. */
const read = new Map<string, Layout>();
const MOST_READ = 8;

/** The layout, or everything that is wrong with it: clauses that mostly begin with the quoted path of a key. */
export function checkedLayout(
  text: string,
  file: string,
): { layout: Layout; problems: [] } | { layout: undefined; problems: string[] } {
  const json = parseLayoutJson(text, file);
  const parsed = layoutSchema.safeParse(json);
  if (!parsed.success)
    return { layout: undefined, problems: parsed.error.issues.flatMap((issue) => issueTexts(issue, json)) };
  const problems: string[] = [];
  const layout = compileLayout(parsed.data, problems);
  return problems.length > 0 ? { layout: undefined, problems } : { layout, problems: [] };
}

/** The JSON of a layout file, of any shape that a walk through it can hold. */
export function parseLayoutJson(text: string, file: string): unknown {
  const json = parseLayoutText(text, file);
  holdToSize(json, file);
  return json;
}

/** Deeper than any layout, and far from what the stack of a recursive walk can hold. */
const MOST_NESTING = 64;
/** In one list: as many as a copybook may become columns. In a whole layout: those of ten such lists. */
const MOST_FIELDS = { list: 10_000, layout: 100_000 };

/** Refuses a layout that no file needs, before anything is done for each of its parts. */
function holdToSize(json: unknown, file: string): void {
  const open: { value: unknown; depth: number }[] = [{ value: json, depth: 0 }];
  let fields = 0;
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, depth } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth > MOST_NESTING) {
      throw invalidLayout(file, [`it is nested deeper than ${MOST_NESTING} lists and objects`]);
    }
    for (const [key, inner] of Object.entries(value)) {
      const count = key === 'fields' && Array.isArray(inner) ? inner.length : 0;
      fields += count;
      if (count > MOST_FIELDS.list || fields > MOST_FIELDS.layout) {
        throw invalidLayout(file, [
          `it has more than ${MOST_FIELDS.list} fields in a list, or ${MOST_FIELDS.layout} together`,
        ]);
      }
      open.push({ value: inner, depth: depth + 1 });
    }
  }
}

/** The error of a layout with problems, the first eight of them in words. */
export function invalidLayout(file: string, problems: string[]): LayoutInvalid {
  const shown = problems.slice(0, 8);
  if (problems.length > shown.length) shown.push(`and ${problems.length - shown.length} more`);
  return new LayoutInvalid({
    what: problems.length === 1 ? 'the layout has a problem' : `the layout has ${problems.length} problems`,
    where: file,
    why: shown.join('; '),
    next: 'Correct the layout and run again; docs/layouts.md lists every key.',
  });
}

interface SchemaIssue {
  code?: string;
  path: PropertyKey[];
  message: string;
  keys?: string[];
  values?: unknown[];
  /** The issues of each shape that a value might have had. */
  errors?: SchemaIssue[][];
}

function issueTexts(issue: SchemaIssue, json: unknown): string[] {
  const at = pathText(issue.path);
  if (issue.code === 'unrecognized_keys' && issue.keys) {
    const valid = validKeysAt(issue.path);
    return issue.keys.map(
      (key) => `unknown key '${pathText([...issue.path, key])}'${didYouMean(key, valid)}`,
    );
  }
  const value = issue.path.reduce(valueAt, json);
  if (value === undefined) return [`'${at}' is missing`];
  if (issue.code === 'invalid_union' && issue.errors && typeof value === 'object') {
    // An object, or a list of them: only the issues of what is there say anything.
    const meant = issue.errors[Array.isArray(value) ? issue.errors.length - 1 : 0] ?? [];
    return meant.flatMap((inner) => issueTexts({ ...inner, path: [...issue.path, ...inner.path] }, json));
  }
  if (issue.code === 'invalid_value' && issue.values) {
    return [
      `'${at}' is ${JSON.stringify(value)}${didYouMean(typeof value === 'string' ? value : JSON.stringify(value), issue.values.map(String))}`,
    ];
  }
  return [`'${at}' is ${JSON.stringify(value)}: ${issue.message}`];
}

function valueAt(node: unknown, step: PropertyKey): unknown {
  return typeof node === 'object' && node !== null ? Reflect.get(node, step) : undefined;
}

/** `fields[3].start` */
function pathText(path: PropertyKey[]): string {
  let text = '';
  for (const step of path)
    text += typeof step === 'number' ? `[${step}]` : `${text ? '.' : ''}${String(step)}`;
  return text || 'the layout';
}
