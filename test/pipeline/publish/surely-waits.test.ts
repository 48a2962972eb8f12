import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayCompletion } from '../../../shared/day/expected-files.ts';
import { ledgerEntryKey } from '../../../shared/keys/lake-keys.ts';
import { sourceIdOf } from '../../../shared/keys/source-id.ts';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { surelyWaitsFor } from '../../../shared/pipeline/publish/surely-waits.ts';
import { changeTerms } from '../../../shared/pipeline/store/kept-terms.ts';
import { readEntry } from '../../../shared/pipeline/store/ledger.ts';
import { sealedBytes } from '../../../shared/pipeline/store/sealed-json.ts';
import type { LedgerEntry } from '../../../shared/run/ledger-entry.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { samples } from '../../support/samples.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { DATE, DAY, KEY } from '../../support/small-day.ts';

const LAYOUT = readLayout(smallLayout(), 'test.json');
/** One file that is really loaded: the entries of all others are made from its own. */
const first = new MemoryLake();
const { ledgerKey } = await first.load(KEY, smallFile(smallLine('A1', 1)));
const LOADED = (await readEntry(first.lake, ledgerKey))!;

type Kind = 'loaded' | 'running' | 'supplement';

/** A day of many files in one lake: `names` are expected, or as many files as `expected` says. */
class LargeDay {
  readonly lake = new MemoryLake();
  readonly entries = new Map<string, LedgerEntry>();
  private readonly layout: ReturnType<typeof readLayout>;

  constructor(expected: number | string[]) {
    this.layout = readLayout(
      JSON.stringify({ ...JSON.parse(smallLayout()), day: { expectedFiles: expected } }),
      'test.json',
    );
  }

  set(sourceKey: string, kind: Kind): void {
    const { loaded, ...running } = LOADED;
    const key = ledgerEntryKey('small', DATE, sourceIdOf(sourceKey));
    const entry: LedgerEntry = {
      ...(kind === 'running' ? { ...running, state: 'parsing' } : LOADED),
      sourceKey,
      sourceId: sourceIdOf(sourceKey),
      ...(kind === 'supplement' && {
        loaded: { ...loaded!, supplementOf: { sourceKey: 'another.txt', runId: 'r' } },
      }),
    };
    this.entries.set(sourceKey, entry);
    this.lake.lake.replace(key, sealedBytes(key, entry));
  }

  waitsFor(sourceKey: string): Promise<string | undefined> {
    return surelyWaitsFor(this.lake.ports, this.layout, DATE, sourceIdOf(sourceKey));
  }

  isComplete(): boolean {
    const { expectedFiles: files } = this.layout.day;
    return dayCompletion({ origin: 'layout', files }, [...this.entries.values()]).complete;
  }
}

const nameOf = (index: number) => `contratos_${String(index).padStart(4, '0')}.txt`;

it('never says that a complete day waits, whatever it expects and whatever its files are', async () => {
  const kinds = fc.array(
    fc.oneof(
      { weight: 30, arbitrary: fc.constant('loaded' as const) },
      fc.constantFrom<Kind>('running', 'supplement'),
    ),
    { minLength: 66, maxLength: 90 },
  );
  const expectation = fc.oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.constantFrom('names', 'wildcards', 'one folder more' as const),
  );
  let [quick, complete] = [0, 0];
  const day = async (all: Kind[], expected: number | string) => {
    const names = all.map((_, index) => nameOf(index));
    const wanted =
      typeof expected === 'number'
        ? Math.max(1, all.filter((kind) => kind === 'loaded').length + expected)
        : names.map((name, index) => (expected === 'wildcards' && index % 2 === 0 ? `*${name}` : name));
    const large = new LargeDay(wanted);
    for (const [index, kind] of all.entries()) large.set(names[index]!, kind);
    if (expected === 'one folder more') for (const name of names) large.set(`late/${name}`, 'loaded');
    const waits = await large.waitsFor(names[0]!);
    if (large.isComplete()) complete++;
    if (waits !== undefined) quick++;
    return waits === undefined || !large.isComplete();
  };
  await fc.assert(fc.asyncProperty(kinds, expectation, day), { numRuns: samples(200) });
  expect(Math.min(quick, complete)).toBeGreaterThan(5);
});

