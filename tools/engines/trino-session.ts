import { median } from '../median.ts';
import type { Asked, Asking, EngineRows, EngineSession, Planned, Question } from './engine.ts';
import type { KnownState } from './engine-lake.ts';
import { type Looks, lookAgain } from './looking.ts';
import type { TrinoClient } from './trino-client.ts';

const TIMES = 5;

/** Rows and sum of each day, as `engine_session.py` writes what it saw: `12:200:9.50 13:150:7.25`. */
export async function lookWith(client: TrinoClient, table: string): Promise<string> {
  const columns = 'day, count(*) AS n, CAST(sum(coalesce(amount, 0)) AS varchar) AS total';
  const rows = await client.query(`SELECT ${columns} FROM ${table} GROUP BY day`);
  const days = rows.map(({ day, n, total }) => `${day}:${n}:${total}`);
  return days.sort().join(' ');
}

/** Trino has to be told of a table, and with a catalog in files of each commit too: tables are registered where they are needed. */
export class TrinoSession implements EngineSession {
  readonly address: string;
  private readonly client: TrinoClient;
  private readonly schema: Promise<unknown>;
  private tables = 0;

  constructor(client: TrinoClient, address: string) {
    this.client = client;
    this.address = address;
    this.schema = client.query('CREATE SCHEMA IF NOT EXISTS lake');
  }

  async read(states: KnownState[]): Promise<EngineRows[]> {
    const names = new Map<string, string>();
    const found: EngineRows[] = [];
    for (const { table, snapshot } of states) {
      const name = names.get(table) ?? (await this.register(table));
      names.set(table, name);
      const at = snapshot === null ? '' : ` FOR VERSION AS OF ${snapshot}`;
      const reading = this.client.query(`SELECT * FROM ${name}${at}`);
      found.push(await reading.catch((error: Error) => ({ error: error.message })));
    }
    return found;
  }

  look(table: string): Promise<Looks> {
    return lookAgain(async () => {
      const name = await this.register(table);
      const saw = await lookWith(this.client, name);
      await this.unregister(name);
      return saw;
    });
  }

  /**
   * Lets Trino plan each question (`EXPLAIN`, for whose estimates it reads every manifest that the filter leaves), and run it once to see how
   * many files it opens. Of a question without a filter the table of files says that: to open them all would take minutes.
   */
  async plan(table: string, questions: Question[]): Promise<Planned[]> {
    const name = await this.register(table);
    const planned: Planned[] = [];
    for (const { name: question, filter } of questions) {
      const sql = `SELECT count(*) FROM ${name}${filter === '' ? '' : ` WHERE ${filter}`}`;
      const seconds: number[] = [];
      for (let time = 0; time <= TIMES; time++) {
        const startedAt = performance.now();
        await this.client.query(`EXPLAIN ${sql}`);
        seconds.push(Math.round(performance.now() - startedAt) / 1000);
      }
      const [first = 0, ...later] = seconds;
      later.sort((a, b) => a - b);
      const files =
        filter === ''
          ? Number((await this.client.query(`SELECT count(*) AS n FROM ${filesOf(name)}`))[0]?.n)
          : await this.client.scannedSplits(sql);
      planned.push({ name: question, files, first, seconds: later[TIMES >> 1]! });
    }
    return planned;
  }

  async ask(table: string, questions: Asking[]): Promise<Asked[]> {
    const name = await this.register(table);
    const asked: Asked[] = [];
    for (const { name: question, sql } of questions) {
      const seconds: number[] = [];
      let last: Awaited<ReturnType<TrinoClient['measured']>> | undefined;
      for (let time = 0; time <= TIMES; time++) {
        const startedAt = performance.now();
        last = await this.client.measured(sql.replaceAll('{table}', name));
        seconds.push(Math.round(performance.now() - startedAt) / 1000);
      }
      const [first = 0, ...later] = seconds;
      const rows = last!.rows.map((row) => Object.values(row));
      asked.push({ name: question, rows, first, seconds: median(later), bytes: last!.bytes });
    }
    await this.unregister(name);
    return asked;
  }

  private async register(table: string): Promise<string> {
    await this.schema;
    const name = `t${++this.tables}`;
    const where = `table_location => '${table.replaceAll("'", "''")}'`;
    await this.client.query(
      `CALL iceberg.system.register_table(schema_name => 'lake', table_name => '${name}', ${where})`,
    );
    return `lake.${name}`;
  }

  private async unregister(name: string): Promise<void> {
    const [schema, table] = name.split('.');
    await this.client.query(`CALL iceberg.system.unregister_table('${schema}', '${table}')`);
  }
}

function filesOf(name: string): string {
  const [schema, table] = name.split('.');
  return `${schema}."${table}$files"`;
}
