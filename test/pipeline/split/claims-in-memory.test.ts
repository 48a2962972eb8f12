import { describe, expect, it } from 'vitest';
import type { ConvertRequest } from '../../../shared/pipeline/split/convert-request.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { planned } from '../../support/run-pipeline.ts';
import { checksumOf, smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { KEY } from '../../support/small-day.ts';

const OLD = smallFile(smallLine('A1', 1));
const NEW = smallFile(smallLine('A1', 2));

class Claims extends MemoryLake {
  /** Splits the file for an execution: which run it works on, or how it fails. */
  async split(execution: string, request: Partial<ConvertRequest> = {}): Promise<string> {
    try {
      const split = await splitFile(this.ports, execution, {
        layout: smallLayout(),
        sourceKey: KEY,
        ...request,
      });
      if (split.verdict === 'refused') return split.refusal.code;
      return split.verdict === 'convert' ? planned(split).planKey : split.verdict;
    } catch (error) {
      return error instanceof Error ? error.name : 'nothing';
    }
  }

  async claim() {
    const [key = ''] = this.keys('ledger/small/year=').filter((one) => /day=12\/f_[^/]+$/.test(one));
    const { execution, attempt, state, history } = await this.entry({ ledgerKey: key });
    return { execution, attempt, state, steps: history.length };
  }
}

function claims(): Claims {
  const lake = new Claims();
  lake.raw.replace(KEY, OLD);
  return lake;
}

describe('two executions of one file', () => {
  it('work on the same run if they convert the same version, and the later one is told of its end', async () => {
    const lake = claims();
    const run = await lake.split('e1');
    expect(run).toMatch(/^runs\/\w+\/plan\.json$/);
    expect(await lake.split('e1')).toBe(run);
    expect(await lake.claim()).toMatchObject({ execution: 'e1', attempt: 0 });
    expect(await lake.split('e2')).toBe(run);
    expect(await lake.claim()).toMatchObject({ execution: 'e2', attempt: 0 });
    const before = await lake.claim();
    expect(await lake.split('e1')).toBe(run);
    expect(await lake.claim()).toEqual(before);
  });

  it('work on different runs if one is for another date, or corrects another version', async () => {
    const lake = claims();
    expect(await lake.split('e1')).not.toBe(await lake.split('e2', { businessDate: '2025-08-13' }));
    const fix = { sourceKey: 'fix_20250812.txt', supplementOf: KEY };
    const parent = (cents: number) => smallFile(smallLine('A1', 'X'), smallLine('A2', cents));
    lake.raw.replace(fix.sourceKey, OLD);
    await lake.load(KEY, parent(1));
    const run = await lake.split('e3', fix);
    await lake.load(KEY, parent(2));
    expect(await lake.split('e4', fix)).not.toBe(run);
  });

  it('work on different runs if the second is forced, and a late call of the first does not take it back', async () => {
    const lake = claims();
    const run = await lake.split('e1');
    const forced = await lake.split('e2', { force: true });
    expect(forced).not.toBe(run);
    expect(await lake.claim()).toMatchObject({ execution: 'e2', attempt: 1 });
    expect(await lake.split('e2', { force: true })).toBe(forced);
    expect(await lake.claim()).toMatchObject({ execution: 'e2', attempt: 1 });
    const before = await lake.claim();
    expect(await lake.split('e1', { force: true })).toBe('RunInconsistent');
    expect(await lake.claim()).toEqual(before);
  });

  it('do not share a run if the second has another version of the file, or another layout', async () => {
    for (const change of ['version', 'layout'] as const) {
      const lake = claims();
      const run = await lake.split('e1');
      const request = change === 'layout' ? { layout: smallLayout({ rejects: { maxPercent: 7 } }) } : {};
      if (change === 'version') lake.raw.replace(KEY, NEW);
      const other = await lake.split('e2', request);
      expect(other, change).not.toBe(run);
      expect(await lake.claim()).toMatchObject({ execution: 'e2', attempt: 0 });
      if (change === 'layout') expect(await lake.split('e1')).toBe('RunInconsistent');
    }
  });
});

describe('a file that is loaded', () => {
  it('is not converted again unless forced or converted by another layout, each time with another attempt', async () => {
    const lake = claims();
    await lake.load(KEY, OLD);
    expect(await lake.split('e1')).toBe('already-loaded');
    const first = await lake.split('e2', { force: true });
    expect(await lake.claim()).toMatchObject({ execution: 'e2', attempt: 1 });
    expect(await lake.split('e2', { force: true })).toBe(first);
    expect(await lake.claim()).toMatchObject({ attempt: 1 });
    const second = await lake.split('e3', { force: true });
    expect(second).not.toBe(first);
    expect(await lake.claim()).toMatchObject({ execution: 'e3', attempt: 2 });
    // The forced run goes on, though the version is that of the loaded one.
    expect(await lake.split('e4')).toBe('already-loaded');
  });

  it('is converted anew by another layout, and with other bytes', async () => {
    const lake = claims();
    await lake.load(KEY, OLD);
    expect(await lake.split('e1', { layout: smallLayout({ rejects: { maxPercent: 7 } }) })).toMatch(/^runs/);
    expect(await lake.claim()).toMatchObject({ execution: 'e1', attempt: 1 });
    const other = new Claims();
    await other.load(KEY, OLD);
    other.raw.replace(KEY, NEW);
    expect(await other.split('e1')).toMatch(/^runs/);
    expect(await other.claim()).toMatchObject({ execution: 'e1', attempt: 1 });
  });
});

it('an execution that cannot note which file it works on does not begin', async () => {
  const lake = claims();
  const { beforeCall } = lake.lake;
  lake.lake.beforeCall = async (operation, key) => {
    await beforeCall?.(operation, key);
    if (key.startsWith('runs/executions/')) throw new RangeError('no disk');
  };
  expect(await lake.split('e1')).toBe('RangeError');
});

it('a loaded file that is where it was leaves its entry as it is', async () => {
  const lake = claims();
  const { raw } = lake;
  const head = raw.head.bind(raw);
  raw.head = async (key) => {
    const info = await head(key);
    return info && { ...info, origin: `/in/${key}` };
  };
  const result = await lake.load(KEY, OLD);
  const { revision } = await lake.entry(result);
  expect(await lake.split('e1')).toBe('already-loaded');
  expect((await lake.entry(result)).revision).toBe(revision);
});

/** A lake whose store knows where its files come from, and a file of a branch that is loaded. */
async function loadedFrom(origin: string) {
  const lake = claims();
  const { raw } = lake;
  const place = { origin };
  const head = raw.head.bind(raw);
  raw.head = async (key) => {
    const info = await head(key);
    return info && { ...info, ...(place.origin !== '' && { origin: place.origin }) };
  };
  const { ledgerKey } = await lake.load(KEY, OLD);
  return { lake, place, entry: () => lake.entry({ ledgerKey }) };
}

describe('a loaded file that comes again', () => {
  it('from another place with the same bytes and another version: place and version are noted', async () => {
    const { lake, place, entry } = await loadedFrom('/in/f');
    const { loaded } = await entry();
    place.origin = '/done/f';
    lake.raw.replace(KEY, OLD);
    expect(await lake.split('e1')).toBe('already-loaded');
    const now = await entry();
    expect(now.origin).toBe('/done/f');
    expect(now.loaded).toMatchObject({
      version: loaded?.version,
      seenAs: (await lake.raw.head(KEY))?.version,
    });
  });

  it('from the same place with another version: the version is noted', async () => {
    const { lake, entry } = await loadedFrom('/in/f');
    lake.raw.replace(KEY, OLD);
    expect(await lake.split('e1')).toBe('already-loaded');
    expect(await entry()).toMatchObject({
      origin: '/in/f',
      loaded: { seenAs: (await lake.raw.head(KEY))?.version },
    });
  });

  it('from another place with its version: the place is noted, and nothing else', async () => {
    const { lake, place, entry } = await loadedFrom('/in/f');
    place.origin = '/done/f';
    expect(await lake.split('e1')).toBe('already-loaded');
    const now = await entry();
    expect(now.origin).toBe('/done/f');
    expect(now.loaded?.seenAs).toBeUndefined();
  });

  it('from a store that knows no places: the place that is known stays', async () => {
    const { lake, place, entry } = await loadedFrom('/in/f');
    place.origin = '';
    expect(await lake.split('e1')).toBe('already-loaded');
    expect((await entry()).origin).toBe('/in/f');
  });
});

describe('content that another file brought', () => {
  const OTHER = 'g_20250812.txt';
  async function withChecksums() {
    const lake = claims();
    const head = lake.raw.head.bind(lake.raw);
    lake.raw.head = async (key) => {
      const info = await head(key);
      return info && { ...info, crc64nvme: checksumOf(OLD) };
    };
    await lake.load(OTHER, OLD);
    return lake;
  }

  it.each([
    ['is refused before it is parsed, if the store keeps checksums', {}, 'duplicate-content'],
    ['is taken by a forced run', { force: true }, 'runs/'],
    ['is taken if the layout only warns', { layout: smallLayout({ day: { duplicates: 'warn' } }) }, 'runs/'],
  ])('%s', async (_, request, answer) => {
    const lake = await withChecksums();
    expect(await lake.split('e1', request)).toMatch(answer);
  });
});
