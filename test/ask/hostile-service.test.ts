import { once } from 'node:events';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRoles } from '../../shared/ask/grant.ts';
import { rootDir, writeParquet } from '../support/lake-of-test.ts';
import {
  as,
  COUNT,
  giveEachTestAService,
  OPEN,
  port,
  publish,
  ROLES,
  send,
  sha256,
  start,
} from '../support/query-service.ts';

giveEachTestAService();

describe('a role that asks for what it may not see', () => {
  it.each([
    'WITH ledger AS (SELECT * FROM ledger) SELECT * FROM ledger',
    'WITH a AS (SELECT * FROM ledger), ledger AS (SELECT 1) SELECT * FROM a',
    'SELECT * FROM (DESCRIBE ledger)',
    'SELECT * FROM (SUMMARIZE ledger)',
    'SELECT * FROM (SHOW ALL TABLES)',
    'SELECT EXISTS (FROM ledger)',
    'SELECT * FROM contracts POSITIONAL JOIN ledger',
    "SELECT json_serialize_plan('SELECT cpf_cnpj_clean FROM contracts')",
    'SELECT pg_get_viewdef(1)',
    'SELECT pg_catalog.pg_get_viewdef(oid) FROM (SELECT 1 AS oid)',
    "SELECT current_setting('temp_directory')",
    "SELECT write_log('x')",
    'SELECT sleep_ms(1)',
    'SELECT filename FROM contracts',
    "SELECT COLUMNS('cpf.*') FROM contracts",
    'SELECT id_contrato FROM contracts ORDER BY cpf_cnpj_clean',
  ])('gets no answer: %s', async (sql) => {
    await start({ ...OPEN, roles: ROLES });
    const reply = await send('POST', '/query', { sql }, as('of-analysts'));
    expect([reply.status, reply.body.toString().includes('1234567890')]).toEqual([400, false]);
    expect(reply.json().message).not.toMatch(/ledger, |, ledger|_rejects|processed/);
  });

  it.each([
    ['WITH contracts AS (SELECT * FROM contracts) SELECT count(*) FROM contracts', 3],
    ['WITH a AS (SELECT * FROM contracts), b AS (SELECT * FROM a) SELECT count(*) FROM b', 3],
    ['WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t WHERE i < 4) SELECT count(*) FROM t', 4],
    [
      'WITH t AS MATERIALIZED (SELECT * FROM contracts) SELECT count(*) FROM t x JOIN t y USING (id_contrato)',
      3,
    ],
    ['SELECT count(*) FROM (SELECT pg_typeof(id_contrato) FROM contracts)', 3],
  ])('is answered if it names its own: %s', async (sql, count) => {
    await start({ ...OPEN, roles: ROLES });
    const reply = await send('POST', '/query', { sql }, as('of-analysts'));
    expect(reply.json().rows).toEqual([[count]]);
  });

  it('is not told how the caches fail', async () => {
    await start({ ...OPEN, roles: ROLES });
    const told = await send('GET', '/health', undefined, as('of-analysts'));
    expect(told.body.toString()).not.toContain('lastError');
  });

  it('gets a named query that was given to it, and no other that reads more', async () => {
    const role = { tables: { contracts: { except: ['CPF_CNPJ_CLEAN'] } }, tokenSha256: [sha256('given')] };
    const columns =
      'id_contrato cpf_cnpj_clean tipo_produto valor_contrato data_inicio data_fim status'.split(' ');
    const mapping = Object.fromEntries(
      ['contract', 'customer', 'product', 'value', 'start', 'end', 'status'].map((name, index) => [
        name,
        columns[index],
      ]),
    );
    const states = { active: ['ATIVO'], arrears: [], ended: [] };
    const file = join(rootDir, 'mapping.json');
    // The lake of these tests has no end and no status.
    await writeFile(
      file,
      JSON.stringify({
        ...{ table: 'contracts', nights: 'snapshot', states },
        columns: { ...mapping, end: 'data_inicio', status: 'tipo_produto' },
      }),
    );
    const roles = readRoles(JSON.stringify({ given: { ...role, queries: ['daily-volume'] } }), 'test');
    await start({ ...OPEN, roles }, undefined, file);
    const volume = await send('POST', '/query', { name: 'daily-volume' }, as('given'));
    expect([volume.status, volume.json().rows.length]).toEqual([200, 1]);
    const refused = await send('POST', '/query', { name: 'rfv-customers' }, as('given'));
    expect([refused.status, refused.json().message]).toEqual([
      400,
      expect.stringContaining('does not see: cpf_cnpj_clean'),
    ]);
  });

  it('is not answered at all if it hides a column that is not there', async () => {
    const hides = {
      freeSql: true,
      tables: { contracts: { except: ['cpf_cnpf_clean'] } },
      tokenSha256: [sha256('t')],
    };
    await start({ ...OPEN, roles: readRoles(JSON.stringify({ hides }), 'test') });
    const reply = await send('POST', '/query', COUNT, as('t'));
    expect([reply.status, reply.json().message]).toEqual([
      400,
      expect.stringContaining("the nearest valid one is 'cpf_cnpj_clean'"),
    ]);
  });
});

