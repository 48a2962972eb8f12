import { createHash } from 'node:crypto';
import { DuckDBInstance } from '@duckdb/node-api';
import { openLake } from '../../local/lake/lake-sql.ts';
import { type SqlStream, streamOf } from '../../local/lake/sql-statements.ts';
import { sqlString } from '../../local/lake/sql-text.ts';
import { jsonText } from '../../shared/shown-text.ts';
import { EXIT_LOADED, runCommand } from '../../terminal/exit.ts';

/**
 * Answers one query in a process of its own, and prints what it took: `lake` asks our lake, `file` asks DuckDB's `read_parquet` of the same
 * file, with nothing of ours in between. The digest is that of all values in the order in which they came.
 */
const [contestant, path = '', sql = ''] = process.argv.slice(2);

const asked = contestant === 'lake' ? await askLake() : await askFile();
const startedAt = performance.now();
const digest = createHash('sha256');
let rows = 0;
for await (const batch of (await asked(sql)).batches) {
  rows += batch.length;
  digest.update(jsonText(batch.map((row) => row.map(String))));
}
const milliseconds = performance.now() - startedAt;
const peakBytes = process.resourceUsage().maxRSS * 1024;
await runCommand(async () => {
  console.log(JSON.stringify({ milliseconds, peakBytes, rows, digest: digest.digest('hex') }));
  return EXIT_LOADED;
});

async function askLake(): Promise<(sql: string) => Promise<SqlStream>> {
  const lake = await openLake({ lakeDir: path });
  return (sql) => lake.stream(sql);
}

async function askFile(): Promise<(sql: string) => Promise<SqlStream>> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(
    `CREATE VIEW contracts AS SELECT * FROM read_parquet(${sqlString(path)}, hive_partitioning = false)`,
  );
  return async (sql) => streamOf(await connection.stream(sql));
}
