import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Studio, startStudio } from '../../studio/server/studio-server.ts';

let folder: string;
let studio: Studio;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'studio-server-'));
  await writeFile(join(folder, 'data.bin'), 'ABCDEFGHIJ');
  const boot = {
    mode: 'served' as const,
    version: 'test',
    files: [],
    layout: undefined,
    lake: undefined,
    folder,
  };
  studio = await startStudio({ page: { script: 'script', style: 'style' }, boot, port: 0 });
});
afterAll(async () => {
  await studio[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** A request as anybody can send it, with any Host and Origin. */
function ask(address: string, { method = 'GET', headers = {}, body }: Asked = {}) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>(
    (resolve, reject) => {
      const sent = request(address, { method, headers }, async (response) => {
        const pieces: Buffer[] = [];
        for await (const piece of response) pieces.push(piece);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(pieces).toString(),
        });
      });
      sent.on('error', reject);
      sent.end(body);
    },
  );
}

const origin = () => new URL(studio.address).origin;
const post = (route: string, body: unknown, headers: Record<string, string> = {}) =>
  ask(`${studio.address}api/${route}`, {
    method: 'POST',
    headers: { Origin: origin(), 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

test('the page has a policy by which it can reach nothing else', async () => {
  const { status, headers, text } = await ask(studio.address);
  expect(status).toBe(200);
  expect(text).toContain('<div id="root">');
  expect(headers['content-security-policy']).toMatch(/default-src 'none'.*connect-src 'self'/);
  expect(headers['content-security-policy']).not.toContain('unsafe-inline');
  expect(headers['referrer-policy']).toBe('no-referrer');
});

test('it listens on this machine alone', () => {
  expect(new URL(studio.address).hostname).toBe('127.0.0.1');
});

test.each([
  ['no token', () => ask(`${origin()}/`)],
  ['another token', () => ask(`${origin()}/${'x'.repeat(32)}/`)],
  ['a token that is too short', () => ask(studio.address.slice(0, -2))],
  ['another host', () => ask(studio.address, { headers: { Host: 'evil.example' } })],
  ['another origin', () => ask(studio.address, { headers: { Origin: 'https://evil.example' } })],
  ['an origin of null', () => ask(studio.address, { headers: { Origin: 'null' } })],
  ['another site', () => ask(studio.address, { headers: { 'Sec-Fetch-Site': 'cross-site' } })],
  ['a command without origin', () => ask(`${studio.address}api/save`, { method: 'POST', body: '{}' })],
  ['a command of a form', () => post('save', {}, { 'Content-Type': 'text/plain' })],
])('%s is refused', async (_, send) => {
  const { status, text } = await send();
  expect(status).toBe(403);
  expect(text).not.toContain('root');
});

test('of a file that is open ranges are read, and of no other', async () => {
  const address = (id: string) => `${studio.address}bytes/${id}`;
  const range = (bytes: string) => ({ headers: { Range: bytes } });
  expect((await ask(address('1'), range('bytes=0-3'))).status).toBe(404);
  const { text } = await post('open', { path: join(folder, 'data.bin') });
  const { id } = JSON.parse(text);
  expect(await ask(address(id), range('bytes=2-4'))).toMatchObject({ status: 206, text: 'CDE' });
  expect(await ask(address(id), range('bytes=8-99'))).toMatchObject({ status: 206, text: 'IJ' });
  for (const whole of ['bytes=0-', 'bytes=-5', 'bytes=10-12', 'bytes=0-1,3-4']) {
    expect((await ask(address(id), range(whole))).status).toBe(416);
  }
  expect((await ask(address(id))).status).toBe(416);
  expect((await ask(address('..%2f..%2fetc%2fpasswd'), range('bytes=0-3'))).status).toBe(404);
  await writeFile(join(folder, 'data.bin'), 'changed meanwhile');
  const changed = await ask(address(id), range('bytes=2-4'));
  expect(changed.status).toBe(422);
  expect(JSON.parse(changed.text).error).toContain('data.bin');
});

test('a layout is never written over what somebody else wrote', async () => {
  const path = join(folder, 'new.json');
  expect((await post('save', { path, text: '{"a":1}', known: null })).status).toBe(200);
  const again = await post('save', { path, text: '{"a":2}', known: null });
  expect(again.status).toBe(422);
  expect(JSON.parse(again.text).error).toContain('exists already');
  expect((await post('save', { path, text: '{"a":2}', known: '{"a":1}' })).status).toBe(200);
  expect((await post('save', { path, text: '{"a":3}', known: '{"a":1}' })).status).toBe(422);
  expect(await readFile(path, 'utf8')).toBe('{"a":2}');
});

test('bad requests are answered, not crashed by', async () => {
  expect((await post('save', { path: 1 })).status).toBe(422);
  expect((await post('open', { path: join(folder, 'nothing.bin') })).status).toBe(422);
  expect((await post('open', { path: folder })).status).toBe(422);
  expect((await post('query', { lake: folder, sql: 'SELECT 1', rows: 10 })).status).toBe(422);
  expect((await post('nothing', {})).status).toBe(404);
  expect((await ask(`${studio.address}%00`)).status).toBe(404);
  const broken = await ask(`${studio.address}api/save`, {
    method: 'POST',
    headers: { Origin: origin(), 'Content-Type': 'application/json' },
    body: '{',
  });
  expect(broken.status).toBe(422);
  expect((await ask(studio.address, { method: 'DELETE' })).status).toBe(405);
});

/** Reads the lines of an answer as they come, until one is wanted. */
async function lineOf(route: string, body: unknown, isWanted: (event: Record<string, unknown>) => boolean) {
  const response = await fetch(`${studio.address}api/${route}`, {
    method: 'POST',
    headers: { Origin: origin(), 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  let rest = '';
  const lines = (async function* () {
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + piece).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) yield JSON.parse(part);
    }
  })();
  const seen: Record<string, unknown>[] = [];
  const until = async (test: (event: Record<string, unknown>) => boolean) => {
    for (;;) {
      const { done, value } = await lines.next();
      if (done) return undefined;
      seen.push(value);
      if (test(value)) return value;
    }
  };
  return { first: await until(isWanted), rest: () => until(() => false).then(() => seen) };
}

test('a conversion says how far it is, and can be stopped: nothing of the file is published', async () => {
  const layout = join(folder, 'awaiting.json');
  const lake = join(folder, 'lake');
  const input = join(folder, 'f_20250812.txt');
  await writeFile(input, '000001\n000002\n');
  const controlFile = {
    name: '{stem}.ctl',
    length: 8,
    whenMissing: 'wait',
    fields: [{ name: 'records', start: 4, end: 8, type: 'integer' }],
  };
  const shape = { name: 'awaiting', encoding: 'us-ascii', record: { format: 'lines', length: 6 } };
  const fields = [{ name: 'value', start: 1, end: 6, type: 'integer' }];
  const controlTotals = [{ controlFile: 'records', equals: 'count(detail)' }];
  const request = { layout, inputs: [input], lake, businessDate: null, id: 'run 1' };
  await writeFile(layout, JSON.stringify({ ...shape, fields, controlFile, controlTotals }));
  const running = await lineOf(
    'convert',
    request,
    ({ progress }) => (progress as { stage?: string })?.stage === 'looking at the file',
  );
  expect(running.first).toMatchObject({ progress: { totalBytes: 14, rows: 0 } });
  expect((await post('stop', { id: 'another' })).text).toBe('{"stopping":false}');
  expect((await post('stop', { id: 'run 1' })).text).toBe('{"stopping":true}');
  const last = (await running.rest()).at(-1);
  expect(last).toMatchObject({ file: { status: 'failed', published: false } });
  await writeFile(layout, JSON.stringify({ ...shape, fields }));
  const again = await lineOf('convert', { ...request, id: 'run 2' }, (event) => 'file' in event);
  expect(again.first).toMatchObject({ file: { status: 'loaded', rows: 2, published: true } });
});

test.each([
  ['folder?path=/nope/nope', '/nope/nope: there is no such file or folder.'],
  ['folder?path=%00', 'no path can hold a NUL.'],
  ['day?lake=x&dataset=a&date=y', "'y' is not a day as yyyy-MM-dd."],
  ['day?lake=x&date=2025-08-12', 'the request names no dataset.'],
])('says in a sentence what is wrong: %s', async (route, said) => {
  const { status, text } = await ask(`${studio.address}api/${route}`);
  expect([status, JSON.parse(text)]).toEqual([422, { error: said }]);
});

test.each([
  ['query', {}, "'lake' is missing; 'sql' is missing; 'rows' is missing."],
  ['query', { lake: 'x', sql: 'y', rows: 0 }, "'rows' must be at least 1."],
  ['save', { path: 'x', text: 1, known: null, more: 1 }, "'text' is not a text."],
  [
    'convert',
    {
      layout: 'contracts',
      inputs: [fileURLToPath(import.meta.url)],
      lake: '/proc/x',
      businessDate: null,
      id: '1',
    },
    'the lake cannot be written here',
  ],
])('says in a sentence what is wrong with a command: %s %j', async (route, body, said) => {
  const { status, text } = await post(route, body);
  expect(status).toBe(422);
  expect(JSON.parse(text).error).toContain(said);
});
