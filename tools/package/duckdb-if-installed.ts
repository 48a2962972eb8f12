import module from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as DuckDb from '@duckdb/node-api';
import { startDir } from '../../local/adapters/project-folders.ts';
import { UsageError } from '../../shared/errors.ts';

/**
 * DuckDB for the compiled package, of which it is an optional part: 60 MB that only queries need. It is looked for beside the package,
 * and then in the folder where the user stands. What needs none of it can be loaded without.
 */
declare const DUCKDB_VERSION: string;

const duckDb = await installed();

export const DuckDBInstance = duckDb?.DuckDBInstance ?? { create: notInstalled };
export const StatementType = duckDb?.StatementType ?? {};
export const ResultReturnType = duckDb?.ResultReturnType ?? {};
export const DuckDBArrayValue = duckDb?.DuckDBArrayValue ?? class {};
export const DuckDBListValue = duckDb?.DuckDBListValue ?? class {};
export const DuckDBMapValue = duckDb?.DuckDBMapValue ?? class {};
export const DuckDBStructValue = duckDb?.DuckDBStructValue ?? class {};
export const DuckDBVarCharVector = duckDb?.DuckDBVarCharVector;
export const DuckDBUnionValue = duckDb?.DuckDBUnionValue ?? class {};

async function installed(): Promise<typeof DuckDb | undefined> {
  try {
    return await import('@duckdb/node-api');
  } catch {
    try {
      const path = module.createRequire(join(startDir, 'package.json')).resolve('@duckdb/node-api');
      const { default: found } = await import(pathToFileURL(path).href);
      return found;
    } catch {
      return undefined;
    }
  }
}

function notInstalled(): never {
  throw new UsageError({
    what: 'queries need DuckDB, which is not installed',
    why: 'It has 60 MB, and nothing else needs it.',
    next: `Install it where positional-lake is: npm install @duckdb/node-api@${DUCKDB_VERSION} (with -g if positional-lake was installed with -g).`,
  });
}
