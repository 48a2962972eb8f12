import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLake } from '../../local/lake/lake-sql.ts';
import { ObjectDamaged } from '../../shared/errors.ts';
import { cleanLake } from '../../shared/pipeline/operate/clean-lake.ts';
import { dayStatus } from '../../shared/pipeline/operate/day-status.ts';
import { rollBack } from '../../shared/pipeline/operate/roll-back.ts';
import { publishDay } from '../../shared/pipeline/publish/publish-day.ts';
import { readDayLayout } from '../../shared/pipeline/store/kept-terms.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { isLong } from '../support/samples.ts';
import { smallFile, smallLine } from '../support/small-contracts.ts';
import { DATE, DAY, KEY, smallDay } from '../support/small-day.ts';

const OTHER = 'g_20250812.txt';
const LINES: Record<string, Buffer> = {
  [KEY]: smallFile(smallLine('A1', 1), smallLine('A2', 2, 'B')),
  [OTHER]: smallFile(smallLine('B1', 3)),
};
const IDS = ['A1', 'A2', 'B1'];
const KEEP = { runsOlderThanMs: 1e12, generationsOlderThanMs: 1e12, dryRun: false };

const encode = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

/** What can happen to a document. */
const DAMAGES: Record<string, (bytes: Buffer) => Buffer> = {
  'cut off': (bytes) => bytes.subarray(0, bytes.length >> 1),
  empty: () => Buffer.alloc(0),
  'of other bytes': (bytes) => Buffer.alloc(bytes.length, 0xf5),
  'a document of another kind': () => encode({ ledgerKey: 'ledger/small/secret.json', at: DATE }),
  null: () => encode('null'),
  'of a version to come': () => encode({ format: 'positional-lake/99', dataset: 7, layout: 7, rows: [] }),
  'altered by one bit': (bytes) => Buffer.from(bytes.map((byte, at) => (at === 5 ? byte ^ 1 : byte))),
};

/** What a command does next depends on what it finds, and these are found in different ways. */
const HEALED = ['cut off', 'altered by one bit'];

/** All documents are read in one way: `npm test` tries every damage on the first kind, and on the others those that are healed. */
const damagesOf = (kind: string) =>
  Object.entries(DAMAGES).filter(([name]) => isLong || kind === KINDS[0]![0] || HEALED.includes(name));

type Heal = (lake: TestLake) => Promise<unknown>;
const force =
  (key: string): Heal =>
  (lake) =>
    smallDay(lake).load(key, LINES[key]!, { force: true });
const publish = async (lake: TestLake, options: { force?: boolean } = {}) =>
  publishDay(lake.ports, await readDayLayout(lake.ports.lake, 'small', DATE), DATE, options);
const publishByForce: Heal = (lake) => publish(lake, { force: true });

