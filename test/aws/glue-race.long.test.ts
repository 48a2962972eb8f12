import { expect, it } from 'vitest';
import { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import { createGlueCatalog } from '../../shared/aws/glue-catalog.ts';
import { addDays } from '../../shared/keys/business-date.ts';
import { BUCKET, dayOf, publishedFile } from '../support/catalog-contract.ts';
import { seenThroughGlue } from '../support/glue-tables.ts';
import { strictGlue } from '../support/strict-glue.ts';

it('fifty publishers at once lose nothing, of days and of commits of one day', {
  timeout: 120_000,
}, async () => {
  const { client, glue, close } = await strictGlue();
  const store = new MemoryObjectStore();
  const file = await publishedFile();
  const now = () => new Date('2026-03-10T06:00:00Z');
  const publish = (day: Awaited<ReturnType<typeof dayOf>>) =>
    createGlueCatalog({ client, database: 'lake', bucket: BUCKET, store, now, mostWaitMs: 400 }).publishDay(
      day,
    );
  const days = await Promise.all([
    ...Array.from({ length: 40 }, (_, index) =>
      dayOf(store, file, 'contracts', ['A', 'B'], 1, addDays('2026-01-01', index)),
    ),
    ...Array.from({ length: 10 }, (_, index) => dayOf(store, file, 'contracts', [`N${index}`], index + 1)),
  ]);
  await Promise.all(days.map(publish));
  const wanted = [...days.slice(0, 40), days.at(-1)!];
  const seen = await seenThroughGlue({ client, store, bucket: BUCKET }, 'lake', 'contracts');
  expect(seen?.files).toEqual(
    wanted.flatMap(({ partitions }) => partitions.flatMap(({ files }) => files)).sort(),
  );
  expect(seen?.metadata['last-sequence-number']).toBe(seen?.metadata.snapshots.length);
  expect(glue.archived.size).toBe(0);
  await close();
});
