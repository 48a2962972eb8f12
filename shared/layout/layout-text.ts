import { codePageOf, isEbcdic } from './code-page.ts';

/** The content of a layout file that somebody will edit. */
interface LayoutDraft {
  name: string;
  description: string;
  encoding: string;
  record: Record<string, unknown> & { format: string; length: number };
  fields: object[];
}

/** A layout file as people write it: one field a line. Ends with a newline. */
export function layoutText({ fields, ...draft }: LayoutDraft): string {
  const head = Object.entries(draft).map(([key, value]) => `  ${JSON.stringify(key)}: ${inline(value)},`);
  const lines = fields.map((field) => `    ${inline(field)}`);
  return ['{', ...head, '  "fields": [', lines.join(',\n'), '  ]', '}', ''].join('\n');
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
