import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayStatus } from '../../shared/pipeline/operate/day-status.ts';
import { rollBack } from '../../shared/pipeline/operate/roll-back.ts';
import { dayEntries } from '../../shared/pipeline/store/day-ledger.ts';
import { layoutCommits } from '../../shared/pipeline/store/layout-commits.ts';
import { nightReport } from '../../shared/report/night-report.ts';
import { nightPage } from '../../shared/report/page/night-page.ts';
import { NIGHT, NightLake } from '../support/report-nights.ts';
import { samples } from '../support/samples.ts';

/** What may happen to the files of a night, in any order. */
const step = fc.oneof(
  fc.record({
    kind: fc.constant('load' as const),
    file: fc.integer({ min: 1, max: 4 }),
    records: fc.integer({ min: 1, max: 130 }),
    badDays: fc.integer({ min: 0, max: 3 }),
    badNames: fc.integer({ min: 0, max: 2 }),
    isWrong: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('correct' as const),
    file: fc.integer({ min: 1, max: 4 }),
    records: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({ kind: fc.constant('publish in part' as const) }),
  fc.record({ kind: fc.constant('roll back' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

async function take(lake: NightLake, one: Step): Promise<void> {
  const mayHaveNothingToDo = (error: Error) => {
    if (error.name !== 'UsageError' && error.name !== 'RunInconsistent') throw error;
  };
  if (one.kind === 'load') await lake.loadFile(NIGHT, one.file, one);
  else if (one.kind === 'correct') await lake.loadCorrection(one.file, one.records).catch(mayHaveNothingToDo);
  else if (one.kind === 'publish in part') await lake.publishInPart('a test').catch(mayHaveNothingToDo);
  else
    await rollBack(lake.ports, { dataset: 'contratos', businessDate: NIGHT, reason: 'a test' }).catch(
      mayHaveNothingToDo,
    );
}

describe('the figures of a report', () => {
  it('are those of status and of the ledger, whatever happened to the night', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const lake = new NightLake();
        lake.setTime(NIGHT, '03:00');
        await lake.loadFile(NIGHT, 1, { records: 40, badDays: 1 });
        for (const one of steps) await take(lake, one);
        const report = nightReport(await lake.facts());
        const status = await dayStatus(lake.ports, 'contratos', NIGHT);
        expect(report.totals).toEqual(status.totals);
        expect(report.counts).toEqual(status.counts);
        expect(report.records).toMatchObject({
          read: status.totals.records,
          rows: status.totals.rows,
          rejected: status.totals.rejected,
          corrected: status.totals.corrected,
          isWhole: true,
        });
        // As the issue of a night is proved: read = rows + rejects − corrected, besides headers and trailers.
        const { read, headers, trailers, discarded, rows, rejected, corrected } = report.records;
        expect(read - headers - trailers - discarded).toBe(rows + rejected - corrected);
        const entries = await dayEntries(lake.lake, 'contratos', NIGHT);
        expect(report.files.map(({ file }) => file)).toEqual(
          entries.map(({ sourceKey }) => sourceKey).sort(),
        );
        for (const account of report.bytes) {
          const entry = entries.find(({ sourceKey }) => sourceKey === account.file);
          expect([account.isWhole, account.sizeBytes]).toEqual([true, entry?.inputBytes]);
          expect(account.pieces.reduce((sum, { startByte, endByte }) => sum + endByte - startByte, 0)).toBe(
            account.sizeBytes,
          );
        }
        const [day] = await layoutCommits(lake.lake, 'contratos', NIGHT);
        expect(report.commits.map(({ commit }) => commit)).toEqual(
          (day?.commits ?? []).map(({ commit }) => commit),
        );
        const seen = report.commits.find(({ state }) => state === 'current');
        expect(seen?.commit).toBe(status.published?.commit);
        expect(seen?.rows).toBe(status.published?.rows);
        if (seen)
          expect(report.partitions.shares.reduce((sum, share) => sum + share.rows, 0)).toBe(seen.rows);
        expect(() => nightPage(report, 'pt')).not.toThrow();
      }),
      { numRuns: samples(40) },
    );
  });

  it('show nothing of a person, and no value unless somebody asked for it', async () => {
    const lake = new NightLake();
    lake.setTime(NIGHT, '03:00');
    await lake.loadFile(NIGHT, 1, { records: 100, badDays: 2, badNames: 2 });
    const redacted = await lake.facts();
    const examples = redacted.rejects.groups.flatMap((group) => group.examples);
    expect(examples.map(({ why, value }) => [why, value?.text])).toEqual([
      ...[1, 2].map(() => ['shape', 'A9']),
      ...[1, 2].map(() => ['personal', undefined]),
    ]);
    const shown = await lake.facts({ showRejects: true });
    expect(shown.rejects.groups[0]?.examples[0]).toMatchObject({
      why: 'shown',
      value: { text: 'A1', hex: '41 31' },
    });
    expect(shown.rejects.groups[1]?.examples[0]).toMatchObject({ why: 'personal' });
    const pages = [redacted, shown].map((facts) => nightPage(nightReport(facts), 'en'));
    for (const page of pages) expect(page).not.toContain('CLIENTE');
  });

  it('of a large night stay within 300 KB, however many files and ranges there are', async () => {
    const lake = new NightLake();
    await lake.loadPast(1);
    await lake.loadNight(NIGHT, '02:47', 160);
    const facts = await lake.facts();
    const past = Array.from({ length: 30 }, () => facts.past[0]!);
    const [file] = facts.files;
    if (!file?.plan) throw new Error('the night has a file');
    const { plan } = file;
    const part = file.parts[0]!;
    const parts = Array.from({ length: 150 }, (_, index) => ({
      ...part,
      rangeIndex: index,
      startByte: index * 10,
      endByte: (index + 1) * 10,
    }));
    const files = Array.from({ length: 120 }, (_, index) => {
      const sourceKey = `year=2025/month=08/day=12/contratos_com_um_nome_bem_longo_${index}.txt`;
      return { entry: { ...file.entry, sourceKey }, plan: { ...plan, sourceKey, rangeCount: 150 }, parts };
    });
    const report = nightReport({ ...facts, files, past });
    const page = nightPage(report, 'pt');
    expect([report.files.length, report.filesLeftOut]).toEqual([40, 80]);
    expect(Buffer.byteLength(page)).toBeLessThan(300_000);
    expect(page.match(/<script(?! type="application\/json")/g)).toBeNull();
  });
});
