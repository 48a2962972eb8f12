import { describe, expect, it } from 'vitest';
import { createSplitter } from '../../functions/splitter/handler.ts';
import { storedCatalog } from '../../local/adapters/read-catalog.ts';
import { parseDayManifest } from '../../shared/day/day-manifest.ts';
import { isTooDeep } from '../../shared/pipeline/store/json-depth.ts';
import { fromJsonBytes } from '../../shared/pipeline/store/json-object.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';
import { KEY, smallDay } from '../support/small-day.ts';

const DEPTH = 20_000;
const deep = `${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`;
const bytesOf = (text: string) => Buffer.from(text);
const file = smallFile(smallLine('A1', 1));

it('of a document counts brackets that stand in no text', () => {
  expect(isTooDeep(bytesOf(deep))).toBe(true);
  const ofDepth = (depth: number) => `${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`;
  expect(isTooDeep(bytesOf(`[${ofDepth(500)},[]]`))).toBe(true);
  expect(isTooDeep(bytesOf(ofDepth(500)))).toBe(false);
  expect(isTooDeep(bytesOf(`{"":"","":${deep}}`))).toBe(true);
  expect(isTooDeep(bytesOf(`{"":"${'['.repeat(DEPTH)}"}`))).toBe(false);
  expect(isTooDeep(bytesOf(`{"a\\\\":${deep}}`))).toBe(true);
  expect(isTooDeep(bytesOf(`{"a":"${'['.repeat(DEPTH)}\\"${'{'.repeat(DEPTH)}"}`))).toBe(false);
  expect(isTooDeep(bytesOf('[{}],'.repeat(DEPTH)))).toBe(false);
  expect(isTooDeep(bytesOf(`"${'['.repeat(DEPTH)}`))).toBe(false);
});

describe('JSON that is nested deeper than it could be written again', () => {
  it('as any document of a lake is damage with a command, whatever is done next', async () => {
    await using lake = await TestLake.make();
    const { load, keysBelow } = smallDay(lake);
    await load(KEY, file);
    const { lake: store } = lake.ports;
    const documents = (await keysBelow('')).filter((key) => key.endsWith('.json'));
    const unsealed: [string, string][] = [];
    for (const key of documents) {
      const text = Buffer.from((await store.get(key))!.bytes).toString();
      // A key that a newer version may have written.
      const later = (end: string) => `,"later":${deep}${end.at(-2)}\n`;
      unsealed.push([key, text.replace(/(,\s*"seal":.*)?[\]}]\n$/, later)]);
    }
    for (const [key, text] of unsealed) {
      const read = key.startsWith('catalog/')
        ? () => storedCatalog(bytesOf(text), key)
        : () => fromJsonBytes(bytesOf(text), key, () => undefined);
      expect(read, key).toThrow(expect.objectContaining({ name: 'ObjectDamaged', where: key }));
    }
    const [table, text] = unsealed.find(([key]) => key === 'ledger/_tables/small.json')!;
    await store.put(table, bytesOf(text));
    await expect(load(KEY, file, { force: true })).resolves.toMatchObject({ status: 'loaded' });
  });

  it('as a catalog, a day manifest or an event is told', async () => {
    await using lake = await TestLake.make();
    const catalog = `{"dataset":"small","columns":[],"partitionKeys":[],"partitions":[],"later":${deep}}`;
    expect(() => storedCatalog(bytesOf(catalog), 'catalog/small.json')).toThrow('nested deeper');
    expect(
      parseDayManifest(`{"format":"positional-lake-day/1","files":[{"name":"a","totals":${deep}}]}`),
    ).toEqual({
      problems: ["'files[0].totals' must hold decimal numbers as texts"],
    });
    const event = {
      execution: 'x',
      request: { layout: smallLayout(), sourceKey: KEY, later: JSON.parse(deep) },
    };
    await expect(createSplitter(lake.ports)(event)).rejects.toMatchObject({ name: 'SourceNotFound' });
  });
});
