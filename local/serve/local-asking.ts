import { setTimeout as wait } from 'node:timers/promises';
import { AnswerCache } from '../../shared/ask/answer-cache.ts';
import type { AskPorts } from '../../shared/ask/ask.ts';
import { ObjectCache } from '../../shared/ask/object-cache.ts';
import { RedisCache } from '../../shared/redis/redis-cache.ts';
import { createFileObjectStore } from '../adapters/file-object-store.ts';
import { DuckDBEngine } from './duckdb-engine.ts';
import { mappingFor, namedQueries } from './query-catalog.ts';

interface AskingOptions {
  lakeDir: string;
  /** A file; by default the project's for one of the lake's tables. */
  mapping?: string | undefined;
  redisUrl?: string | undefined;
  /** A folder in which answers stay when the service ends. */
  answersDir?: string | undefined;
  memoryLimit?: string | undefined;
  cacheBytes?: number;
}

/** What is asked on one machine, and how it is ended. */
interface LocalAsking extends AskPorts {
  close(): Promise<void>;
}

const CACHE_BYTES = 256 * 1024 * 1024;

/** DuckDB over a lake, with its caches. */
export async function openAsking({
  lakeDir,
  mapping: mappingFile,
  redisUrl,
  answersDir,
  memoryLimit,
  cacheBytes = CACHE_BYTES,
}: AskingOptions): Promise<LocalAsking> {
  const clock = { now: () => new Date() };
  const engine = new DuckDBEngine(lakeDir, memoryLimit);
  const tables = [...(await engine.published()).keys()];
  const [queries, mapping] = await Promise.all([namedQueries(), mappingFor(mappingFile, tables)]);
  const redis =
    redisUrl === undefined ? undefined : new RedisCache({ url: redisUrl, prefix: 'positional-lake' });
  redis?.start();
  const folder = answersDir && createFileObjectStore({ rootDir: answersDir, sync: false });
  const store = folder ? new ObjectCache(folder, clock) : undefined;
  const cache = new AnswerCache({ clock, wait, memoryBytes: cacheBytes, shared: redis, store });
  return {
    engine,
    cache,
    queries,
    mapping,
    clock,
    async close() {
      redis?.close();
      await engine.close();
    },
  };
}
