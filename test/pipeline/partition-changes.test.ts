import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFileCatalog } from '../../local/adapters/catalog-file.ts';
import { openLake } from '../../local/lake/lake-sql.ts';
import { createGlueCatalog } from '../../shared/aws/glue-catalog.ts';
import type { TableMetadata } from '../../shared/iceberg/table-metadata.ts';
import { parseAsOf } from '../../shared/pipeline/operate/as-of.ts';
import { dayStatus } from '../../shared/pipeline/operate/day-status.ts';
import { lakeAsOf } from '../../shared/pipeline/operate/lake-as-of.ts';
import { rollBack } from '../../shared/pipeline/operate/roll-back.ts';
import { repairLake } from '../../shared/pipeline/verify/repair-lake.ts';
import type { CatalogFile } from '../../shared/ports/catalog.ts';
import { seenThroughGlue } from '../support/glue-tables.ts';
import { ICEBERG, shownTable } from '../support/iceberg-folder.ts';
import { icebergRows } from '../support/iceberg-rows.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { samples } from '../support/samples.ts';
import { strictGlue } from '../support/strict-glue.ts';

const BUCKET = 'lake';

/** A layout of one name: what it partitions by, and which of its fields it has at all. */
interface Form {
  partitionBy: string[];
  without: string[];
  /** `v` has more digits than in layouts of before, and may be a key then. */
  isWide?: boolean;
}

/** A record as it is written. A blank is null. */
interface Written {
  id: string;
  uf: string;
  tipo: string;
  n: string;
  v: string;
}

/** A row as readers see it, as text; null where the layout of its file has no such field. */
type Row = Record<string, string | null>;

const FIELDS = [
  { name: 'id', type: 'string', width: 6 },
  { name: 'uf', type: 'string', width: 2 },
  { name: 'tipo', type: 'string', width: 3 },
  { name: 'n', type: 'integer', width: 2 },
  { name: 'v', type: 'decimal', width: 3 },
] as const;

function layoutOf({ partitionBy, without, isWide = false }: Form): string {
  let at = 1;
  const amount = { type: isWide ? 'decimal(12,1)' : 'decimal(3,1)', point: 'implied' };
  const fields = FIELDS.flatMap(({ name, type, width }) => {
    const start = at;
    at += width;
    return without.includes(name)
      ? []
      : [{ name, start, end: at - 1, ...(name === 'v' ? amount : { type }) }];
  });
  const record = { format: 'lines', length: 16, short: 'pad' };
  return JSON.stringify({ name: 'evo', encoding: 'us-ascii', record, partitionBy, fields });
}

function fileOf(records: Written[]): Buffer {
  const lines = records.map((record) =>
    FIELDS.map(({ name, width }) =>
      name === 'v' && record.v !== ''
        ? record.v.replace('.', '').padStart(width, '0')
        : name === 'n'
          ? record.n.padStart(width)
          : record[name].padEnd(width),
    ).join(''),
  );
  return Buffer.from(`${lines.join('\n')}\n`);
}

function rowOf(record: Written, { without }: Form, day: string): Row {
  const of = (name: keyof Written) => (without.includes(name) || record[name] === '' ? null : record[name]);
  return { id: record.id, uf: of('uf'), tipo: of('tipo'), n: of('n'), v: of('v'), day: day.slice(-2) };
}

const text = (rows: Row[]) => rows.map((row) => JSON.stringify(row)).sort();

async function queried(lake: TestLake, where = 'true', past?: CatalogFile[]): Promise<string[]> {
  const opened = await openLake({ lakeDir: join(lake.dir, 'lake'), past });
  try {
    const { columns } = await opened.query('SELECT * FROM evo LIMIT 0');
    const has = (name: string) => columns.some((column) => column.name === name);
    const selected = ['id', 'uf', 'tipo', 'n', 'v', 'day'].map((name) =>
      has(name) ? name : `NULL AS ${name}`,
    );
    const { rows } = await opened.query(`SELECT ${selected} FROM evo WHERE ${where}`);
    return text(
      rows.map((row) =>
        Object.fromEntries(
          ['id', 'uf', 'tipo', 'n', 'v', 'day'].map((name, at) => [
            name,
            row[at] === null ? null : String(row[at]),
          ]),
        ),
      ),
    );
  } finally {
    opened.close();
  }
}

