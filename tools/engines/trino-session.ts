import type { EngineRows, EngineSession, Look, Planned, Question } from './engine.ts';
import type { KnownState } from './engine-lake.ts';
import { Looks } from './looking.ts';
import type { TrinoClient } from './trino-client.ts';

const TIMES = 5;

/** What a look asks: rows and sum of each day. */
export const LOOK_COLUMNS = 'day, count(*) AS n, CAST(sum(coalesce(amount, 0)) AS varchar) AS total';

/** `12:200:9.50 13:150:7.25`, as `engine_session.py` writes what it saw. */
export function lookText(rows: Record<string, unknown>[]): string {
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

  async look(table: string): Promise<Looks> {
    let isLast = false;
    const looks = new Looks(
      () => {
        isLast = true;
      },
      async (add) => {
        for (let goesOn = true; goesOn; ) {
          goesOn = !isLast;
          add(await this.lookOnce(table));
        }
      },
    );
    await looks.looked();
    return looks;
  }

  /** Tells of the table as it is now, reads it, and lets go of it. */
  private async lookOnce(table: string): Promise<Look> {
    const fromMs = Date.now();
    const saw = await this.register(table)
      .then(async (name) => {
        const rows = await this.client.query(`SELECT ${LOOK_COLUMNS} FROM ${name} GROUP BY day`);
        await this.unregister(name);
        return lookText(rows);
      })
      .catch((error: Error) => `error: ${error.message}`);
    return { saw, fromMs, toMs: Date.now() };
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
