import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openLake } from '../../local/lake/lake-sql.ts';
import { toJsonValue } from '../../local/lake/sql-value.ts';
import { PROJECT } from '../bundle/bundle-functions.ts';
import { ENGINE_TABLES, engineFile, engineLayout, type LayoutForm } from './engine-files.ts';
import { makeFormerLake } from './former-lake.ts';

const run = promisify(execFile);

/** A state of a table, and the rows that our own query answers with. */
export interface KnownState {
  /** Of the state, for people. */
  name: string;
  /** Folder of the table, for engines. */
  table: string;
  /** Null: the current one. */
  snapshot: number | null;
  rows: Record<string, unknown>[];
}

/** What people do to the lake, one after the other; every state between is read, also later by time travel. */
const STEPS: { name: string; do: (lake: EngineLake) => Promise<void> }[] = [
  { name: 'a first file', do: (lake) => lake.convert('a_20250812.txt', 'first', 200) },
  { name: 'a second file of the day', do: (lake) => lake.convert('b_20250812.txt', 'first', 90) },
  { name: 'a second day', do: (lake) => lake.convert('a_20250813.txt', 'first', 150) },
  { name: 'a file replaced', do: (lake) => lake.convert('a_20250812.txt', 'first', 170) },
  { name: 'a wider and a new column', do: (lake) => lake.convert('a_20250814.txt', 'later', 120) },
  { name: 'a rollback', do: (lake) => lake.rollBack('2025-08-12') },
  { name: 'other partition columns', do: (lake) => lake.convert('a_20250815.txt', 'parted', 110) },
  {
    name: 'one of two files replaced under them',
    do: (lake) => lake.convert('b_20250812.txt', 'parted', 70),
  },
  { name: 'a rollback to before them', do: (lake) => lake.rollBack('2025-08-12') },
];

/** Makes a lake with our commands, as a user would, and answers with all its states. */
export async function makeEngineLake(folder: string): Promise<KnownState[]> {
  const lake = new EngineLake(folder, 'lake');
  const states: KnownState[] = [];
  for (const step of STEPS) {
    await step.do(lake);
    states.push(...(await lake.states(step.name)));
  }
  return [...states, ...currentOf(states), ...(await makeAdoptedLake(folder))];
}

/** A lake whose first files have no ids, adopted by repair, then filled by the version of now, and moved at last. */
async function makeAdoptedLake(folder: string): Promise<KnownState[]> {
  const lake = new EngineLake(folder, 'former lake');
  const day = (name: string, records: number) => ({ name, form: 'first', records }) as const;
  await makeFormerLake(lake.lakeDir, folder, [day('c_20250812.txt', 130), day('c_20250813.txt', 60)]);
  await lake.repair();
  const states = await lake.states('a former lake was adopted');
  await lake.convert('c_20250814.txt', 'later', 80);
  states.push(...(await lake.states('a file with ids')));
  const before = lake.lakeDir;
  await lake.move('moved lake');
  await lake.repair();
  const moved = states.map((state) => ({ ...state, table: state.table.replace(before, lake.lakeDir) }));
  return [...moved, ...currentOf(moved)];
}

function currentOf(states: KnownState[]): KnownState[] {
  return ENGINE_TABLES.map((table) => {
    const last = states.findLast((state) => state.table.endsWith(`/${table}`))!;
    return { ...last, name: `${last.name}: current`, snapshot: null };
  });
}

export class EngineLake {
  private readonly folder: string;
  lakeDir: string;

  constructor(folder: string, name: string) {
    this.folder = folder;
    this.lakeDir = join(folder, name);
  }

  async convert(name: string, form: LayoutForm, records: number): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const layout = join(this.folder, `${form}.json`);
    await writeFile(layout, JSON.stringify(engineLayout(form)));
    await writeFile(join(this.folder, name), engineFile(form, name, records));
    await this.command(
      'convert',
      '--layout',
      layout,
      '--input',
      join(this.folder, name),
      '--out',
      this.lakeDir,
    );
  }

  async rollBack(day: string): Promise<void> {
    const flags = ['--lake', this.lakeDir, '--dataset', 'engines', '--business-date', day];
    await this.command('rollback', ...flags, '--reason', 'test');
  }

  private async command(name: string, ...flags: string[]): Promise<void> {
    await run(process.execPath, [join(PROJECT, 'bin', 'positional-lake.mjs'), name, ...flags]);
  }

  async repair(): Promise<void> {
    await this.command('repair', '--lake', this.lakeDir, '--quick');
  }

  async clean(): Promise<void> {
    await this.command('clean', '--lake', this.lakeDir, '--older-than', '0', '--generations-older-than', '0');
  }

  /** Rows and sum of each day, as `engine_session.py` writes them. */
  async totals(): Promise<string> {
    const lake = await openLake({ lakeDir: this.lakeDir });
    try {
      const { rows } = await lake.query(
        "SELECT string_agg(day || ':' || n || ':' || total, ' ' ORDER BY day) FROM " +
          '(SELECT day, count(*) AS n, sum(coalesce(amount, 0)) AS total FROM engines GROUP BY day)',
      );
      return String(rows[0]?.[0]);
    } finally {
      lake.close();
    }
  }

  async move(name: string): Promise<void> {
    const to = join(this.folder, name);
    await rename(this.lakeDir, to);
    this.lakeDir = to;
  }

  async states(after: string): Promise<KnownState[]> {
    const states: KnownState[] = [];
    for (const table of ENGINE_TABLES) states.push(await this.state(`${table}, after ${after}`, table));
    return states;
  }

  private async state(name: string, table: string): Promise<KnownState> {
    const folder = join(this.lakeDir, 'processed', table);
    const hint = await readFile(join(folder, 'metadata', 'version-hint.text'), 'utf8');
    const metadata = JSON.parse(await readFile(join(folder, 'metadata', `v${hint}.metadata.json`), 'utf8'));
    return { name, table: folder, snapshot: metadata['current-snapshot-id'], rows: await this.rowsOf(table) };
  }

  private async rowsOf(table: string): Promise<Record<string, unknown>[]> {
    const lake = await openLake({ lakeDir: this.lakeDir });
    try {
      // Our own table of days comes from the commits, and has no columns for folders.
      const from = table.endsWith('_days')
        ? `(SELECT *, strftime(business_date, '%Y') AS year, strftime(business_date, '%m') AS month, strftime(business_date, '%d') AS day FROM ${table})`
        : table;
      const { columns } = await lake.query(`SELECT * FROM ${from} LIMIT 0`);
      const selected = columns.map(({ name, type }) =>
        type === 'BLOB' ? `hex("${name}") AS "${name}"` : `"${name}"`,
      );
      const { rows } = await lake.query(`SELECT ${selected.join(', ')} FROM ${from}`);
      return rows.map((row) =>
        Object.fromEntries(columns.map(({ name }, index) => [name, toJsonValue(row[index] ?? null)])),
      );
    } finally {
      lake.close();
    }
  }
}
