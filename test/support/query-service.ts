import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { Doorkeeper } from '../../local/serve/doorkeeper.ts';
import { askServer } from '../../local/serve/http-server.ts';
import { openAsking } from '../../local/serve/local-asking.ts';
import { readRoles } from '../../shared/ask/grant.ts';
import { Tickets } from '../../shared/ask/tickets.ts';
import {
  DATE_KEYS,
  giveEachTestAFolder,
  PRODUCT_KEY,
  rootDir,
  writeCatalog,
  writeParquet,
} from './lake-of-test.ts';

const COLUMNS = [
  { name: 'id_contrato', type: 'string' },
  { name: 'cpf_cnpj_clean', type: 'string' },
  { name: 'valor_contrato', type: 'decimal(15,2)' },
  { name: 'data_inicio', type: 'date' },
];

export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
  json: () => { rows: unknown[][]; message: string; id: string; pages: number; rowCount: number };
}

export let port = 0;
let close: () => Promise<void> = async () => undefined;
export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
export const ROLES = readRoles(
  JSON.stringify({
    analysts: {
      freeSql: true,
      tables: { contracts: { except: ['cpf_cnpj_clean'] } },
      tokenSha256: [sha256('of-analysts')],
    },
    auditors: { freeSql: true, tables: 'all', tokenSha256: [sha256('of-auditors')] },
    desk: { tables: { contracts: 'all' }, mostRows: 1, tokenSha256: [sha256('of-the-desk')] },
  }),
  'test',
);

/** Publishes a commit of the only day: as many contracts as its number says. */
export async function publish(commit: number): Promise<void> {
  const key = `contracts/year=2025/month=08/day=12/tipo_produto=CDC/gen=${commit}/part.parquet`;
  const select = `SELECT 'C' || i AS id_contrato, '1234567890' || i AS cpf_cnpj_clean, CAST(i + 0.5 AS DECIMAL(15,2)) AS valor_contrato,
    DATE '2025-01-01' AS data_inicio FROM range(${commit}) t(i)`;
  await writeParquet(rootDir, [{ key, select }]);
  const partition = {
    values: { year: '2025', month: '08', day: '12', tipo_produto: 'CDC' },
    location: '',
    files: [key],
  };
  const keys = [...DATE_KEYS, PRODUCT_KEY];
  await writeCatalog(rootDir, {
    dataset: 'next',
    columns: COLUMNS,
    partitionKeys: keys,
    days: { '2025-08-12': commit },
    partitions: [partition],
  });
  const path = join(rootDir, 'catalog', 'next.json');
  await writeFile(`${path}.tmp`, (await readFile(path, 'utf8')).replace('"next"', '"contracts"'));
  await rename(`${path}.tmp`, join(rootDir, 'catalog', 'contracts.json'));
  await rename(path, `${path}.old`);
}

export async function start(
  options: ConstructorParameters<typeof Doorkeeper>[0],
  patienceMs = 20_000,
  mapping?: string,
  answersDir?: string,
): Promise<void> {
  const asking = await openAsking({ lakeDir: rootDir, mapping, answersDir });
  const ports = { ...asking, tickets: new Tickets(undefined), patienceMs };
  const server = askServer({
    ports,
    door: new Doorkeeper(options),
    onDefect: (error) => expect.fail(String(error)),
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
  close = async () => {
    server.close();
    server.closeAllConnections();
    await asking.close();
  };
}

/** Gives each test of a file a lake with a commit of three contracts, and ends what it started. */
export function giveEachTestAService(): void {
  giveEachTestAFolder();
  beforeEach(() => publish(3));
  afterEach(() => close());
}

export async function send(
  method: string,
  path: string,
  body?: object | string | Buffer,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const sent = request({
    host: '127.0.0.1',
    port,
    method,
    path,
    headers: { 'content-type': 'application/json', ...headers },
  });
  sent.end(typeof body === 'object' && !Buffer.isBuffer(body) ? JSON.stringify(body) : body);
  const [response] = await once(sent, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const whole = Buffer.concat(chunks);
  return {
    status: response.statusCode,
    headers: response.headers,
    body: whole,
    json: () => JSON.parse(whole.toString()),
  };
}

export const OPEN = { token: undefined, roles: undefined, roleOfToken: undefined };
export const COUNT = { sql: 'SELECT count(*) AS n FROM contracts' };
export const as = (token: string) => ({ authorization: `Bearer ${token}` });
