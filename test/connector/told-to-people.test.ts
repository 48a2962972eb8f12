import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { planLines } from '../../cli/connect-plan.ts';
import type { JournalEntry } from '../../connector/decide/journal-entry.ts';
import { readSettings } from '../../connector/decide/read-settings.ts';
import { Connector } from '../../connector/work/connector.ts';
import { openConnector } from '../../local/connector/open-connector.ts';
import { ObjectClosed } from '../../shared/errors.ts';
import { runCommand } from '../support/run-command.ts';

const RULE = { pattern: 'contratos_{yyyyMMdd}_*.txt', finished: { by: 'rename' } };
const CONFIG = {
  sources: [{ folder: 'in' }],
  files: [RULE],
  target: { folder: 'raw' },
  stateFolder: 'state',
};

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'connector-told-'));
  await mkdir(join(dir, 'in/20250812'), { recursive: true });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function opened(given: object = {}) {
  const settings = readSettings(JSON.stringify({ ...CONFIG, ...given }), 'c.json');
  const ports = await openConnector(settings, dir, () => undefined);
  const told: JournalEntry[] = [];
  return { settings, ports, told, connector: new Connector(ports, settings, (entry) => told.push(entry)) };
}

it('a file whose name is not UTF-8 is told of, once, and in the plan', async () => {
  const folder = `${join(dir, 'in/20250812')}/`;
  for (const name of ['contratos_20250812_c\xe2mbio.txt', 'contratos_20250812_c\xe3mbio.txt'])
    await writeFile(Buffer.concat([Buffer.from(folder), Buffer.from(name, 'latin1')]), 'x');
  await mkdir(Buffer.concat([Buffer.from(folder), Buffer.from('\xe7', 'latin1')]));
  await writeFile(
    Buffer.concat([Buffer.from(folder), Buffer.from('\xe7/contratos_20250812_1.txt', 'latin1')]),
    'x',
  );
  await writeFile(`${folder}contratos_20250812_câmbio.txt`, 'x');
  const { ports, settings, told, connector } = await opened();
  const detail = 'its name is not UTF-8: rename it';
  expect(await planLines(ports, settings)).toContainEqual(
    expect.stringMatching(/contratos_20250812_c\\xe2mbio\.txt .* stays: its name is not UTF-8: rename it$/),
  );
  for (let round = 0; round < 2; round++) await connector.round();
  expect(told.filter(({ event }) => event === 'no-place')).toMatchObject([
    { path: '20250812/contratos_20250812_c\\xe2mbio.txt', detail },
    { path: '20250812/contratos_20250812_c\\xe3mbio.txt', detail },
    { path: '20250812/\\xe7/contratos_20250812_1.txt', detail },
  ]);
  expect(told.filter(({ event }) => event === 'seen')).toMatchObject([
    { path: '20250812/contratos_20250812_câmbio.txt' },
  ]);
});

it('each file of a night has its own outcome of the conversion, with the reason of a refused one', async () => {
  const made = ['--records', '200', '--files', '2', '--business-date', '2025-08-12', '--out', 'made'];
  expect(await runCommand('generate', made, dir)).toMatchObject({ code: 0 });
  const from = join(dir, 'made/year=2025/month=08/day=12');
  const [whole = '', other = ''] = (await readdir(from)).filter((name) => name.endsWith('.txt')).sort();
  await copyFile(join(from, whole), join(dir, 'in', whole));
  await writeFile(join(dir, 'in', other), 'no record of this layout\n'.repeat(50));
  const files = [{ ...RULE, layout: 'contracts' }];
  await writeFile(
    join(dir, 'c.json'),
    JSON.stringify({ ...CONFIG, files, target: { folder: 'raw', lake: 'lake' } }),
  );
  const { code, stdout, stderr } = await runCommand(
    'connect',
    ['--config', 'c.json', '--once', '--json'],
    dir,
  );
  expect([code, stderr]).toEqual([0, '']);
  const entries = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as JournalEntry);
  expect(entries.filter(({ event }) => event === 'converted')).toMatchObject([
    { key: `year=2025/month=08/day=12/${whole}`, detail: 'loaded' },
    { key: `year=2025/month=08/day=12/${other}`, detail: expect.stringMatching(/^refused: .{20}/) },
  ]);
}, 60_000);

it('a source without a file that fits, and a layout that is not there, are told of before anything is sent', async () => {
  await writeFile(join(dir, 'in/other.txt'), 'x');
  const { ports, settings } = await opened();
  expect(await planLines(ports, settings)).toEqual([
    `${join(dir, 'in')} → ${join(dir, 'raw')}`,
    '  no file fits',
    '1 other file fits no pattern of files and stays',
  ]);
  await expect(opened({ files: [{ ...RULE, layout: 'contarcts' }] })).rejects.toMatchObject({
    name: expect.stringMatching(/LayoutInvalid|UsageError|SourceNotFound/),
    message: expect.stringContaining('contarcts'),
  });
});

it('a source that cannot be looked at is unsettled, and not worth another look if its rights are missing', async () => {
  const { ports, settings, told } = await opened();
  const [source] = ports.sources;
  const closed = Object.assign(Object.create(source!), {
    list: () => {
      throw new ObjectClosed({ what: 'this cannot be read', where: 'in' });
    },
  });
  const connector = new Connector({ ...ports, sources: [closed] }, settings, (entry) => told.push(entry));
  expect(await connector.round()).toMatchObject({ unsettled: 1, worthwhile: 0 });
  expect(told).toMatchObject([{ event: 'failed', detail: 'in: this cannot be read.' }]);
});

it('ends at once if the target cannot be written, with one line that says so', async () => {
  await writeFile(join(dir, 'in/contratos_20250812_1.txt'), 'x');
  await mkdir(join(dir, 'raw'));
  await writeFile(join(dir, 'raw/_connector'), 'no folder');
  await writeFile(join(dir, 'c.json'), JSON.stringify(CONFIG));
  const startedMs = performance.now();
  const { code, stdout, stderr } = await runCommand('connect', ['--config', 'c.json', '--once'], dir);
  expect(performance.now() - startedMs).toBeLessThan(20_000);
  expect(stdout.match(/ finished /g)).toHaveLength(1);
  expect([code, stderr.trim().split('\n')]).toEqual([
    2,
    [expect.stringMatching(/_connector.*: this cannot be written\. /)],
  ]);
}, 60_000);
