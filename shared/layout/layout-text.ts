import { codePageOf, isEbcdic } from './code-page.ts';

/** The content of a layout file that somebody will edit. */
interface LayoutDraft {
  /** Path of the JSON Schema of layouts, seen from the file. */
  $schema?: string;
  name: string;
  description: string;
  encoding: string;
  record: { format: string; length: number };
  fields?: object[];
}

/** A layout file as people write it: one field a line. Ends with a newline. */
export function layoutText({ fields, ...draft }: LayoutDraft): string {
  const entries = Object.entries({ ...draft, ...(fields && { fields }) }).filter(
    ([, value]) => value !== undefined,
  );
  return `{\n${entries.map(([key, value]) => `  ${JSON.stringify(key)}: ${block(value, '  ')}`).join(',\n')}\n}\n`;
}

/** What holds fields is broken into lines; everything else is on one. */
function block(value: unknown, indent: string): string {
  const deeper = `${indent}  `;
  if (Array.isArray(value) && value.some(isObject)) {
    return `[\n${value.map((item) => `${deeper}${block(item, deeper)}`).join(',\n')}\n${indent}]`;
  }
  if (!isObject(value) || !Object.values(value).some((inner) => Array.isArray(inner) && inner.some(isObject)))
    return inline(value);
  const lines = Object.entries(value).map(
    ([key, inner]) => `${deeper}${JSON.stringify(key)}: ${block(inner, deeper)}`,
  );
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `{ "start": 1, "end": 4 }` */
function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const parts = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .map(([key, inner]) => `${JSON.stringify(key)}: ${inline(inner)}`);
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
}

/** A file's name as the name of a dataset: `CTR-DETAIL.cpy` → `ctr_detail`. */
export function datasetName(fileName: string): string {
  const stem = fileName.replace(/^.*[/\\]/, '').replace(/\.[^.]*$/, '');
  const name = stem
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  return (/^[a-z]/.test(name) ? name : `d_${name}`).slice(0, 128);
}

/** EBCDIC files have no line ends; text files mostly do. */
export function usualRecordFormat(encoding: string): 'fixed' | 'lines' {
  const page = codePageOf(encoding);
  return page && isEbcdic(page) ? 'fixed' : 'lines';
}
