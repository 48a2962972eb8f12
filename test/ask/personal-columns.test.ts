import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DuckDBEngine } from '../../local/serve/duckdb-engine.ts';
import { seenPersonal } from '../../local/serve/personal-columns.ts';
import { readRoles } from '../../shared/ask/grant.ts';
import { giveEachTestAFolder, rootDir } from '../support/lake-of-test.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';
import { typed } from '../support/typed-words.ts';

giveEachTestAFolder();

it('says which personal columns a role sees that hides others of the table', async () => {
  const { fields, ...layout } = JSON.parse(smallLayout());
  const id = { ...fields[0], personal: true };
  const clean = { ...id, name: 'id_clean', keep: 'alphanumeric', personal: 'last-two' };
  const [layoutFile, input, lake] = ['small.json', 'f_20250812.txt', 'lake'].map((name) =>
    join(rootDir, name),
  ) as [string, string, string];
  await writeFile(layoutFile, JSON.stringify({ ...layout, fields: [id, clean, ...fields.slice(1)] }));
  await writeFile(input, smallFile(smallLine('A1', 1)));
  const words = ['convert', '--layout', layoutFile, '--input', input, '--out', lake, '--no-sync'];
  expect(await typed(...words)).toMatchObject({ code: 0 });
  const roles = readRoles(
    JSON.stringify({
      leaky: { tables: { small: { except: ['id'] } } },
      tight: { tables: { small: { except: ['id', 'id_clean'] } } },
      chosen: { tables: { small: { only: ['id', 'product', 'year', 'month', 'day'] } } },
      open: { tables: { small: 'all', gone: { except: ['x'] } } },
      whole: { tables: 'all' },
    }),
    'test',
  );
  const published = await new DuckDBEngine(lake).published();
  expect(await seenPersonal(lake, roles, published)).toEqual([
    'the role leaky hides id of small, but sees id_clean, which the layout marks as personal',
  ]);
});
