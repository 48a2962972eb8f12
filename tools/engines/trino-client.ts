import { setTimeout as sleep } from 'node:timers/promises';

/** A page of an answer: https://trino.io/docs/current/develop/client-protocol.html */
interface Page {
  id?: string;
  nextUri?: string;
  columns?: { name: string; typeSignature: Signature }[];
  data?: unknown[][];
  stats?: { physicalInputBytes?: number };
  error?: { message: string };
}

interface Signature {
  rawType: string;
  arguments: { kind: string; value: unknown }[];
}

type Row = Record<string, unknown>;

/** Queries of Trino, with values in the form of our own query. */
export class TrinoClient {
  private readonly address: string;

  constructor(address: string) {
    this.address = address;
  }

  /** Waits until the server takes queries. */
  async ready(limitMs: number, isRunning: () => boolean): Promise<void> {
    for (const startedAt = Date.now(); Date.now() - startedAt < limitMs && isRunning(); ) {
      const info = await fetch(`${this.address}/v1/info`)
        .then((answer) => answer.json())
        .catch(() => undefined);
      if (isRow(info) && info.starting === false) return;
      await sleep(1000);
    }
    throw new Error('Trino did not start');
  }

  async query(sql: string): Promise<Row[]> {
    return (await this.run(sql)).rows;
  }

  /** Runs a query, and says how many bytes it read of files. */
  async measured(sql: string): Promise<{ rows: Row[]; bytes: number | undefined }> {
    const { rows, bytes } = await this.run(sql);
    return { rows, bytes };
  }

  /** Runs a query, and says how many splits its scans had: a small file is one. */
  async scannedSplits(sql: string): Promise<number> {
    const { id } = await this.run(sql);
    const answer = await fetch(`${this.address}/v1/query/${id}`, { headers: { 'X-Trino-User': 'test' } });
    const told: { queryStats: { operatorSummaries: { operatorType: string; totalDrivers: number }[] } } =
      JSON.parse(await answer.text());
    return told.queryStats.operatorSummaries
      .filter(({ operatorType }) => operatorType.includes('Scan'))
      .reduce((sum, { totalDrivers }) => sum + totalDrivers, 0);
  }

  private async run(
    sql: string,
  ): Promise<{ id: string | undefined; rows: Row[]; bytes: number | undefined }> {
    const headers = { 'X-Trino-User': 'test', 'X-Trino-Catalog': 'iceberg', 'X-Trino-Time-Zone': 'UTC' };
    let page = await this.page(fetch(`${this.address}/v1/statement`, { method: 'POST', headers, body: sql }));
    const { id } = page;
    const rows: Row[] = [];
    for (;;) {
      if (page.error) throw new Error(page.error.message);
      const { columns = [], data = [], nextUri, stats } = page;
      for (const row of data) {
        rows.push(
          Object.fromEntries(
            columns.map(({ name, typeSignature }, index) => [name, plain(row[index], typeSignature)]),
          ),
        );
      }
      if (nextUri === undefined) return { id, rows, bytes: stats?.physicalInputBytes };
      page = await this.page(fetch(nextUri));
    }
  }

  private async page(answer: Promise<Response>): Promise<Page> {
    return (await answer).json() as Promise<Page>;
  }
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null;
}

/** Lists and rows come without names, bytes in base64. */
function plain(value: unknown, { rawType, arguments: parts }: Signature): unknown {
  if (value === null || value === undefined) return null;
  if (rawType === 'varbinary') return Buffer.from(String(value), 'base64').toString('hex').toUpperCase();
  // `38.380` → `38.38`, as our own query writes it.
  if (rawType === 'timestamp')
    return String(value)
      .replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, '');
  if (!Array.isArray(value)) return value;
  if (rawType === 'array') return value.map((element) => plain(element, parts[0]?.value as Signature));
  const fields = parts.map(
    ({ value: field }) => field as { fieldName: { name: string }; typeSignature: Signature },
  );
  return Object.fromEntries(
    fields.map(({ fieldName, typeSignature }, index) => [fieldName.name, plain(value[index], typeSignature)]),
  );
}