/** What a reader that only knows the specification of Iceberg makes of the metadata. */
async function readByOthers(
  metadata: TableMetadata,
  bytesOf: (uri: string) => Promise<Uint8Array>,
): Promise<string[]> {
  const rows = await icebergRows(metadata, bytesOf);
  return text(
    rows.map((row) =>
      Object.fromEntries(
        ['id', 'uf', 'tipo', 'n', 'v', 'day'].map((name) => [
          name,
          row[name] === null || row[name] === undefined ? null : shownText(row[name]),
        ]),
      ),
    ),
  );
}

/** A decimal of a tuple is in bytes, big-endian; that of `v` has one digit after its point. */
function shownText(value: unknown): string {
  return String(value instanceof Uint8Array ? value.reduce((sum, byte) => sum * 256 + byte, 0) / 10 : value);
}

async function localLake(): Promise<TestLake> {
  const lake = await TestLake.make('on disk');
  const now = () => new Date('2025-08-13T06:00:00Z');
  lake.ports.catalog = createFileCatalog(lake.ports.lake, { iceberg: { ...ICEBERG, now } });
  return lake;
}

async function shownLocally(lake: TestLake): Promise<string[]> {
  const { metadata } = (await shownTable(lake.ports.lake, 'evo'))!;
  requireSound(metadata);
  return readByOthers(
    metadata,
    async (uri) =>
      (await lake.ports.lake.get(`${ICEBERG.publishedPrefix}${uri.slice(ICEBERG.root.length)}`))!.bytes,
  );
}

/** Specs as the specification wants them: one id for one column, ids of fields and specs that are never given twice, and a default. */
function requireSound(metadata: TableMetadata): void {
  const specs = metadata['partition-specs'];
  const fieldIds = new Map<number, number>();
  for (const field of specs.flatMap(({ fields }) => fields)) {
    expect(fieldIds.get(field['source-id']) ?? field['field-id']).toBe(field['field-id']);
    fieldIds.set(field['source-id'], field['field-id']);
  }
  expect(new Set(fieldIds.values()).size).toBe(fieldIds.size);
  expect(Math.max(...fieldIds.values())).toBeLessThanOrEqual(metadata['last-partition-id']);
  expect(new Set(specs.map((spec) => JSON.stringify(spec.fields))).size).toBe(specs.length);
  expect(specs.map((spec) => spec['spec-id'])).toContain(metadata['default-spec-id']);
}

/** What verify finds, but for what a run left that nobody needs. */
async function findings(lake: TestLake) {
  const { verdict } = await repairLake(lake.ports, { depth: 'full' });
  return verdict.findings.filter(({ level }) => level !== 'note');
}

async function load(lake: TestLake, name: string, day: string, form: Form, records: Written[]) {
  const sourceKey = `${name}_${day.replaceAll('-', '')}.txt`;
  await lake.putRaw(sourceKey, fileOf(records));
  return lake.convert({ layout: layoutOf(form), sourceKey });
}

const record = (id: string, uf: string, tipo: string, n: string, v = ''): Written => ({
  id,
  uf,
  tipo,
  n,
  v,
});
const BY = (...partitionBy: string[]): Form => ({ partitionBy, without: [] });

