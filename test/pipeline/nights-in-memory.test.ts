import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { cleanLake } from '../../shared/pipeline/operate/clean-lake.ts';
import { dayStatus } from '../../shared/pipeline/operate/day-status.ts';
import { groupRejects, readRejects } from '../../shared/pipeline/operate/read-rejects.ts';
import { rollBack } from '../../shared/pipeline/operate/roll-back.ts';
import { takeDayManifest } from '../../shared/pipeline/operate/take-day-manifest.ts';
import { publishDay } from '../../shared/pipeline/publish/publish-day.ts';
import { MemoryLake } from '../support/memory-lake.ts';
import { dayManifest, smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';
import { DATE, DAY } from '../support/small-day.ts';

/**
 * Everything that a night answers, tells and keeps, step by step, beside what it did when somebody last read it: `nights/<name>.json`.
 * Sizes and checksums of Parquet files are left out. If a change is meant, remove the file, run the test, and read the difference.
 */
class ToldNight {
  readonly lake = new MemoryLake();
  private readonly held: Record<string, unknown> = {};
  private readonly stored: Record<string, unknown> | undefined;
  private readonly path: URL;
  private last = '';

  constructor(name: string) {
    this.path = new URL(`nights/${name}.json`, import.meta.url);
    this.stored = existsSync(this.path) ? JSON.parse(readFileSync(this.path, 'utf8')) : undefined;
  }

  /** Does one step, and holds its answer or its failure, what it told, and which keys came and went to the stored night. */
  async step(name: string, does: () => Promise<unknown>): Promise<void> {
    const { lake } = this;
    const [notices, figures] = [lake.notices.length, lake.figures.length];
    const before = new Set(lake.keys(''));
    const answer = await does().catch(({ name: of, message }: Error) => ({ failed: of, message }));
    if (!Object.hasOwn(Object(answer), 'failed')) await lake.writes.assertEnded();
    const after = lake.keys('');
    this.hold(name, {
      answer,
      told: lake.notices.slice(notices),
      figures: lake.figures
        .slice(figures)
        .map(({ dataset, all }) => [dataset, ...all.map(({ name: of, value }) => `${of} ${value}`)]),
      came: after.filter((key) => !before.has(key)),
      went: [...before].filter((key) => !after.includes(key)),
    });
    lake.now = new Date(lake.now.getTime() + 60_000);
  }

  async status(businessDate = DATE): Promise<void> {
    const { ports } = this.lake;
    await this.step(`status after ${this.last}`, () => dayStatus(ports, DAY.dataset, businessDate));
  }

  /** Holds what the night leaves in the lake: entries, terms, owners, catalogs, and the last commit. */
  end(): void {
    const { lake } = this;
    const entries = lake.keys('ledger/small/year=').filter((key) => /day=\d\d\/[^/]+$/.test(key));
    const others = lake.keys('').filter((key) => /_terms\/|_tables\/small\.|^catalog\/small\./.test(key));
    const commits = lake.keys('').filter((key) => key.includes('/_day/'));
    for (const key of [...entries, ...others, ...commits.slice(-1)]) {
      this.hold(key, JSON.parse(Buffer.from(lake.lake.bytesOf(key)).toString()));
    }
    if (this.stored) return;
    writeFileSync(this.path, `${JSON.stringify(this.held, null, 1)}\n`);
    throw new Error(`${this.path} was not there: read what is in it now, and run the test again`);
  }

  private hold(name: string, document: unknown): void {
    const seen: unknown = JSON.parse(JSON.stringify(document, shown));
    this.last = name;
    this.held[name] = seen;
    // At once, so that a night that goes wrong goes no further.
    if (this.stored) expect(seen, name).toEqual(this.stored[name]);
  }
}

/** What follows from how Parquet is written. */
const OF_THE_WRITER = new Set(['seal', 'bytes']);

function shown(key: string, value: unknown): unknown {
  if (OF_THE_WRITER.has(key)) return undefined;
  if (key === 'raw') return Buffer.from(Object.values(Object(value))).toString('hex');
  if (typeof value === 'string' && value.startsWith('OutputBytes ')) return 'OutputBytes';
  // Checksums of files that were written.
  const isWritten = typeof value === 'object' && value !== null && 'fileName' in value;
  return isWritten ? { ...value, checksum: undefined } : value;
}

const F = 'f_20250812.txt';
const G = 'g_20250812.txt';
const A = [smallLine('A1', 100), smallLine('A2', 'X'), smallLine('A3', 300, 'B'), smallLine('', 5)];
const B = [smallLine('B1', 7, 'C'), smallLine('B2', -1)];

it('a day of two files, corrected, supplemented and taken back', async () => {
  const night = new ToldNight('corrected');
  const { lake } = night;
  const { ports } = lake;
  ports.settings.expectedFiles = 2;
  await night.step('first', () => lake.load(F, smallFile(...A), { rangeSizeBytes: 42 }));
  await night.status();
  await night.step('second', () => lake.load(G, smallFile(...B)));
  await night.status();
  await night.step('again', () => lake.load(G, smallFile(...B)));
  await night.step('forced', () => lake.load(G, smallFile(...B), { force: true }));
  await night.step('supplement', () =>
    lake.load('s_20250812.txt', smallFile(smallLine('A2', 200)), { supplementOf: F }),
  );
  await night.status();
  await night.step('rejects', () => groupRejects(readRejects(ports, DAY), 1));
  await night.step('corrected', () => lake.load(F, smallFile(...A.slice(0, 1), smallLine('A2', 2))));
  await night.status();
  await night.step('file back', () => rollBack(ports, { ...DAY, file: F, reason: 'wrong' }));
  await night.status();
  await night.step('rolled back version', () =>
    lake.load(F, smallFile(...A.slice(0, 1), smallLine('A2', 2))),
  );
  await night.step('day back', () => rollBack(ports, { ...DAY, reason: 'wrong too' }));
  await night.step('day back to the first', () => rollBack(ports, { ...DAY, toCommit: 1, reason: 'all' }));
  await night.status();
  await night.step('taken out', () => rollBack(ports, { ...DAY, file: G, remove: true, reason: 'not ours' }));
  await night.status();
  await night.step('nothing before', () => rollBack(ports, { ...DAY, toCommit: 99, reason: 'no' }));
  lake.now = new Date('2026-08-13T06:00:00Z');
  await night.step('clean', () =>
    cleanLake(ports, { runsOlderThanMs: 86_400_000, generationsOlderThanMs: 86_400_000, dryRun: false }),
  );
  await night.status();
  night.end();
});

it('a day that is published in part, refuses files, and hears of its day manifest late', async () => {
  const night = new ToldNight('in-part');
  const { lake } = night;
  const { ports } = lake;
  const trailer = {
    match: { start: 1, end: 1, equals: 'T' },
    fields: [
      { name: 'n', start: 2, end: 9, type: 'integer' },
      { name: 'sum', start: 10, end: 18, type: 'decimal(9,2)', point: 'implied' },
    ],
  };
  const layout = smallLayout({
    trailer,
    controlTotals: [
      { trailer: 'n', equals: 'count(all)' },
      { trailer: 'sum', equals: 'sum(amount)' },
      { dayManifest: 'total', equals: 'sum(amount)' },
    ],
    rejects: { maxPercent: 40 },
    day: { expectedFiles: ['f_{yyyyMMdd}.txt', 'g_*.txt'], maxChangePercent: 10 },
  });
  const ended = (lines: string[], n: number, sum: number) =>
    smallFile(...lines, `T${String(n).padStart(8, '0')}${String(sum).padStart(9, '0')}  `);
  const sound = [smallLine('A1', 100), smallLine('A2', 200, 'B')];
  const manifest = (total: string, records = 3) =>
    dayManifest([
      { name: F, records, details: 2, totals: { total } },
      { name: 'g_1.txt', totals: { total: '9' } },
    ]).toString();
  await night.step('wrong count', () => lake.load(F, ended(sound, 4, 300), { layout }));
  await night.step('wrong sum', () => lake.load(F, ended(sound, 3, 301), { layout }));
  await night.status();
  const uncounted = smallLayout({ rejects: { maxPercent: 40 }, trailer });
  await night.step('rejects', () =>
    lake.load(F, ended([...sound, smallLine('A3', 'x'), smallLine('', 4)], 9, 9), { layout: uncounted }),
  );
  await night.step('rejects shown', () => groupRejects(readRejects(ports, { ...DAY, file: F }), 2));
  await night.step('sound', () => lake.load(F, ended(sound, 3, 300), { layout }));
  await night.step('unexpected', () =>
    lake.load('h_20250812.txt', ended([smallLine('H1', 1)], 2, 1), { layout }),
  );
  await night.status();
  await night.step('in part', () =>
    publishDay(ports, readLayout(layout, 'test.json'), DATE, { partial: { reason: 'late sender' } }),
  );
  await night.status();
  await night.step('wrong manifest', () =>
    takeDayManifest(lake.lake, 'small', DATE, 'day.json', manifest('3.01')),
  );
  await night.status();
  await night.step('no manifest', () => takeDayManifest(lake.lake, 'small', DATE, 'day.json', '{}'));
  await night.step('manifest', () => takeDayManifest(lake.lake, 'small', DATE, 'day.json', manifest('3.00')));
  await night.step('second', () =>
    lake.load('g_1.txt', ended([smallLine('G1', 900)], 2, 900), { layout, businessDate: DATE }),
  );
  await night.status();
  await night.step('other counts', () =>
    takeDayManifest(lake.lake, 'small', DATE, 'day.json', manifest('3.00', 9)),
  );
  await night.step('published', () => publishDay(ports, readLayout(layout, 'test.json'), DATE, {}));
  await night.status();
  const next = { layout, businessDate: '2025-08-13' };
  await night.step('next day', () => lake.load('f_20250813.txt', ended(sound.slice(1), 2, 200), next));
  await night.step('next day, unusual', () =>
    lake.load('g_20250813.txt', ended([smallLine('G', 9)], 2, 9), next),
  );
  await night.status('2025-08-13');
  night.end();
});