describe('a client that wants to break the service', () => {
  const HEAD = () => `Host: localhost:${port}\r\nContent-Type: application/json\r\n`;

  async function raw(text: string | Buffer, isLeft = false): Promise<string> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(text);
    if (isLeft) {
      socket.destroy();
      return '';
    }
    let answer = '';
    for await (const piece of socket) {
      answer += piece;
      if (/\r\n\r\n[\s\S]*}$/.test(answer)) break;
    }
    socket.destroy();
    return answer;
  }

  it.each([
    ['GET //x HTTP/1.1', 404],
    ['GET //[ HTTP/1.1', 404],
    ['GET http://evil/health HTTP/1.1', 404],
    ['GET /%zz HTTP/1.1', 404],
    ['OPTIONS * HTTP/1.1', 404],
    ['TRACE / HTTP/1.1', 404],
    ['DELETE /query HTTP/1.1', 405],
    ['GET /query HTTP/1.1', 405],
  ])('is answered in one sentence: %s', async (line, status) => {
    await start(OPEN);
    const answer = await raw(`${line}\r\n${HEAD()}Content-Length: 0\r\n\r\n`);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    if (status === 405) expect(answer).toMatch(/\r\nallow: /);
  });

  it.each([
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]), {}, 400],
    ['half a character', '{"sql": "SELECT :x", "params": {"x": "\\ud800"}}', {}, 400],
    ['another charset', '{}', { 'content-type': 'application/json; charset=iso-8859-1' }, 415],
    ['a compressed body', '{}', { 'content-encoding': 'gzip' }, 415],
    ['a page of another site', '{}', { 'sec-fetch-site': 'cross-site' }, 403],
    ['far too much', 'x'.repeat(3_000_000), {}, 413],
    ['digits without end', `{"sql": "SELECT ${'1'.repeat(90_000)}x"}`, {}, 400],
    ['deep brackets', `{"sql": "SELECT ${'('.repeat(20_000)}1${')'.repeat(20_000)}"}`, {}, 400],
    ['deep JSON', '['.repeat(100_000), {}, 400],
  ])('is refused: %s', async (_, body, headers, status) => {
    await start(OPEN);
    expect((await send('POST', '/query', body, headers as Record<string, string>)).status).toBe(status);
    expect((await send('POST', '/query', COUNT)).status).toBe(200);
  });

  it('may go in the middle of a question, which is no defect', async () => {
    await start(OPEN);
    await raw(`POST /query HTTP/1.1\r\n${HEAD()}Content-Length: 500\r\n\r\n{"sql`, true);
    expect((await send('POST', '/query', COUNT)).status).toBe(200);
  });

  it('is told once why an answer that takes longer cannot be made, instead of 202 for ever', async () => {
    const role = { freeSql: true, tables: 'all', timeoutSeconds: 1, tokenSha256: [sha256('quick')] };
    await start({ ...OPEN, roles: readRoles(JSON.stringify({ quick: role }), 'test') }, 0);
    const sql =
      'SELECT count(*) FROM contracts a, range(1000000) b, range(1000000) c WHERE b.range + c.range = 7';
    const { id } = (await send('POST', '/query', { sql, waitMs: 0 }, as('quick'))).json();
    let reply = await send('GET', `/query/${id}`, undefined, as('quick'));
    while (reply.status === 202) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      reply = await send('GET', `/query/${id}`, undefined, as('quick'));
    }
    expect([reply.status, reply.json().message]).toEqual([408, expect.stringContaining('stopped after 1 s')]);
  });
});

describe('an answer of another lake', () => {
  it('is never given: a lake that is made anew has the same commits, and other rows', async () => {
    await start(OPEN, undefined, undefined, join(rootDir, 'answers'));
    expect((await send('POST', '/query', COUNT)).json().rows).toEqual([[3]]);
    const path = join(rootDir, 'catalog', 'contracts.json');
    const catalog = await readFile(path, 'utf8');
    const key = /contracts\/year=[^"]+parquet/.exec(catalog)![0];
    await writeParquet(rootDir, [
      {
        key,
        select:
          "SELECT 'D' AS id_contrato, '1' AS cpf_cnpj_clean, CAST(1 AS DECIMAL(15,2)) AS valor_contrato, DATE '2025-01-01' AS data_inicio",
      },
    ]);
    await writeFile(`${path}.new`, catalog);
    await rename(`${path}.new`, path);
    expect((await send('POST', '/query', COUNT)).json().rows).toEqual([[1]]);
    // And the commit before it, put back as from a backup, is answered as it is.
    await publish(5);
    expect((await send('POST', '/query', COUNT)).json().rows).toEqual([[5]]);
    await writeFile(`${path}.old`, catalog);
    await rename(`${path}.old`, path);
    expect((await send('POST', '/query', COUNT)).json().rows).toEqual([[1]]);
  });
});
