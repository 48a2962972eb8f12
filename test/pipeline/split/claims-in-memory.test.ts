import { describe, expect, it } from 'vitest';
import type { ConvertRequest } from '../../../shared/pipeline/split/convert-request.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { recordFailure } from '../../../shared/pipeline/watch/record-failure.ts';
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

  /** The ledger entry of the file. */
  current() {
    const [key = ''] = this.keys('ledger/small/year=').filter((one) => /day=12\/f_[^/]+$/.test(one));
    return this.entry({ ledgerKey: key });
  }

  async claim() {
    const { execution, attempt, state, history } = await this.current();
    return { execution, attempt, state, steps: history.length };
  }

  /** An execution fails, and its failure is recorded. */
  fail(execution: string) {
    return recordFailure(this.ports, {
      execution,
      status: 'FAILED',
      error: 'TypeError',
      cause: 'x',
      redriveCount: 0,
    });
  }

  /** Splits the file for an execution that fails before its plan is written: the run that its claim names. */
  async claimOnly(execution: string, request: Partial<ConvertRequest> = {}): Promise<string | null> {
    const { beforeCall } = this.lake;
    this.lake.beforeCall = async (operation, key) => {
      if (key.endsWith('/plan.json')) throw new RangeError('no disk');
      await beforeCall?.(operation, key);
    };
    expect(await this.split(execution, request)).toBe('RangeError');
    if (beforeCall) this.lake.beforeCall = beforeCall;
    expect(await this.claim()).toMatchObject({ execution, state: 'splitting' });
    return (await this.current()).runId;
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

describe('a claim', () => {
  it('names the run of the execution that it shares it with, and no other', async () => {
    const lake = claims();
    expect(await lake.claimOnly('e1')).toBeNull();
    await lake.split('e1');
    const { runId } = await lake.current();
    expect(await lake.claimOnly('e2')).toBe(runId);
    const other = { layout: smallLayout({ rejects: { maxPercent: 7 } }) };
    expect(await lake.claimOnly('e3', other)).toBeNull();
    await lake.split('e3', other);
    expect(await lake.claimOnly('e4', { ...other, force: true })).toBeNull();
    await lake.split('e4', { ...other, force: true });
    lake.raw.replace(KEY, NEW);
    expect(await lake.claimOnly('e5', other)).toBeNull();
    await lake.split('e5', other);
    await lake.fail('e5');
    expect(await lake.claimOnly('e6', other)).toBeNull();
  });

  it('of an execution whose file another one took over stands again once the other failed', async () => {
    const lake = claims();
    await lake.split('e1');
    await lake.split('e2', { force: true });
    expect(await lake.split('e1')).toBe('RunInconsistent');
    await lake.fail('e2');
    expect(await lake.split('e1')).toMatch(/^runs/);
    expect(await lake.claim()).toMatchObject({ execution: 'e1', state: 'parsing' });
  });

  it('raises the attempt once for each forced execution, also if that is redriven', async () => {
    const lake = claims();
    await lake.split('e1', { force: true });
    expect(await lake.claim()).toMatchObject({ attempt: 0 });
    await lake.split('e2', { force: true });
    await lake.fail('e2');
    expect(await lake.split('e2', { force: true })).toMatch(/^runs/);
    expect(await lake.claim()).toMatchObject({ execution: 'e2', attempt: 1 });
    await lake.split('e3', { force: true });
    expect(await lake.claim()).toMatchObject({ execution: 'e3', attempt: 2 });
  });

  it('keeps what people should know of the file, if there is anything', async () => {
    const lake = claims();
    await lake.split('e1');
    expect(await lake.current()).not.toHaveProperty('warnings');
    const other = claims();
    await other.split('e1', { businessDate: '2025-08-13' });
    const [ledgerKey = ''] = other.keys('ledger/small/year=2025/month=08/day=13/f_');
    expect(await other.entry({ ledgerKey })).toMatchObject({
      warnings: [expect.stringContaining('its name says 2025-08-12')],
    });
  });
});

describe('corrected records', () => {
  const [FIX, FIX_OF_FIX] = ['fix_20250812.txt', 'g_20250812.txt'];
  async function saidOf(sourceKey: string, supplementOf: string): Promise<string> {
    const lake = claims();
    await lake.load(KEY, smallFile(smallLine('A1', 'X')));
    await lake.load(FIX, OLD, { supplementOf: KEY });
    if (sourceKey !== FIX) lake.raw.replace(sourceKey, NEW);
    const split = await splitFile(lake.ports, 'e1', { layout: smallLayout(), sourceKey, supplementOf });
    return split.verdict === 'refused' ? split.refusal.message : split.verdict;
  }

  it('are not those of the file that brings them, nor of another that brings some, nor of one that is not there', async () => {
    expect(await saidOf(FIX_OF_FIX, KEY)).toBe('convert');
    expect(await saidOf(KEY, KEY)).toContain(`corrected records of ${KEY}, and that is the file itself`);
    expect(await saidOf(FIX_OF_FIX, FIX)).toContain(`of ${FIX}, and that is a supplement of ${KEY}`);
    expect(await saidOf(FIX_OF_FIX, 'no.txt')).toContain('no such file is loaded for 2025-08-12');
  });

  it('are of a file without its header and trailer, whatever the layout describes, and no terms of the day follow from it', async () => {
    const lake = claims();
    const control = (equals: string) => ({ match: { start: 1, end: 1, equals }, fields: [] });
    const layout = smallLayout({ header: control('H'), trailer: control('T') });
    await lake.load(KEY, Buffer.from(`H\n${smallLine('A1', 'X')}\nT\n`), { layout });
    const terms = lake.keys('ledger/small/').filter((key) => key.includes('_terms/'));
    lake.raw.replace(FIX, OLD);
    lake.raw.replace('h_20250812.txt', OLD);
    expect(await lake.split('e1', { layout, sourceKey: FIX, supplementOf: KEY })).toMatch(/^runs/);
    expect(lake.keys('ledger/small/').filter((key) => key.includes('_terms/'))).toEqual(terms);
    expect(await lake.split('e2', { layout, sourceKey: 'h_20250812.txt' })).toBe('header-missing');
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
