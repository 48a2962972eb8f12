import { DuckDBInstance } from '@duckdb/node-api';

/** A process of its own: runs the SQL of argv on so many threads and prints the milliseconds it took. */
const [threads, sql] = process.argv.slice(2);
const instance = await DuckDBInstance.create(':memory:', { threads: threads! });
const connection = await instance.connect();
const startedAt = performance.now();
await connection.run(sql!);
console.log(performance.now() - startedAt);
