import type { MemberNode, ObjectNode, ValueNode } from '@humanwhocodes/momoa';
import { layoutTree } from '../../shared/layout/layout-json.ts';
import { oneLine } from '../../shared/layout/layout-text.ts';
import type { JsonPath } from './layout-entries.ts';

/** A piece of the text is replaced; everything else, comments too, stays as people wrote it. */
interface TextEdit {
  from: number;
  to: number;
  insert: string;
}

/** Sets the value at a path. A key that is missing is added after the others of its object; undefined takes it away. */
export function setAt(text: string, path: JsonPath, value: unknown): string {
  const parent = nodeAt(text, path.slice(0, -1));
  const key = path.at(-1)!;
  const existing = memberOf(parent, key);
  if (value === undefined) return existing === undefined ? text : removeAt(text, path);
  if (existing)
    return applied(text, { ...spanOf(existing), insert: written(value, indentAt(text, existing)) });
  if (parent?.type !== 'Object') throw new RangeError(`the layout has nothing at ${path.join('.')}`);
  return applied(text, memberAdded(text, parent, String(key), value));
}

/** Adds an element to the list at a path, at `index`; the list is made if it is missing. */
export function insertAt(text: string, path: JsonPath, index: number, value: unknown): string {
  const list = nodeAt(text, path);
  if (list?.type !== 'Array') return setAt(text, path, [value]);
  const before = list.elements[index - 1]?.value;
  const after = list.elements[index]?.value;
  if (before) {
    const indent = indentAt(text, before);
    const end = before.loc.end.offset;
    return applied(text, { from: end, to: end, insert: `,\n${indent}${oneLine(value)}` });
  }
  if (after) {
    const start = after.loc.start.offset;
    return applied(text, { from: start, to: start, insert: `${oneLine(value)},\n${indentAt(text, after)}` });
  }
  return applied(text, { ...spanOf(list), insert: written([value], indentAt(text, list)) });
}

/** Takes a member of an object or an element of a list away, with its comma. */
export function removeAt(text: string, path: JsonPath): string {
  const parent = nodeAt(text, path.slice(0, -1));
  const parts = partsOf(parent);
  const index = parts.findIndex(({ key }) => key === path.at(-1));
  const part = parts[index];
  if (!part) return text;
  const next = parts[index + 1];
  const previous = parts[index - 1];
  if (next) return applied(text, { from: part.from, to: next.from, insert: '' });
  if (previous) return applied(text, { from: previous.to, to: part.to, insert: '' });
  return applied(text, { from: part.from, to: part.to, insert: '' });
}

function applied(text: string, { from, to, insert }: TextEdit): string {
  return text.slice(0, from) + insert + text.slice(to);
}

/** The one edit that makes one text of another, for an editor that keeps what was done. */
export function editBetween(before: string, after: string): TextEdit {
  const most = Math.min(before.length, after.length);
  let from = 0;
  while (from < most && before[from] === after[from]) from++;
  let same = 0;
  while (same < most - from && before[before.length - 1 - same] === after[after.length - 1 - same]) same++;
  return { from, to: before.length - same, insert: after.slice(from, after.length - same) };
}

function nodeAt(text: string, path: JsonPath): ValueNode | undefined {
  let node: ValueNode | undefined = layoutTree(text, 'layout').body;
  for (const step of path) node = node && memberOf(node, step);
  return node;
}

function memberOf(node: ValueNode | undefined, step: string | number): ValueNode | undefined {
  if (node?.type === 'Array') return node.elements[Number(step)]?.value;
  if (node?.type === 'Object') return node.members.find((member) => keyOf(member) === step)?.value;
  return undefined;
}

function keyOf({ name }: MemberNode): string {
  return name.type === 'String' ? name.value : name.name;
}

function partsOf(node: ValueNode | undefined): { key: string | number; from: number; to: number }[] {
  const parts: { key: string | number; from: number; to: number }[] = [];
  if (node?.type === 'Array') {
    for (const [key, { value }] of node.elements.entries()) parts.push({ key, ...spanOf(value) });
  }
  if (node?.type === 'Object') {
    for (const member of node.members) {
      parts.push({ key: keyOf(member), from: member.loc.start.offset, to: member.loc.end.offset });
    }
  }
  return parts;
}

function memberAdded(text: string, node: ObjectNode, key: string, value: unknown): TextEdit {
  const last = node.members.at(-1);
  const name = JSON.stringify(key);
  if (!last) return { ...spanOf(node), insert: `{ ${name}: ${oneLine(value)} }` };
  const end = last.loc.end.offset;
  const isOneLine = last.loc.end.line === node.loc.start.line;
  const indent = indentAt(text, last);
  const insert = isOneLine
    ? `, ${name}: ${oneLine(value)}`
    : `,\n${indent}${name}: ${written(value, indent)}`;
  return { from: end, to: end, insert };
}

/** A list of objects has one on each line; everything else is on one. */
function written(value: unknown, indent: string): string {
  const isList = Array.isArray(value) && value.some((item) => typeof item === 'object' && item !== null);
  if (!isList) return oneLine(value);
  const lines = value.map((item) => `${indent}  ${written(item, `${indent}  `)}`);
  return `[\n${lines.join(',\n')}\n${indent}]`;
}

function spanOf({ loc }: { loc: ValueNode['loc'] }): { from: number; to: number } {
  return { from: loc.start.offset, to: loc.end.offset };
}

/** The blanks at the beginning of the line on which a node starts. */
function indentAt(text: string, { loc }: { loc: ValueNode['loc'] }): string {
  const lineStart = text.lastIndexOf('\n', loc.start.offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(lineStart))?.[0] ?? '';
}
