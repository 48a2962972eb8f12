import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parseLayoutText } from '../../shared/layout/layout-json.ts';
import { layoutSchema } from '../../shared/layout/layout-schema.ts';
import { hoverTexts } from '../../tools/layout-schema/hover-texts.ts';
import { layoutJsonSchema, unexplainedKeys } from '../../tools/layout-schema/layout-json-schema.ts';

const project = new URL('../../', import.meta.url).pathname;
const markdown = await readFile(join(project, 'docs/layouts.md'), 'utf8');
const schema = layoutJsonSchema(hoverTexts(markdown));

test('the schema for editors is the one of the validator and the documentation ("npm run layout-schema" writes it)', async () => {
  const written = await readFile(join(project, 'docs/layout.schema.json'), 'utf8');
  expect(JSON.parse(written)).toEqual(schema);
  expect(unexplainedKeys(schema)).toEqual([]);
});

test('judges every layout of the box and of the tests as the validator does', async () => {
  const judge = new Ajv({ strict: false, allErrors: false }).compile(schema);
  const files = [...(await layoutFiles('layouts')), ...(await layoutFiles('test'))];
  expect(files.length).toBeGreaterThan(60);
  const judged = await Promise.all(
    files.map(async (file) => {
      const layout = parseLayoutText(await readFile(join(project, file), 'utf8'), file);
      return { file, byValidator: layoutSchema.safeParse(layout).success, bySchema: judge(layout) };
    }),
  );
  expect(judged.filter(({ byValidator, bySchema }) => byValidator !== bySchema)).toEqual([]);
  expect(judged.filter(({ bySchema }) => bySchema).length).toBeGreaterThan(60);
});

test.each([
  ['a misspelt key', { nmae: 'x' }],
  ['a name in upper case', { name: 'X' }],
  ['another record format', { record: { format: 'line', length: 10 } }],
  ['a length of none', { record: { format: 'lines', length: 0 } }],
  ['no fields in the list', { fields: [] }],
])('refuses %s, as the validator does', (_, wrong) => {
  const fields = [{ name: 'a', start: 1, end: 1, type: 'string' }];
  const right = { name: 'x', encoding: 'cp037', record: { format: 'fixed', length: 10 }, fields };
  const judge = new Ajv({ strict: false }).compile(schema);
  expect([judge(right), layoutSchema.safeParse(right).success]).toEqual([true, true]);
  const layout = { ...right, ...wrong };
  expect([judge(layout), layoutSchema.safeParse(layout).success]).toEqual([false, false]);
});

async function layoutFiles(folder: string): Promise<string[]> {
  const names = await readdir(join(project, folder), { recursive: true });
  return names
    .filter((name) => (folder === 'layouts' ? dirname(name) === '.' : /(^|\/)layout[^/]*$/.test(name)))
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name));
}
