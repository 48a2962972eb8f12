import type { JsonPath } from './layout-entries.ts';

/** Where in a JSON text an offset is, though the text need not be whole: what is being typed there. */
interface JsonContext {
  /** Of the object whose key is typed, or of the value that is typed. */
  path: JsonPath;
  kind: 'key' | 'value';
  /** Where the word begins that is being typed, with its quote. */
  from: number;
  /** Keys that the object has before the offset. */
  keys: ReadonlySet<string>;
}

interface OpenPart {
  kind: 'object' | 'list';
  key: string | undefined;
  index: number;
  /** A colon was read after the key. */
  atValue: boolean;
  keys: Set<string>;
}

const TOKEN = /"(?:[^"\\\n]|\\.)*"?|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[{}[\]:,]|[^\s"{}[\]:,/]+/g;

/** Undefined outside of objects and lists, and in comments. */
export function jsonContextAt(text: string, offset: number): JsonContext | undefined {
  const open: OpenPart[] = [];
  let word: { text: string; from: number } | undefined;
  for (const { 0: token, index: from } of text.slice(0, offset).matchAll(TOKEN)) {
    const end = from + token.length;
    const isComment = token.startsWith('//') || token.startsWith('/*');
    if (isComment && end === offset && !token.endsWith('*/')) return undefined;
    if (isComment) continue;
    if (/^[{}[\]:,]$/.test(token)) step(open, token, word?.text);
    word = /^[{}[\]:,]$/.test(token) ? undefined : { text: token, from };
  }
  const part = open.at(-1);
  if (!part) return undefined;
  const isTyped = word !== undefined && word.from + word.text.length === offset;
  if (word !== undefined && !isTyped) return undefined;
  const isKey = part.kind === 'object' && !part.atValue;
  return {
    path: pathOf(isKey ? open.slice(0, -1) : open),
    kind: isKey ? 'key' : 'value',
    from: word?.from ?? offset,
    keys: part.keys,
  };
}

/** What a sign does to the parts that are open; `word` is what stands before it. */
function step(open: OpenPart[], sign: string, word: string | undefined): void {
  const part = open.at(-1);
  if (sign === '{' || sign === '[') {
    const kind = sign === '{' ? 'object' : 'list';
    open.push({ kind, key: undefined, index: 0, atValue: false, keys: new Set() });
  } else if (sign === '}' || sign === ']') open.pop();
  else if (part && sign === ',') {
    part.index++;
    part.atValue = false;
  } else if (part) {
    part.key = word?.replace(/^"|"$/g, '');
    if (part.key !== undefined) part.keys.add(part.key);
    part.atValue = true;
  }
}

function pathOf(open: readonly OpenPart[]): JsonPath {
  return open.map(({ kind, key, index }) => (kind === 'list' ? index : (key ?? '')));
}
