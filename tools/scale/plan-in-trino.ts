import { installTrino, withTrino } from '../engines/trino.ts';

/** What is asked of a table, as a condition of SQL; none asks for all of it. */
export interface Question {
  name: string;
  filter: string;
}

/** How many files an engine would open for a question, and the median of the seconds that it plans it. */
export interface Planned {
  name: string;
  files: number;
  seconds: number;
}

const TIMES = 5;

/**
 * Lets Trino plan each question (`EXPLAIN`, for whose estimates it reads every manifest that the filter leaves), and run it once to see how
 * many files it opens. Of a question without a filter the table of files says that: to open them all would take minutes.
 */
export async function planInTrino(
  table: string,
  questions: Question[],
  dir: string,
): Promise<Planned[] | { missing: string }> {
  const installed = await installTrino();
  if ('missing' in installed) return installed;
  return withTrino(installed, dir, async (client) => {
    await client.query('CREATE SCHEMA IF NOT EXISTS lake');
    // The folder may be kept, and with it what Trino was told of the table.
    await client.query("CALL iceberg.system.unregister_table('lake', 'nights')").catch(() => undefined);
    const names = `schema_name => 'lake', table_name => 'nights', table_location => '${table}'`;
    await client.query(`CALL iceberg.system.register_table(${names})`);
    const planned: Planned[] = [];
    for (const { name, filter } of questions) {
      const sql = `SELECT count(*) FROM lake.nights${filter === '' ? '' : ` WHERE ${filter}`}`;
      const seconds: number[] = [];
      for (let time = 0; time <= TIMES; time++) {
        const startedAt = performance.now();
        await client.query(`EXPLAIN ${sql}`);
        // The first time it loads its own code.
        if (time > 0) seconds.push((performance.now() - startedAt) / 1000);
      }
      const files =
        filter === ''
          ? Number((await client.query('SELECT count(*) AS n FROM lake."nights$files"'))[0]?.n)
          : await client.scannedSplits(sql);
      seconds.sort((a, b) => a - b);
      planned.push({ name, files, seconds: Math.round(seconds[TIMES >> 1]! * 1000) / 1000 });
    }
    return planned;
  });
}
