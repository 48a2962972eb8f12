import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

const TRIES = 3;

/** What it takes to find the rows of one value in a lake, with DuckDB on one thread. */
export interface Lookup {
  column: string;
  rows: number;
  /** The fastest of a few tries, and what each reads. */
  ms: number;
  bytesRead: number | undefined;
}

/** Looks up a value from the middle of the files of `glob`. */
export async function lookUp(glob: string, column: string): Promise<Lookup> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const read = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson();
  const source = `read_parquet('${glob}', hive_partitioning = true)`;
  const [[rows] = [0]] = await read(`SELECT count(*)::DOUBLE FROM ${source}`);
  const [[value] = ['']] = await read(
    `SELECT ${column} FROM ${source} LIMIT 1 OFFSET ${Math.floor(Number(rows) / 2)}`,
  );
  const tries: { ms: number; bytesRead: number | undefined }[] = [];
  for (let index = 0; index < TRIES; index++) {
    const before = bytesRead();
    const startedAt = performance.now();
    const found = await read(`SELECT * FROM ${source} WHERE ${column} = '${value}'`);
    const ms = performance.now() - startedAt;
    if (found.length === 0) throw new Error(`${column} '${value}' is not found again`);
    const after = bytesRead();
    tries.push({ ms, bytesRead: before !== undefined && after !== undefined ? after - before : undefined });
  }
  connection.closeSync();
  const fastest = tries.reduce((a, b) => (a.ms < b.ms ? a : b));
  return { column, rows: Number(rows), ms: fastest.ms, bytesRead: tries[0]?.bytesRead };
}

/** What this process has read of files, from the disk or from the memory of the system (Linux; proc_pid_io(5)). */
function bytesRead(): number | undefined {
  try {
    return Number(/^rchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}