describe('files of a large day that finish in any order', () => {
  const COUNT = 200;
  const inOrder = Array.from({ length: COUNT }, (_, index) => nameOf(index));
  const mixed = inOrder.map((_, index) => nameOf((index * 7) % COUNT));
  it.each<[string, number | string[], string[]]>([
    ['a number of files, in the order of their names', COUNT, inOrder],
    ['a number of files, the last name first', COUNT, inOrder.toReversed()],
    ['names, mixed', inOrder, mixed],
  ])('each find one that is missing, but for the last, and read few entries: %s', async (_, expected, names) => {
    const day = new LargeDay(expected);
    let reads = 0;
    day.lake.lake.beforeCall = async (operation, key) => {
      if (operation === 'get' && key.endsWith('.json') && !key.includes('/_')) reads++;
    };
    for (const name of names) day.set(name, 'running');
    for (const [index, name] of names.entries()) {
      day.set(name, 'loaded');
      const waits = await day.waitsFor(name);
      expect(waits === undefined, `${index}: ${waits}`).toBe(index === COUNT - 1);
    }
    // n ln n, and the rest of each batch; n² would be 40,000.
    expect(reads).toBeLessThan(COUNT * 16);
  });
});

describe('a large day', () => {
  const COUNT = 70;
  const names = Array.from({ length: COUNT }, (_, index) => nameOf(index));
  const large = (expected: number | string[], files = names) => {
    const day = new LargeDay(expected);
    for (const name of files) day.set(name, 'loaded');
    return day;
  };

  it('says what is missing from the keys of its entries alone', async () => {
    expect(await large(COUNT + 2).waitsFor(names[0]!)).toBe(`at least 2 of ${COUNT + 2} files`);
    expect(await large([...names, 'other.txt']).waitsFor(names[0]!)).toBe('other.txt, and maybe others');
  });

  it('waits for its day manifest without a look at any entry', async () => {
    const day = large(COUNT);
    const layout = { file: 'test.json', text: smallLayout(), fingerprint: LAYOUT.fingerprint };
    await changeTerms(day.lake.lake, DAY.dataset, DATE, () => ({ layout, manifestKey: 'dia.json' }));
    expect(await day.waitsFor(names[0]!)).toBe('the day manifest dia.json');
  });

  it('lacks one file of its number if a supplement has one of its entries, or its keys are one fewer', async () => {
    expect(await large(COUNT + 1).waitsFor(names[0]!)).toBe(`at least 1 of ${COUNT + 1} files`);
    const day = large(COUNT);
    day.set(names[1]!, 'supplement');
    expect(await day.waitsFor(names[0]!)).toMatch(/, and maybe others$/);
  });

  it('waits for the names that it expects, for others not, and for those of wildcards only as a whole', async () => {
    const one = large([names[1]!, 'contratos_*.txt']);
    expect(await one.waitsFor(names[0]!)).toBeUndefined();
    one.set(names[1]!, 'running');
    expect(await one.waitsFor(names[0]!)).toBe(`${names[1]}, and maybe others`);
    const more = large(names.slice(0, COUNT - 1));
    more.set(names.at(-1)!, 'running');
    expect(await more.waitsFor(names[0]!)).toBeUndefined();
  });

  it('that only wildcards name is judged as a whole, without a look at any entry', async () => {
    const day = large(['contratos_*.txt']);
    day.set(names[1]!, 'running');
    expect(await day.waitsFor(names[0]!)).toBeUndefined();
    // Its terms.
    expect(day.lake.lake.calls.get).toBe(1);
  });

  it('has its other entries read once, in the order of their hashes from its own on, always twice as many', async () => {
    // The last batch has one.
    const files = Array.from({ length: 126 }, (_, index) => nameOf(index));
    const hashOf = (name: string) => sourceIdOf(name).slice(-8);
    const inOrder = files.toSorted((a, b) => (hashOf(a) < hashOf(b) ? -1 : 1));
    const own = inOrder[30]!;
    const others = [...inOrder.slice(31), ...inOrder.slice(0, 30)];
    const readOf = async (running: string | undefined) => {
      const day = large(files.length, files);
      if (running !== undefined) day.set(running, 'running');
      const read: string[] = [];
      day.lake.lake.beforeCall = async (operation, key) => {
        if (operation === 'get' && /\/contratos_/.test(key)) read.push(key);
      };
      await day.waitsFor(own);
      return read;
    };
    const keyOf = (name: string) => ledgerEntryKey('small', DATE, sourceIdOf(name));
    expect((await readOf(undefined)).sort()).toEqual(others.map(keyOf).sort());
    for (const [missing, reads] of [
      [0, 4],
      [3, 4],
      [4, 12],
      [12, 28],
      [28, 60],
      [60, 124],
      [124, 125],
    ] as const) {
      const read = await readOf(others[missing]);
      expect(read.sort()).toEqual(others.slice(0, reads).map(keyOf).sort());
    }
  });

  it('is judged as a whole if it has few files, or an entry that cannot be read', async () => {
    expect(await large(100, names.slice(0, 64)).waitsFor(names[0]!)).toBeUndefined();
    const day = large(COUNT);
    const key = ledgerEntryKey('small', DATE, sourceIdOf(names[1]!));
    day.lake.lake.replace(key, day.lake.lake.bytesOf(key).slice(0, -20));
    expect(await day.waitsFor(names[0]!)).toBeUndefined();
  });
});
