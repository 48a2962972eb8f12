import { join } from 'node:path';
import { tableFromIPC } from '@uwdata/flechette';
import { describe, expect, it } from 'vitest';
import { readRoles } from '../../shared/ask/grant.ts';
import { rootDir } from '../support/lake-of-test.ts';
import {
  as,
  COUNT,
  giveEachTestAService,
  OPEN,
  publish,
  ROLES,
  send,
  sha256,
  start,
} from '../support/query-service.ts';

giveEachTestAService();

describe('the service on one machine', () => {
  it('answers, says which commits it read, and 304 to who has the answer', async () => {
    await start(OPEN);
    const first = await send('POST', '/query', COUNT);
    expect(first.json()).toMatchObject({ rows: [[3]], commits: { contracts: { '2025-08-12': 3 } } });
    const etag = String(first.headers.etag);
    const again = await send('POST', '/query', COUNT, { 'if-none-match': `"other", ${etag}` });
    expect([again.status, again.body.length, again.headers['x-answer-from']]).toEqual([304, 0, 'memory']);
    await publish(5);
    const now = await send('POST', '/query', COUNT, { 'if-none-match': etag });
    expect([now.status, now.json().rows]).toEqual([200, [[5]]]);
  });

  it('never shows a commit that was replaced before the question, while others publish', async () => {
    await start(OPEN);
    let shown = 3;
    const publishing = (async () => {
      for (let commit = 4; commit < 12; commit++) {
        await publish(commit);
        shown = commit;
      }
    })();
    const stale: string[] = [];
    const asking = Array.from({ length: 4 }, async () => {
      while (shown < 11) {
        const before = shown;
        const { rows } = (await send('POST', '/query', COUNT)).json();
        if (Number(rows[0]?.[0]) < before) stale.push(`${rows} after ${before}`);
      }
    });
    await Promise.all([publishing, ...asking]);
    expect(stale).toEqual([]);
  });

  it('gives pages, CSV and Arrow of one answer', async () => {
    await start(OPEN);
    const sql =
      'SELECT id_contrato, valor_contrato, data_inicio, CAST(NULL AS BIGINT) AS none, 1.5::DOUBLE AS x FROM contracts ORDER BY 1';
    const second = await send('POST', '/query', { sql, page: 2, pageRows: 2 });
    expect(second.json()).toMatchObject({
      rows: [['C2', '2.50', '2025-01-01', null, 1.5]],
      pages: 2,
      rowCount: 3,
    });
    const csv = await send('POST', '/query', { sql, format: 'csv', pageRows: 1 });
    expect(csv.body.toString()).toBe(
      'id_contrato,valor_contrato,data_inicio,none,x\r\nC0,0.50,2025-01-01,,1.5\r\n',
    );
    const arrow = await send('POST', '/query', { sql, format: 'arrow' });
    const table = tableFromIPC(new Uint8Array(arrow.body), { useBigInt: true, useDecimalInt: true });
    expect(table.toArray().map((row) => [row.id_contrato, row.valor_contrato, row.none, row.x])).toEqual([
      ['C0', 50n, null, 1.5],
      ['C1', 150n, null, 1.5],
      ['C2', 250n, null, 1.5],
    ]);
  });

  it('lets a role see its tables and columns, and no other way to them', async () => {
    await start({ ...OPEN, roles: ROLES });
    const asked = async (token: string, sql: string) =>
      (await send('POST', '/query', { sql }, as(token))).json();
    expect((await asked('of-auditors', 'SELECT max(cpf_cnpj_clean) FROM contracts')).rows).toEqual([
      ['12345678902'],
    ]);
    for (const sql of [
      'SELECT max(cpf_cnpj_clean) FROM contracts',
      'SELECT max("CPF_CNPJ_CLEAN") FROM main.contracts',
      `SELECT * FROM read_parquet('${join(rootDir, 'processed/**/*.parquet')}')`,
      `SELECT * FROM '${join(rootDir, 'processed/contracts/year=2025/month=08/day=12/tipo_produto=CDC/gen=3/part.parquet')}'`,
      "SELECT * FROM query('SELECT cpf_cnpj_clean FROM contracts')",
      "SELECT * FROM query_table('contracts')",
      'SELECT * FROM published_files.contracts',
      'SELECT * FROM duckdb_views()',
      'SELECT sql FROM duckdb_tables()',
      'SELECT * FROM information_schema.columns',
      'SELECT * FROM ledger',
      'WITH contracts AS (SELECT 1) SELECT * FROM published_files.contracts',
      'SELECT (SELECT count(*) FROM ledger)',
      "SELECT getenv('HOME')",
    ]) {
      const { message, rows } = await asked('of-analysts', sql);
      expect([sql, rows, message === undefined]).toEqual([sql, undefined, false]);
    }
    const star = await asked('of-analysts', 'SELECT * FROM contracts ORDER BY ALL LIMIT 1');
    expect(JSON.stringify(star)).not.toContain('1234567890');
    expect((await asked('of-the-desk', 'SELECT 1')).message).toContain('no SQL of its own');
    const named = await send('POST', '/query', { name: 'top-clients' }, as('of-the-desk'));
    expect(named.status).toBe(400);
  });

  it.each([
    ['no token', {}],
    ['another token', as('wrong')],
    ['another scheme', { authorization: 'Basic b2YtYW5hbHlzdHM6' }],
  ])('refuses who has %s', async (_, headers) => {
    await start({ ...OPEN, token: 'secret', roles: ROLES });
    expect((await send('POST', '/query', COUNT, headers)).status).toBe(401);
    expect((await send('POST', '/query', COUNT, as('secret'))).status).toBe(200);
  });

  it.each([
    [{ host: 'evil.example' }, 421],
    [{ host: '127.0.0.1' }, 421],
    [{ origin: 'https://evil.example' }, 403],
    [{ 'content-type': 'text/plain' }, 415],
  ])('refuses what a page of another site would send: %j', async (headers, status) => {
    await start(OPEN);
    expect((await send('POST', '/query', COUNT, headers as Record<string, string>)).status).toBe(status);
  });

  it.each([
    ['{', 400],
    ['{}', 400],
    [{ sql: 'SELECT 1', name: 'x' }, 400],
    [{ sql: 'SELECT 1', hurry: true }, 400],
    [{ sql: 'SELEC 1' }, 400],
    [{ sql: 'SELECT nothing FROM contracts' }, 400],
    [{ name: 'no-such-query' }, 400],
    [{ name: 'daily-volume', params: { color: 'red' } }, 400],
    [{ sql: `SELECT '${'x'.repeat(300_000)}'` }, 413],
  ])('says what is wrong with %j', async (body, status) => {
    await start(OPEN);
    const reply = await send('POST', '/query', body);
    expect([reply.status, typeof reply.json().message]).toEqual([status, 'string']);
  });

  it('gives an id for what takes longer, and the answer to who comes back with it and the same role', async () => {
    await start({ ...OPEN, roles: ROLES }, 0);
    const sql = 'SELECT count(*) FROM contracts a, range(3000000) b';
    const slow = await send('POST', '/query', { sql }, as('of-analysts'));
    expect(slow.status).toBe(202);
    const { id } = slow.json();
    expect((await send('GET', `/query/${id}`, undefined, as('of-auditors'))).status).toBe(404);
    let reply = await send('GET', `/query/${id}`, undefined, as('of-analysts'));
    while (reply.status === 202) reply = await send('GET', `/query/${id}`, undefined, as('of-analysts'));
    expect([reply.status, reply.json().rows]).toEqual([200, [[9_000_000]]]);
  });

  it('stops a query at the limits of a role', async () => {
    const role = (token: string, limits: object) => ({
      freeSql: true,
      tables: 'all',
      tokenSha256: [sha256(token)],
      ...limits,
    });
    const strict = readRoles(
      JSON.stringify({ few: role('few', { mostRows: 2 }), quick: role('quick', { timeoutSeconds: 1 }) }),
      'test',
    );
    await start({ ...OPEN, roles: strict });
    const rows = await send('POST', '/query', { sql: 'SELECT * FROM contracts' }, as('few'));
    expect([rows.status, rows.json().message]).toEqual([400, expect.stringContaining('more than 2 rows')]);
    const sql =
      'SELECT count(*) FROM contracts a, range(1000000) b, range(1000000) c WHERE b.range + c.range = 7';
    const time = await send('POST', '/query', { sql }, as('quick'));
    expect([time.status, time.json().message]).toEqual([408, expect.stringContaining('stopped after 1 s')]);
  });
});