/** Documents of a lake: where the last of each kind is, the command that its error names, and what that does. */
const KINDS: [kind: string, prefix: RegExp, named: RegExp, heal: Heal][] = [
  [
    'a ledger entry',
    /^ledger\/small\/year[^_]*\/f_2025.*\.json$/,
    /convert .*--force --input f_20250812\.\*/,
    force(KEY),
  ],
  [
    'a commit',
    /\/_day\/\d+\.json$/,
    /publish .*--dataset small --business-date 2025-08-12 --force/,
    publishByForce,
  ],
  ['terms', /\/_terms\/\d+\.json$/, /convert .*--business-date 2025-08-12 --force/, force(OTHER)],
  ['a catalog', /^catalog\/small\.json$/, /publish .*--force/, publishByForce],
  ['a catalog of rejects', /^catalog\/small_rejects\.json$/, /publish .*--force/, publishByForce],
  ['the ids of fields', /^ledger\/_fields\/small\.json$/, /convert .*--force/, force(KEY)],
  ['the owner of a table', /^ledger\/_tables\/small\.json$/, /convert .*--force/, force(KEY)],
  ['a note on content', /^ledger\/small\/_content\//, /convert .*--force/, force(KEY)],
  ['a note on an execution', /^runs\/executions\//, /clean/, (lake) => cleanLake(lake.ports, KEEP)],
  [
    'the plan of a run',
    /^runs\/.*\/plan\.json$/,
    /convert .*--force/,
    (lake) => Promise.all([force(KEY), force(OTHER)].map((again) => again(lake))),
  ],
  ['an earlier version of an entry', /_history\/f_2025[^/]*\/1\.json$/, /convert .*--force/, force(KEY)],
];

/** None of these changes what a sound lake shows of the two files. */
const COMMANDS: Record<string, (lake: TestLake) => Promise<unknown>> = {
  status: (lake) => dayStatus(lake.ports, 'small', DATE, { versions: true }),
  query: (lake) => queried(lake),
  clean: async (lake) => {
    const { failed } = await cleanLake(lake.ports, { ...KEEP, runsOlderThanMs: 0, dryRun: true });
    if (failed[0]) throw new ObjectDamaged({ what: failed[0].why });
  },
  publish,
  convert: (lake) => smallDay(lake).load(KEY, LINES[KEY]!),
  'convert another file': (lake) => smallDay(lake).load('h_20250812.txt', smallFile(smallLine('C1', 9))),
};

async function queried(lake: TestLake): Promise<unknown[]> {
  const opened = await openLake({ lakeDir: join(lake.dir, 'lake') });
  try {
    for (const damage of opened.damage.of('SELECT * FROM small, small_days, ledger')) throw damage;
    return (await opened.query('SELECT id FROM small ORDER BY id')).rows.map(([id]) => id);
  } finally {
    opened.close();
  }
}

describe.each(KINDS)('%s', (kind, prefix, named, heal) => {
  let sound: TestLake;
  let key: string;
  beforeAll(async () => {
    sound = await TestLake.make('on disk');
    for (const [name, bytes] of Object.entries(LINES)) await smallDay(sound).load(name, bytes);
    for await (const info of sound.ports.lake.list('')) if (prefix.test(info.key)) key = info.key;
  });
  afterAll(() => sound[Symbol.asyncDispose]());

  /** A copy of the lake with the document damaged. */
  async function damagedLake(damage: (bytes: Buffer) => Buffer): Promise<TestLake> {
    const lake = await TestLake.make('on disk');
    await cp(sound.dir, lake.dir, { recursive: true, preserveTimestamps: true });
    const stored = await lake.ports.lake.get(key);
    await lake.ports.lake.put(key, damage(Buffer.from(stored!.bytes)));
    return lake;
  }

  /** The command does its work, or says which object is damaged, and what to type. */
  async function told(name: string, command: Promise<unknown>): Promise<void> {
    const failure = await command.then(
      () => undefined,
      (error) => error,
    );
    if (failure === undefined) return;
    expect(failure, `${name}: ${failure.stack}`).toBeInstanceOf(ObjectDamaged);
    expect(failure.message, name).toContain(key);
    expect(failure.message, name).toMatch(named);
    expect(failure.message, name).not.toMatch(/secret|SyntaxError|Unexpected|JSON\.parse/);
  }

  it.each(
    damagesOf(kind),
  )('that is %s is told with its key and what heals, and is healed', async (damaged, damage) => {
    await using lake = await damagedLake(damage);
    for (const [name, command] of Object.entries(COMMANDS)) await told(name, command(lake));
    if (!HEALED.includes(damaged)) return;
    await heal(lake);
    for (const [name, bytes] of Object.entries(LINES)) await smallDay(lake).load(name, bytes);
    await smallDay(lake).load('h_20250812.txt', smallFile(smallLine('C1', 9)));
    expect(await queried(lake)).toEqual([...IDS, 'C1']);
    const status = await dayStatus(lake.ports, 'small', DATE);
    expect(status).toMatchObject({ counts: { loaded: 3 }, totals: { rows: 4 }, published: { rows: 4 } });
    expect((await cleanLake(lake.ports, KEEP)).failed).toEqual([]);
  });

  it('stops no rollback in silence', async () => {
    await using lake = await damagedLake(DAMAGES.empty!);
    const rollback = rollBack(lake.ports, { ...DAY, file: OTHER, remove: true, reason: 'test' });
    await told('rollback', rollback);
  });
});
