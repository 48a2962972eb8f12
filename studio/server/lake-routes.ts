import type { ServerResponse } from 'node:http';
import { resolve } from 'node:path';
import * as z from 'zod';
import { lakePorts } from '../../cli/lake-arguments.ts';
import { dayState } from '../../cli/status-overview.ts';
import { convert } from '../../library/convert.ts';
import { startDir } from '../../local/adapters/project-folders.ts';
import { openLake } from '../../local/lake/lake-sql.ts';
import { bindBusinessDate } from '../../local/lake/query-file.ts';
import { toJsonValue } from '../../local/lake/sql-value.ts';
import { RunInconsistent } from '../../shared/errors.ts';
import { dayStatus } from '../../shared/pipeline/operate/day-status.ts';
import { ledgerDays } from '../../shared/pipeline/store/day-ledger.ts';
import { requested } from './told-error.ts';

const convertShape = z.object({
  layout: z.string().min(1),
  inputs: z.array(z.string()).min(1),
  lake: z.string().min(1),
  businessDate: z.string().nullable(),
  /** By which the page may stop it. */
  id: z.string().min(1).max(100),
});
const stopShape = z.object({ id: z.string() });
const queryShape = z.object({ lake: z.string().min(1), sql: z.string(), rows: z.int().min(1).max(100_000) });

/** Conversions that run, by the ids that the page gave them. */
const running = new Map<string, AbortController>();

/** Runs convert, and writes how far it is and what it says of each file, a line each. A page that is closed stops nothing. */
export async function convertRoute(
  body: unknown,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const { layout, inputs, lake, businessDate, id } = requested(convertShape, body);
  const stopping = new AbortController();
  running.set(id, stopping);
  const write = (event: object) => {
    if (!response.headersSent) response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
    response.write(`${JSON.stringify(event)}\n`);
  };
  try {
    const files = await convert({
      layout,
      signal: AbortSignal.any([signal, stopping.signal]),
      onProgress: (progress) => write({ progress }),
      lake: resolve(startDir, lake),
      inputs: inputs.map((input) => resolve(startDir, input)),
      ...(businessDate !== null && { businessDate }),
    });
    for (const file of files) write({ file });
    if (files.length === 0) write({ stopped: true });
    response.end();
  } finally {
    running.delete(id);
  }
}

/** Stops a conversion as Ctrl-C does; its own answer says what became of the file. */
export function stopRoute(body: unknown): { stopping: boolean } {
  const stopping = running.get(requested(stopShape, body).id);
  stopping?.abort();
  return { stopping: stopping !== undefined };
}

/** The first rows of an answer, with the types of its columns. Of several statements the last one answers. */
export async function queryRoute(body: unknown) {
  const { lake: folder, sql, rows: most } = requested(queryShape, body);
  const lake = await openLake({ lakeDir: resolve(startDir, folder) });
  try {
    const { columns, batches } = await lake.stream(bindBusinessDate(lake, sql, undefined));
    const rows: unknown[][] = [];
    let isCut = false;
    for await (const batch of batches) {
      for (const row of batch)
        if (rows.length < most) rows.push(row.map(toJsonValue));
        else isCut = true;
      if (isCut) break;
    }
    const damage = lake.damage.of(sql).map(({ message }) => message);
    return { columns, rows, isCut, damage };
  } finally {
    lake.close();
  }
}

/** The tables of a lake with their columns, for completion, and every day with its state. */
export async function lakeRoute(folder: string) {
  const ports = await lakePorts(folder);
  const days = [];
  for (const [dataset, dates] of await ledgerDays(ports.lake)) {
    for (const businessDate of [...dates].sort()) {
      const status = await dayStatus(ports, dataset, businessDate).catch((error: unknown) => {
        if (!(error instanceof RunInconsistent)) throw error;
        return undefined;
      });
      const state = status ? dayState(status) : 'damaged';
      const { rows, rejected } = status?.totals ?? { rows: 0, rejected: 0 };
      days.push({ dataset, businessDate, state, rows, rejected });
    }
  }
  return { lake: resolve(startDir, folder), days, tables: await tablesOf(folder) };
}

async function tablesOf(folder: string): Promise<Record<string, { name: string; type: string }[]>> {
  const lake = await openLake({ lakeDir: resolve(startDir, folder) });
  try {
    const { rows } = await lake.query(
      "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'main' ORDER BY table_name, ordinal_position",
    );
    const tables: Record<string, { name: string; type: string }[]> = {};
    for (const [table, name, type] of rows) {
      const columns = tables[String(table)] ?? [];
      columns.push({ name: String(name), type: String(type) });
      tables[String(table)] = columns;
    }
    return tables;
  } finally {
    lake.close();
  }
}