describe('a layout that is partitioned otherwise from a day on', () => {
  test('leaves the days before as they are, and a filter finds what it asks for in both', async () => {
    await using lake = await localLake();
    await load(lake, 'a', '2025-08-11', BY('uf'), [record('1', 'SP', 'X', '7'), record('2', '', 'Y', '8')]);
    await load(lake, 'a', '2025-08-12', BY('tipo'), [record('3', 'RJ', 'X', '9'), record('4', 'SP', '', '')]);
    const all = [
      { id: '1', uf: 'SP', tipo: 'X', n: '7', v: null, day: '11' },
      { id: '2', uf: null, tipo: 'Y', n: '8', v: null, day: '11' },
      { id: '3', uf: 'RJ', tipo: 'X', n: '9', v: null, day: '12' },
      { id: '4', uf: 'SP', tipo: null, n: null, v: null, day: '12' },
    ];
    expect(await queried(lake)).toEqual(text(all));
    expect(await queried(lake, "uf = 'SP'")).toEqual(text([all[0]!, all[3]!]));
    expect(await queried(lake, "tipo = 'X' AND uf IS NOT NULL")).toEqual(text([all[0]!, all[2]!]));
    expect(await queried(lake, 'uf IS NULL OR tipo IS NULL')).toEqual(text([all[1]!, all[3]!]));
    expect(await shownLocally(lake)).toEqual(text(all));
    const { metadata, manifests } = (await shownTable(lake.ports.lake, 'evo'))!;
    expect(
      metadata['partition-specs'].map(({ fields }) =>
        fields.slice(3).map((field) => `${field['field-id']} ${field.name}`),
      ),
    ).toEqual([['1003 uf'], ['1004 tipo']]);
    expect(metadata['default-spec-id']).toBe(1);
    expect(manifests.map((one) => one.partition_spec_id)).toEqual([0, 1]);
    // An earlier day that is published again, as it was partitioned, changes nothing for the days to come.
    await load(lake, 'b', '2025-08-11', BY('uf'), [record('5', 'RJ', 'Z', '1')]);
    const keys = (await lake.catalog('evo'))!.partitionKeys.map(({ name }) => name);
    expect(keys).toEqual(['year', 'month', 'day', 'tipo']);
    expect((await shownTable(lake.ports.lake, 'evo'))!.metadata['default-spec-id']).toBe(1);
    // A file that a filter leaves out by its folder is not opened: it need not even be a file of rows.
    const [left] = (await lake.catalog('evo'))!.partitions.filter(({ values }) => values.uf === null);
    await rm(join(lake.dir, 'lake/processed', left!.files[0]!));
    await writeFile(join(lake.dir, 'lake/processed', left!.files[0]!), 'x');
    expect(await queried(lake, "uf = 'SP'")).toEqual(text([all[0]!, all[3]!]));
    await expect(queried(lake, "tipo = 'Y'")).rejects.toThrow();
    const { files } = await dayStatus(lake.ports, 'evo', '2025-08-12');
    expect(files[0]?.warnings).toEqual([
      'a_20250812.txt: the rows of this file are partitioned by year, month, day, tipo, and evo was by year, month, day, uf',
    ]);
  });

  test('keeps what the layout has no longer, and what was partitioned by it', async () => {
    await using lake = await localLake();
    await load(lake, 'a', '2025-08-11', BY('uf', 'n'), [record('1', 'SP', 'X', '7')]);
    await load(lake, 'a', '2025-08-12', { partitionBy: [], without: ['uf'] }, [record('2', 'RJ', 'Y', '8')]);
    const all = [
      { id: '1', uf: 'SP', tipo: 'X', n: '7', v: null, day: '11' },
      { id: '2', uf: null, tipo: 'Y', n: '8', v: null, day: '12' },
    ];
    expect(await queried(lake)).toEqual(text(all));
    expect(await shownLocally(lake)).toEqual(text(all));
    expect(await queried(lake, "uf = 'SP' AND n = 7")).toHaveLength(1);
  });

  test('is refused if the column has another type as a key', async () => {
    await using lake = await localLake();
    await load(lake, 'a', '2025-08-11', BY('n'), [record('1', 'SP', 'X', '7')]);
    const other = JSON.parse(layoutOf(BY()));
    other.fields[3].type = 'string';
    await lake.putRaw('a_20250812.txt', fileOf([record('2', 'RJ', 'Y', '8')]));
    const refused = await lake.convert({ layout: JSON.stringify(other), sourceKey: 'a_20250812.txt' });
    expect(refused.status).toBe('refused');
    expect(lake.notifications.at(-1)).toContain('column n is bigint there and string in the layout');
  });
});

type Step =
  | { do: 'load'; file: string; day: string; form: Form; records: Omit<Written, 'id'>[] }
  | { do: 'roll back'; day: string; to: number };

const DAYS = ['2025-08-11', '2025-08-12'];
const form = fc
  .tuple(
    fc.shuffledSubarray(['uf', 'tipo', 'n', 'v']),
    fc.subarray(['uf', 'n', 'v'], { maxLength: 1 }),
    fc.boolean(),
  )
  .map(
    ([by, without, isWide]): Form => ({
      partitionBy: by.filter((name) => !without.includes(name) && (name !== 'v' || isWide)),
      without,
      isWide,
    }),
  );
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('load' as const),
      file: fc.constantFrom('a', 'b'),
      day: fc.constantFrom(...DAYS),
      form,
      records: fc.array(
        fc.record({
          uf: fc.constantFrom('SP', 'R/', ''),
          tipo: fc.constantFrom('X', 'Y=1', ''),
          n: fc.constantFrom('7', '12', ''),
          v: fc.constantFrom('1.5', '99.9', '0.5', ''),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('roll back' as const),
      day: fc.constantFrom(...DAYS),
      to: fc.integer({ min: 1, max: 3 }),
    }),
  },
);
const steps = fc.array(step, { minLength: 3, maxLength: 9 });

