import { expect, it } from 'vitest';
import { contentKey } from '../../../shared/keys/lake-keys.ts';
import {
  claimContent,
  contentHolderShape,
  findSameContent,
} from '../../../shared/pipeline/store/content-claim.ts';
import { readJson } from '../../../shared/pipeline/store/json-object.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { checksumOf, smallFile, smallLine } from '../../support/small-contracts.ts';
import { DATE, KEY } from '../../support/small-day.ts';

const BYTES = smallFile(smallLine('A1', 1));
const CONTENT = { dataset: 'small', sizeBytes: BYTES.length, checksum: checksumOf(BYTES) };
const NOTE = contentKey(CONTENT.dataset, CONTENT.sizeBytes, CONTENT.checksum);
const other = { ...CONTENT, sourceKey: 'g.txt', businessDate: DATE, ledgerKey: 'ledger/g.json', runId: 'r' };

async function loaded() {
  const lake = new MemoryLake();
  const { ledgerKey } = await lake.load(KEY, BYTES);
  const holder = async () => (await readJson(lake.lake, NOTE, contentHolderShape)).sourceKey;
  return { lake, ledgerKey, holder };
}

it.each([
  false,
  true,
])('another file with these bytes is told, and its note kept, forced or not: %s', async (forced) => {
  const { lake, ledgerKey, holder } = await loaded();
  expect(await claimContent(lake.ports, { ...other, forced })).toMatchObject({ sourceKey: KEY, ledgerKey });
  expect(await holder()).toBe(KEY);
  expect(await findSameContent(lake.ports, other)).toMatchObject({ sourceKey: KEY });
});

it('the file itself may bring them again, and bytes of another size or checksum are others', async () => {
  const { lake, ledgerKey, holder } = await loaded();
  const mine = { ...other, sourceKey: KEY, ledgerKey };
  expect(await findSameContent(lake.ports, mine)).toBeUndefined();
  expect(await claimContent(lake.ports, mine)).toBeUndefined();
  expect(await holder()).toBe(KEY);
  const sizeBytes = CONTENT.sizeBytes + 1;
  expect(await claimContent(lake.ports, { ...other, sizeBytes })).toBeUndefined();
});

it('a note of a file that no longer has these bytes gives way', async () => {
  const { lake, holder } = await loaded();
  await lake.load(KEY, smallFile(smallLine('A1', 2)));
  expect(await findSameContent(lake.ports, other)).toBeUndefined();
  expect(await claimContent(lake.ports, other)).toBeUndefined();
  expect(await holder()).toBe('g.txt');
});

it('a note that cannot be read is replaced only by force', async () => {
  const { lake, holder } = await loaded();
  lake.lake.replace(NOTE, Buffer.from('{'));
  await expect(claimContent(lake.ports, other)).rejects.toMatchObject({ name: 'ObjectDamaged' });
  expect(await claimContent(lake.ports, { ...other, forced: true })).toBeUndefined();
  expect(await holder()).toBe('g.txt');
});
