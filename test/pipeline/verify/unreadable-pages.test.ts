import { expect, test } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { Kernel } from '../../../shared/kernel/kernel.ts';
import { LargeFiles, lotsOf, suspectsAmong } from '../../../shared/pipeline/verify/large-files.ts';
import { repairLake } from '../../../shared/pipeline/verify/repair-lake.ts';
import { verifyLake } from '../../../shared/pipeline/verify/verify-lake.ts';
import { Chances } from '../../../tools/chaos/fault-plan.ts';
import { writeBadly } from '../../../tools/damaged-lakes/badly-written.ts';
import { makeSampleLake } from '../../../tools/damaged-lakes/sample-lake.ts';
import { parquetOf } from '../../support/parquet-in-memory.ts';
import { checksumOf } from '../../support/small-contracts.ts';

const FULL = { depth: 'full' } as const;

test('a page at which every program stops is named with its file, and its file stays until it is converted again', async () => {
  const lake = await makeSampleLake(new Chances(1, 'lake'));
  const { tables } = JSON.parse(
    Buffer.from(lake.lake.bytesOf('ledger/other/year=2025/month=08/day=12/_day/1.json')).toString(),
  );
  const key = `processed/${tables[0].partitions[0].objects[0].key}`;
  await writeBadly(lake, key);
  expect(
    (await verifyLake(lake.ports, { depth: 'quick' })).findings.filter((one) => one.key === key),
  ).toEqual([]);
  const { findings } = await verifyLake(lake.ports, FULL);
  expect(findings.find((one) => one.key === key)).toEqual({
    ...{ level: 'damage', key, effect: 'readers' },
    what: expect.stringMatching(
      /^row group 1 of 1, column id, page at byte \d+: it is no page in Snappy of \d+ bytes, as its chunk has it, so every program stops there$/,
    ),
    mend: {
      ...{ by: 'command', does: 'convert the file again', action: undefined },
      command: expect.objectContaining({ name: 'convert', sourceKey: 'o_20250812.txt' }),
    },
  });
  const before = lake.lake.bytesOf(key);
  const { done } = await repairLake(lake.ports, FULL);
  expect(done.filter((one) => one.key === key)).toEqual([]);
  expect(lake.lake.bytesOf(key)).toBe(before);
  const { version } = lake.files.get('o_20250812.txt')!;
  await lake.load('o_20250812.txt', 'other', version, { force: true });
  await repairLake(lake.ports, FULL);
  expect((await verifyLake(lake.ports, FULL)).findings.filter(({ level }) => level === 'damage')).toEqual([]);
});

test('a large file is noted before it is read, and looked at where it is suspect', async () => {
  const values = Array.from({ length: 60_000 }, (_, index) =>
    Buffer.from(String(index).padStart(150, String.fromCharCode(65 + (index % 26)))),
  );
  const schema = [{ name: 'value', type: { kind: 'binary' } as const }];
  const whole = await parquetOf(new Kernel(), schema, [[values]], { compression: 'none' });
  const bad = Buffer.from(whole);
  // The length of the first value.
  bad[bad.indexOf(Buffer.from([150, 0, 0, 0, 65]))] = 151;
  const lake = new MemoryObjectStore();
  const facts = (bytes: Buffer) => ({
    bytes: bytes.length,
    rows: values.length,
    checksum: checksumOf(bytes),
  });
  lake.replace('whole', whole);
  lake.replace('bad', bad);
  expect(whole.length).toBeGreaterThan(8 * 1024 * 1024);
  const large = new LargeFiles();
  const looked = [
    await large.problem(lake, 'whole', facts(whole), 'full'),
    await large.problem(lake, 'bad', facts(bad), 'full'),
    await large.problem(lake, 'gone', facts(whole), 'full'),
  ];
  expect(looked).toEqual([undefined, undefined, 'it is missing']);
  expect(large.noted.map(({ key }) => key)).toEqual(['whole', 'bad']);
  const suspects = await suspectsAmong(lake, large.noted);
  expect(suspects).toEqual(['bad']);
  const again = new LargeFiles(suspects);
  expect(await again.problem(lake, 'whole', facts(whole), 'full')).toBeUndefined();
  expect(await again.problem(lake, 'bad', facts(bad), 'full')).toMatch(
    /^row group 1 of 1, column value, page at byte 4: it does not hold \d+ values of encoding 0$/,
  );
  // Bytes that are not those that were written come first.
  expect(await again.problem(lake, 'bad', { ...facts(bad), checksum: 'AAAAAAAAAAA=' }, 'full')).toMatch(
    /its bytes are not those/,
  );
  expect(again.noted).toEqual([]);
});

test('lots take about as long as each other, the largest files first', () => {
  const MIB = 1024 * 1024;
  const files = [10, 70, 30, 40, 20].map((size) => ({ key: String(size), bytes: size * MIB, rows: 1 }));
  expect(lotsOf(files).map((lot) => lot.map(({ key }) => key))).toEqual([['70'], ['40', '30'], ['20', '10']]);
  expect(lotsOf([])).toEqual([]);
});