/** Plays steps, and answers with the rows that readers should see after each commit: day → the files of each commit. */
class Player {
  private readonly commits = new Map<string, Map<string, Row[]>[]>(DAYS.map((day) => [day, []]));
  private nextId = 0;
  private readonly lake: TestLake;

  constructor(lake: TestLake) {
    this.lake = lake;
  }

  /** The commit that a step made. */
  async play(one: Step): Promise<{ day: string; commit: number } | undefined> {
    const commits = this.commits.get(one.day)!;
    if (one.do === 'roll back') {
      const target = commits[one.to - 1];
      if (!target || one.to >= commits.length) return undefined;
      const { day: businessDate, to: toCommit } = one;
      const done = await rollBack(this.lake.ports, { dataset: 'evo', businessDate, toCommit, reason: 'no' });
      expect(done.commit).toBe(commits.push(target));
      return { day: one.day, commit: commits.length };
    }
    const records = one.records.map((fields) => ({ id: String(this.nextId++), ...fields }));
    const result = await load(this.lake, one.file, one.day, one.form, records);
    expect(result).toMatchObject({ status: 'loaded' });
    const rows = records.map((record) => rowOf(record, one.form, one.day));
    commits.push(new Map([...(commits.at(-1) ?? []), [one.file, rows]]));
    return { day: one.day, commit: commits.length };
  }

  rows(): string[] {
    return text(DAYS.flatMap((day) => [...(this.commits.get(day)!.at(-1) ?? new Map()).values()].flat()));
  }
}

describe('any sequence of layouts, loads, replacements and rollbacks', () => {
  test('shows the rows that were written, to our query, to others and back in time, and lacks nothing', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        await using lake = await localLake();
        const player = new Player(lake);
        const states: { at: string; rows: string[] }[] = [];
        for (const one of all) {
          const made = await player.play(one);
          if (made) states.push({ at: `${made.day}/${made.commit}`, rows: player.rows() });
          if (made) expect(await shownLocally(lake)).toEqual(player.rows());
        }
        if (states.length === 0) return;
        expect(await queried(lake)).toEqual(player.rows());
        for (const { at, rows } of states) {
          const { catalogs, gone } = await lakeAsOf(lake.ports, parseAsOf(at));
          expect(gone).toEqual([]);
          expect(await queried(lake, 'true', catalogs)).toEqual(rows);
        }
        expect(await findings(lake)).toEqual([]);
        await lake.ports.catalog.restore('evo', []);
        expect(await shownLocally(lake)).toEqual(player.rows());
      }),
      { numRuns: samples(16) },
    );
  });
});

describe('on AWS', () => {
  let glue: Awaited<ReturnType<typeof strictGlue>>;
  beforeAll(async () => {
    glue = await strictGlue();
  });
  afterAll(() => glue.close());

  test('any sequence shows the rows that were written to who begins at the pointer', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        await using lake = await TestLake.make();
        const { client } = glue;
        glue.glue.tables.clear();
        const store = lake.ports.lake;
        const now = () => new Date('2025-08-13T06:00:00Z');
        const catalog = createGlueCatalog({ client, database: 'db', bucket: BUCKET, store, now });
        Object.assign(lake.ports, { publishedPrefix: '', catalog });
        const player = new Player(lake);
        for (const one of all) {
          if (!(await player.play(one))) continue;
          const { metadata, table } = (await seenThroughGlue(
            { client, store, bucket: BUCKET },
            'db',
            'evo',
          ))!;
          requireSound(metadata);
          const bytesOf = async (uri: string) =>
            (await store.get(uri.slice(`s3://${BUCKET}/`.length)))!.bytes;
          expect(await readByOthers(metadata, bytesOf)).toEqual(player.rows());
          expect(table?.PartitionKeys).toEqual([]);
        }
        expect(await findings(lake)).toEqual([]);
      }),
      { numRuns: samples(16) },
    );
  });
});
