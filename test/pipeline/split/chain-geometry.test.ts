import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { planChain, probeChain } from '../../../shared/pipeline/split/chain-geometry.ts';
import { isRefusal } from '../../../shared/refusal.ts';
import { CHAIN_FORMATS, type ChainFormat, chainFile } from '../../support/chain-file.ts';
import { smallLayout } from '../../support/small-contracts.ts';

const KEY = 'in/a.vb';
const LENGTH = 20;
const of = (name: string) => CHAIN_FORMATS.find((format) => format.name === name)!;
const [RDW, BDW] = [of('rdw'), of('bdw')];
const control = (equals: string) => ({ match: { start: 1, end: 1, equals }, fields: [] });

/** Probes and plans a file of records of these kinds: `H` and `T` are header and trailer if the layout says so. */
async function planned(kinds: string, controls = kinds, { format = RDW, cut = 0, before = 3 } = {}) {
  const data = [...kinds].map((kind, index) => Buffer.from(kind.padEnd(5 + index, 'x')));
  const { bytes, records, links } = chainFile(format, data, before);
  const stored = bytes.subarray(0, bytes.length - cut);
  const raw = new MemoryObjectStore();
  raw.replace(KEY, stored);
  const source = (await raw.head(KEY))!;
  const layout = readLayout(
    smallLayout({
      record: { format: format.name === 'bdw' ? 'bdw' : 'rdw', length: LENGTH, short: 'pad' },
      ...(controls.includes('H') && { header: control('H') }),
      ...(controls.includes('T') && { trailer: control('T') }),
    }),
    'small.json',
  );
  const span = { startByte: before, endByte: stored.length };
  const geometry = await probeChain(raw, source, layout, format.shape, span);
  if (isRefusal(geometry)) return { said: `${geometry.code}: ${geometry.message}` };
  const plan = await planChain(raw, source, layout, format.shape, geometry, 1000);
  if (isRefusal(plan)) return { said: `${plan.code}: ${plan.message}` };
  return { geometry, plan, records, links, span };
}

describe.each<[string, ChainFormat]>([
  ['rdw', RDW],
  ['bdw', BDW],
])('the geometry of a chain of %s', (_, format) => {
  it('has header and trailer within its one range', async () => {
    const { geometry, plan, records, span } = await planned('HddT', 'HT', { format });
    const [first, last] = [records?.[0], records?.at(-1)];
    const prefix = format.shape.recordPrefixBytes;
    expect(geometry).toMatchObject({
      ...{ leadingBytes: 3, details: span, trailer: null, strideBytes: null, terminatorBytes: 0 },
    });
    expect(geometry?.header?.startByte).toBe(first!.startByte);
    expect(geometry?.header?.endByte).toBe(first!.startByte + prefix + first!.data.length);
    expect(plan?.trailer?.startByte).toBe(last!.startByte);
    expect(plan?.trailer?.endByte).toBe(last!.startByte + prefix + last!.data.length);
    expect(plan).toMatchObject({ recordCount: 4, ranges: [{ ...span, parents: [] }] });
  });

  it.each<[string, string, RegExp | undefined]>([
    ['dd', '', undefined],
    ['T', 'T', undefined],
    ['HT', 'HT', undefined],
    ['H', 'H', undefined],
    ['H', 'HT', /^trailer-missing/],
    ['Hd', 'HT', /^trailer-missing/],
    ['d', 'T', /^trailer-missing/],
    ['dT', 'HT', /^header-missing/],
    ['T', 'HT', /^header-missing/],
  ])('of %s, whose layout has "%s"', async (kinds, controls, said) => {
    const found = await planned(kinds, controls, { format });
    if (said) expect(found.said).toMatch(said);
    else expect(found.plan?.recordCount).toBe(kinds.length);
  });

  it('that is cut off is refused, in its header or later', async () => {
    expect((await planned('Hdd', 'H', { format, cut: 1 })).said).toMatch(
      /^not-whole-records: .*It was cut off/,
    );
    expect((await planned('H', 'H', { format, cut: 2 })).said).toMatch(/^not-whole-records/);
    expect((await planned('H', 'H', { format, cut: 9 })).said).toMatch(/^(not-whole-records|chain-broken)/);
  });
});

it('one record is never header and trailer at once, although it reads like both', async () => {
  const both = control('X');
  const record = { format: 'rdw', length: LENGTH, short: 'pad' };
  const layout = readLayout(smallLayout({ record, header: both, trailer: both }), 'small.json');
  const codeOf = async (count: number) => {
    const data = Array.from({ length: count }, () => Buffer.from('Xxxx'));
    const { bytes } = chainFile(RDW, data);
    const raw = new MemoryObjectStore();
    raw.replace(KEY, bytes);
    const source = (await raw.head(KEY))!;
    const span = { startByte: 0, endByte: bytes.length };
    const geometry = await probeChain(raw, source, layout, RDW.shape, span);
    if (isRefusal(geometry)) return geometry.code;
    const plan = await planChain(raw, source, layout, RDW.shape, geometry, 1000);
    return isRefusal(plan) ? plan.code : plan.trailer?.startByte;
  };
  expect(await codeOf(1)).toBe('trailer-missing');
  expect(await codeOf(2)).toBe(8);
});

it('a chain that is none is refused as broken', async () => {
  const raw = new MemoryObjectStore();
  raw.replace(KEY, Buffer.from([0, 2, 0, 0, 1, 1, 1, 1, 1, 1]));
  const source = (await raw.head(KEY))!;
  const record = { format: 'rdw', length: LENGTH, short: 'pad' };
  const layout = readLayout(smallLayout({ record, header: control('H') }), 'small.json');
  const found = await probeChain(raw, source, layout, RDW.shape, { startByte: 0, endByte: 10 });
  expect(isRefusal(found) && `${found.code}: ${found.message}`).toMatch(
    /^chain-broken: .*Check record\.format 'rdw'/,
  );
});
