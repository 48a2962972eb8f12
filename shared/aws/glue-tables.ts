import { GetTablesCommand, type GlueClient, type Table } from '@aws-sdk/client-glue';
import type { TablePlace } from '../catalog/table-place.ts';
import { columnsOfTable, readTableState, shownCommits, shownManifests } from '../catalog/table-state.ts';
import type { PublishedTables } from '../ports/query-engine.ts';
import { unavailableOr } from './s3-error.ts';

type PublishedTable = PublishedTables extends ReadonlyMap<string, infer T> ? T : never;

interface GlueTablesOptions {
  client: GlueClient;
  database: string;
  place: TablePlace;
}

/** Metadata files that are remembered: they never change, and each table has one at a time. */
const MOST_REMEMBERED = 500;

/**
 * What readers see of a database now: one call of Glue names the metadata file of each table, which says its days and their commits. A view shows
 * some of the tables, so it counts as showing them all.
 */
export function glueTables({ client, database, place }: GlueTablesOptions): () => Promise<PublishedTables> {
  const remembered = new Map<string, Promise<PublishedTable>>();
  const read = (table: string, uri: string): Promise<PublishedTable> => {
    const known = remembered.get(uri);
    if (known) return known;
    const reading = readTableState(place, table, uri).then((state): PublishedTable => {
      const { columns, partitionKeys } = columnsOfTable(state.metadata);
      return {
        columns: [...columns, ...partitionKeys],
        days: Object.fromEntries(shownCommits(state)),
        contents: Object.fromEntries(shownManifests(state)),
      };
    });
    remembered.set(uri, reading);
    reading.catch(() => remembered.delete(uri));
    for (const oldest of remembered.keys()) {
      if (remembered.size <= MOST_REMEMBERED) break;
      remembered.delete(oldest);
    }
    return reading;
  };
  return async () => {
    const tables = await tablesOf(client, database);
    const published = await Promise.all(
      tables.flatMap(({ Name, Parameters }) => {
        const uri = Parameters?.metadata_location;
        return Name !== undefined && uri !== undefined
          ? [read(Name, uri).then((table) => [Name, table] as const)]
          : [];
      }),
    );
    const ofAll = <T>(part: (table: PublishedTable) => Readonly<Record<string, T>>) =>
      Object.fromEntries(
        published.flatMap(([name, table]) =>
          Object.entries(part(table)).map(([day, value]): [string, T] => [`${day} of ${name}`, value]),
        ),
      );
    const days = ofAll((table) => table.days);
    const contents = ofAll((table) => table.contents);
    const views = tables
      .filter(({ TableType, Name }) => TableType === 'VIRTUAL_VIEW' && Name !== undefined)
      .map(({ Name = '', StorageDescriptor }): [string, PublishedTable] => [
        Name,
        {
          columns: (StorageDescriptor?.Columns ?? []).map((column) => ({
            name: column.Name ?? '',
            type: column.Type ?? 'string',
          })),
          ...{ days, contents },
        },
      ]);
    return new Map([...published, ...views]);
  };
}

async function tablesOf(client: GlueClient, DatabaseName: string): Promise<Table[]> {
  const found: Table[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client
      .send(new GetTablesCommand({ DatabaseName, ...(NextToken && { NextToken }) }))
      .catch((error: unknown) => {
        throw unavailableOr(error, `glue:${DatabaseName}`);
      });
    found.push(...(page.TableList ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
}
