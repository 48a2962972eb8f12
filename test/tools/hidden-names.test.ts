import { expect, it } from 'vitest';
import { rollBack } from '../../shared/pipeline/operate/roll-back.ts';
import { LEDGER_FOLDERS, ledgerView } from '../../tools/template/ledger-view.ts';
import { MemoryLake } from '../support/memory-lake.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

const FOLDER = 'year=2025/month=08/day=12/';
const NAMES = [
  '_small_1_20250812.txt',
  '.small_2_20250812.txt',
  'águas_small_20250812.txt',
  'small_3_20250812.txt',
];

/** A day on which each file was loaded, and one of them twice. */
async function publishedDay(): Promise<MemoryLake> {
  const lake = new MemoryLake();
  const layout = smallLayout({ files: ['*small_*.txt'] });
  for (const [index, name] of [...NAMES, NAMES[0]!].entries()) {
    const { status } = await lake.load(`${FOLDER}${name}`, smallFile(smallLine(`a${index}`, index)), {
      layout,
    });
    expect(status).toBe('loaded');
  }
  return lake;
}

it('no name of a published file begins with what readers of folders pass over', async () => {
  const lake = await publishedDay();
  const names = lake.keys('processed/').map((key) => key.slice(key.lastIndexOf('/') + 1));
  expect(names.filter((name) => name.endsWith('.parquet')).length).toBeGreaterThanOrEqual(NAMES.length);
  expect(names.filter((name) => /^[._]/.test(name))).toEqual([]);
});

it('the view of the ledger has the entries, and nothing else that Athena finds in the folder of a day', async () => {
  const lake = await publishedDay();
  const day = { dataset: 'small', businessDate: '2025-08-12' };
  await rollBack(lake.ports, {
    ...day,
    reason: 'x',
    file: undefined,
    remove: undefined,
    toCommit: undefined,
  });
  const keys = lake.keys(`ledger/small/${FOLDER}`);
  const shown = keys.filter((key) => !new RegExp(LEDGER_FOLDERS).test(`s3://lake/${key}`));
  expect(shown.filter((key) => key.slice(`ledger/small/${FOLDER}`.length).includes('/'))).toEqual([]);
  expect(shown).toHaveLength(NAMES.length);
  expect(keys.length).toBeGreaterThan(shown.length + 5);
  expect(JSON.stringify(ledgerView('lake'))).toBeDefined();
  const { ViewOriginalText } = (
    ledgerView('lake') as { Properties: { TableInput: { ViewOriginalText: string } } }
  ).Properties.TableInput;
  const encoded = /Presto View: (\S+)/.exec(JSON.stringify(ViewOriginalText))?.[1] ?? '';
  expect(Buffer.from(encoded, 'base64').toString()).toContain('WHERE NOT regexp_like');
});
