import { DuckDBInstance } from '@duckdb/node-api';

/** A script for a process of its own, `duckdb-copy.ts THREADS SQL`: runs the SQL and prints the milliseconds it took. */
const [threads, sql] = process.argv.slice(2);
if (threads === undefined || sql === undefined) throw new Error('Usage: duckdb-copy.ts THREADS SQL');
const instance = await DuckDBInstance.create(':memory:', { threads });
const connection = await instance.connect();
const startedAt = performance.now();
await connection.run(sql);
console.log(performance.now() - startedAt);
