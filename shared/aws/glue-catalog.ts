import type { GlueClient, Table } from '@aws-sdk/client-glue';
import { createMetadataCatalog } from '../catalog/metadata-catalog.ts';
import type { TablePlace } from '../catalog/table-place.ts';
import { PreconditionFailed, StoreThrottled } from '../errors.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { GluePointer } from './glue-pointer.ts';

interface GlueCatalogOptions {
  client: GlueClient;
  database: string;
  /** Bucket of the published objects, and the store on it. */
  bucket: string;
  store: TablePlace['store'] & Pick<ObjectStore, 'list'>;
  now: () => Date;
  /** Waits after lost races grow up to this. */
  mostWaitMs?: number;
}

/** Ends of files are read once the objects of the day are copied: as many at once as the store has connections. */
const PARALLEL_READS = 256;
const MAX_TRIES = 200;
const FIRST_WAIT_MS = 10;
/** An attempt makes about six requests; of fifty publishers that meet, each has its turn within some tries. */
const MOST_WAIT_MS = 4_000;

/**
 * How Athena treats a file whose column is narrower than that of the table. Its engine 3 is derived from Trino, which reads the values
 * correctly (trinodb/trino#2823), but compares the unscaled minimum and maximum of the file with a filter as if they had the scale of the
 * table, and expects them in the table's stored form (TupleDomainParquetPredicate): a filter would leave out rows, or fail. So the scale
 * and the stored form must stay. Integers were read as unscaled decimals until trinodb/trino#22546, 5 as 0.05. A column of an Iceberg table is
 * found by its id, so it may be renamed (Athena user guide, "Evolve Iceberg table schema").
 */
const ATHENA = { castsNumbers: false, renames: true };

/** The Glue Data Catalog: it points to the metadata of an Iceberg table for each dataset, which lies beside the files in the bucket. */
export function createGlueCatalog({
  client,
  database,
  bucket,
  store,
  now,
  mostWaitMs = MOST_WAIT_MS,
}: GlueCatalogOptions): Catalog {
  return createMetadataCatalog<Table>({
    ...ATHENA,
    place: { store, root: `s3://${bucket}/`, publishedPrefix: '', parallelReads: PARALLEL_READS },
    pointerOf: (table) => new GluePointer(client, database, table),
    list: (prefix) => store.list(prefix),
    untilSwapped: (where, attempt) => untilSwapped(where, mostWaitMs, attempt),
    now,
  });
}

/** Waits after a lost race are random, so that publishers who keep meeting move apart. */
async function untilSwapped<T>(where: string, mostWaitMs: number, attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) throw error;
      if (tries >= MAX_TRIES) throw givenUp(where, error);
    }
    const waitMs = Math.random() * Math.min(FIRST_WAIT_MS * 2 ** tries, mostWaitMs);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

function givenUp(where: string, cause: PreconditionFailed): StoreThrottled {
  return new StoreThrottled({
    what: `the table was not changed, because ${MAX_TRIES} times in a row another writer was faster`,
    where,
    next: 'It is tried again; see which executions publish at this time.',
    cause,
  });
}
