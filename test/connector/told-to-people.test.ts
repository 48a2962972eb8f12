import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { planLines } from '../../cli/connect-plan.ts';
import type { JournalEntry } from '../../connector/decide/journal-entry.ts';
import { readSettings } from '../../connector/decide/read-settings.ts';
import { Connector } from '../../connector/work/connector.ts';
import { openConnector } from '../../local/connector/open-connector.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'connector-told-'));
  await mkdir(join(dir, 'in/20250812'), { recursive: true });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function opened(given: object = {}) {
  const config = {
    sources: [{ folder: 'in' }],
    files: [{ pattern: 'contratos_{yyyyMMdd}_*.txt', finished: { by: 'rename' } }],
    ...{ target: { folder: 'raw' }, stateFolder: 'state', ...given },
  };
  const settings = readSettings(JSON.stringify(config), 'c.json');
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
