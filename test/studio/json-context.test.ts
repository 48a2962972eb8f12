import { expect, test } from 'vitest';
import { jsonContextAt } from '../../studio/page/json-context.ts';

/** `|` is the cursor. */
const at = (text: string) => {
  const offset = text.indexOf('|');
  const found = jsonContextAt(text.replace('|', ''), offset);
  return found && `${found.kind} ${found.path.join('.')} ${text.slice(found.from, offset)}`;
};

test.each([
  ['{ |', 'key  '],
  ['{ "na|', 'key  "na'],
  ['{ "name": |', 'value name '],
  ['{ "name": "x|"', 'value name "x'],
  ['{ "record": { "format": "lines", "|" }', 'key record "'],
  ['{ "record": { "length": 5, |', 'key record '],
  ['{ "fields": [{ "name": "a" }, { "type": "st|', 'value fields.1.type "st'],
  ['{ "fields": [ { }, |', 'value fields.1 '],
  ['{ // a { comment [\n "x": { /* } */ "y": tr|', 'value x.y tr'],
  ['{ "a\\"b": { "|', 'key a\\"b "'],
])('%s', (text, expected) => {
  expect(at(text)).toBe(expected);
});

test.each(['|', '{ } |', '{ "a": 1 |', '{ // in a comment |'])('nothing is typed at %s', (text) => {
  expect(at(text)).toBeUndefined();
});

test('keys that are there are known', () => {
  expect([...(jsonContextAt('{ "a": 1, "b": { "c": 2 }, "', 28)?.keys ?? [])]).toEqual(['a', 'b']);
});
