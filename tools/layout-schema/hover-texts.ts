/**
 * What docs/layouts.md says of each key, by its path (`record.length`, `fields.trim`, `controlFile.name`): the tables that begin with a
 * column "key" are where a key is explained, and editors show the same words.
 */
export function hoverTexts(markdown: string): Map<string, string> {
  const texts = new Map<string, string>();
  let prefix: string | undefined;
  for (const line of markdown.split('\n')) {
    const cells = cellsOf(line);
    const [first = '', meaning = '', standard = ''] = cells;
    if (cells.length === 0) prefix = undefined;
    else if (/^key\b/.test(first)) prefix = /`(\w+)`/.exec(first)?.[1] ?? '';
    else if (prefix !== undefined && !/^-+$/.test(first)) {
      const text = plain(standard === '' ? meaning : `${meaning}. Default: ${standard}`);
      for (const key of keysOf(first)) {
        const path = prefix === '' ? key : `${prefix}.${key}`;
        // The first table explains a whole layout, a later one with the same bare names the fields.
        if (texts.has(path)) texts.set(`fields.${path}`, text);
        else texts.set(path, text);
      }
    }
  }
  return texts;
}

/** `| a | b \| c |` → `a`, `b | c`; empty for a line of no table. */
function cellsOf(line: string): string[] {
  if (!line.startsWith('|')) return [];
  return line
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.replaceAll('\\|', '|').trim());
}

/** The keys of the first cell: "`a`, `b` (earlier: `c`)" are three. */
function keysOf(cell: string): string[] {
  return [...cell.matchAll(/`([\w.[\]]+)`/g)].map(([, key = '']) => key.replaceAll('[]', ''));
}

/** Text without the marks of Markdown. */
function plain(markdown: string): string {
  const text = markdown.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
