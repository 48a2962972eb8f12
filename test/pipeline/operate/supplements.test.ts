import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { summaryOf } from '../../../local/file-summary.ts';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { dayStatus } from '../../../shared/pipeline/operate/day-status.ts';
import { rollBack } from '../../../shared/pipeline/operate/roll-back.ts';
import { takeDayManifest } from '../../../shared/pipeline/operate/take-day-manifest.ts';
import { publishDay } from '../../../shared/pipeline/publish/publish-day.ts';
import { TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { DATE, DAY, KEY, publishOrRollBack, smallDay } from '../../support/small-day.ts';

const FIX = 'fix_20250812.txt';
const SUPPLEMENT = { supplementOf: KEY };
const layout = readLayout(smallLayout(), 'small.json');

/** A version of the file: A1 and A2 with an amount, A2 rejected if its amount is none. */
const version = (first: number, second: number | string) =>
  smallFile(smallLine('A1', first), smallLine('A2', second));

describe('a supplement goes with the version that it corrects', () => {
  const rejecting = version(1, 'X');
  const whole = version(2, 2);
  const fix = smallFile(smallLine('A2', 7));

  it('and is hidden when its file is replaced, which holds nothing up', async () => {
    await using lake = await TestLake.make();
    const { ids, load, commits } = smallDay(lake);
    await load(KEY, rejecting);
    await load(FIX, fix, SUPPLEMENT);
    expect(await ids()).toEqual(['A1', 'A2']);
    const replaced = await load(KEY, whole);
    expect(replaced.day).toMatchObject({ published: true });
    expect(replaced.day?.warnings?.join()).toContain(`${FIX} is not shown`);
    expect(await ids()).toEqual(['A1', 'A2']);
    expect((await commits()).at(-1)?.files.map(({ sourceKey }) => sourceKey)).toEqual([KEY]);
  });

  it('and does not count itself when it is converted again, or corrected', async () => {
    await using lake = await TestLake.make();
    const { ids, load } = smallDay(lake);
    await load(KEY, rejecting);
    await load(FIX, fix, SUPPLEMENT);
    expect(await load(FIX, fix, { ...SUPPLEMENT, force: true })).toMatchObject({ status: 'loaded' });
    const corrected = smallFile(smallLine('A2', 8));
    expect(await load(FIX, corrected, SUPPLEMENT)).toMatchObject({ status: 'loaded' });
    expect(await ids()).toEqual(['A1', 'A2']);
  });

  it('and is not called published while it is hidden, however often it is converted', async () => {
    await using lake = await TestLake.make();
    const { load, entryOf } = smallDay(lake);
    await load(KEY, rejecting);
    await load(FIX, fix, SUPPLEMENT);
    await load(KEY, whole);
    const again = await lake.convert({ layout: smallLayout(), sourceKey: FIX, ...SUPPLEMENT });
    const entry = await entryOf(again);
    expect(again).toMatchObject({ status: 'already-loaded', day: { notShown: [entry.sourceId] } });
    const split = { verdict: 'already-loaded', dataset: 'small', sourceKey: FIX, ledgerKey: again.ledgerKey };
    const summary = summaryOf(
      entry,
      again,
      { ...split, businessDate: DATE } as never,
      { rows: [], rejects: [] },
      0,
    );
    expect(summary).toMatchObject({ published: false, hidden: true });
    expect(summary.warnings?.join()).toContain('is not shown, because it corrects records of a version');
  });

  it('and a second one with the same bytes is not told to come by force, which would be refused too', async () => {
    await using lake = await TestLake.make();
    const { load, entryOf } = smallDay(lake);
    await load(KEY, rejecting);
    await load(FIX, fix, SUPPLEMENT);
    for (const force of [false, true]) {
      const { refusal } = await entryOf(await load('again_20250812.txt', fix, { ...SUPPLEMENT, force }));
      expect(refusal?.code).toBe('supplement-too-large');
      expect(refusal?.message).not.toContain('--force');
    }
  });

  it('when its file is rolled back to the version before', async () => {
    await using lake = await TestLake.make();
    const { ids, load } = smallDay(lake);
    await load(KEY, whole);
    await load(KEY, rejecting);
    await load(FIX, fix, SUPPLEMENT);
    await rollBack(lake.ports, { ...DAY, file: KEY, reason: 'it was right before' });
    expect(await ids()).toEqual(['A1', 'A2']);
    await publishDay(lake.ports, layout, DATE, { partial: { reason: 'on purpose' } });
    expect(await ids()).toEqual(['A1', 'A2']);
  });

  it('and comes back with it, in the version that belongs to it', async () => {
    await using lake = await TestLake.make();
    const { ids, load } = smallDay(lake);
    await load(KEY, rejecting);
    await load(FIX, fix, SUPPLEMENT);
    await load(KEY, version(3, 'Y'));
    expect(await ids()).toEqual(['A1']);
    await load(FIX, fix, { ...SUPPLEMENT, force: true });
    expect(await ids()).toEqual(['A1', 'A2']);
    await rollBack(lake.ports, { ...DAY, file: KEY, reason: 'x' });
    expect(await ids()).toEqual(['A1', 'A2']);
    await publishDay(lake.ports, layout, DATE);
    expect(await ids()).toEqual(['A1', 'A2']);
  });

  it('also while it is converted again, for the version that now stands, and refused', async () => {
    await using lake = await TestLake.make();
    const { ids, load, refusalOf } = smallDay(lake);
    await load(KEY, rejecting);
    await load(FIX, fix, SUPPLEMENT);
    await load(KEY, whole);
    const again = await load(FIX, fix, { ...SUPPLEMENT, force: true });
    expect(await refusalOf(again)).toBe('supplement-too-large');
    await publishDay(lake.ports, layout, DATE, { partial: { reason: 'on purpose' } });
    expect(await ids()).toEqual(['A1', 'A2']);
  });

  it('also if it is converted again as a file of its own, and refused', async () => {
    await using lake = await TestLake.make();
    const { ids, load, refusalOf } = smallDay(lake);
    await load(KEY, rejecting);
    await load(FIX, fix, SUPPLEMENT);
    const alone = await load(
      FIX,
      smallFile(smallLine('', 'X')),
      {},
      smallLayout({ rejects: { maxPercent: 0 } }),
    );
    expect(await refusalOf(alone)).toBe('too-many-rejects');
    await load(KEY, whole);
    expect(await ids()).toEqual(['A1', 'A2']);
  });

  it('and stays shown if the same bytes are converted again', async () => {
    await using lake = await TestLake.make();
    const { ids, load } = smallDay(lake);
    await load(KEY, rejecting);
    await load(FIX, fix, SUPPLEMENT);
    await load(KEY, rejecting, { force: true });
    expect(await ids()).toEqual(['A1', 'A2']);
    await rollBack(lake.ports, { ...DAY, file: KEY, reason: 'x' });
    expect(await ids()).toEqual(['A1', 'A2']);
  });

  it('and stays out of a day that is rolled back to a commit before it', async () => {
    await using lake = await TestLake.make();
    const { ids, load } = smallDay(lake);
    await load(KEY, rejecting);
    await load(FIX, fix, SUPPLEMENT);
    await load(KEY, version(3, 'Y'));
    await rollBack(lake.ports, { ...DAY, toCommit: 1, reason: 'x' });
    expect(await ids()).toEqual(['A1']);
    await publishDay(lake.ports, layout, DATE);
    expect(await ids()).toEqual(['A1']);
  });

  it('and stays out with a file that the day manifest keeps out', async () => {
    await using lake = await TestLake.make();
    const { ids, load } = smallDay(lake);
    await load(KEY, rejecting);
    await load(FIX, fix, SUPPLEMENT);
    await load('g_20250812.txt', smallFile(smallLine('B1', 1)));
    const files = [{ name: 'g_20250812.txt' }];
    const text = JSON.stringify({ format: 'positional-lake-day/1', files });
    expect(await takeDayManifest(lake.ports.lake, 'small', DATE, 'day.json', text)).toEqual([]);
    await publishDay(lake.ports, layout, DATE, { partial: { reason: 'on purpose' } });
    expect(await ids()).toEqual(['B1']);
  });

  it('and is no expected file, also after its file was taken out and it was refused', async () => {
    await using lake = await TestLake.make();
    const { load, refusalOf, commits } = smallDay(lake);
    lake.ports.settings.expectedFiles = 2;
    await load(KEY, rejecting);
    await load(FIX, fix, SUPPLEMENT);
    await rollBack(lake.ports, { ...DAY, file: KEY, remove: true, reason: 'not wanted' });
    expect(await refusalOf(await load(FIX, fix, { ...SUPPLEMENT, force: true }))).toBe('supplement-unknown');
    const { day } = await load('g_20250812.txt', smallFile(smallLine('B1', 1)));
    expect(day).toMatchObject({ published: false, waitingFor: '1 of 2 files' });
    expect((await commits()).flatMap(({ files }) => files)).toEqual([]);
    const { files } = await dayStatus(lake.ports, 'small', DATE);
    expect(files.find(({ name }) => name === FIX)).toMatchObject({ supplementOf: KEY, hidden: true });
  });

  it('and says what to do if somebody rolls it back while it is hidden', async () => {
    await using lake = await TestLake.make();
    const { ids, load, entryOf } = smallDay(lake);
    await load(KEY, rejecting);
    const fixed = await load(FIX, fix, SUPPLEMENT);
    const replaced = await load(KEY, whole);
    // What convert prints has the warnings of the day that the file published.
    const summary = summaryOf(
      await entryOf(replaced),
      replaced,
      { verdict: 'already-loaded', dataset: 'small', sourceKey: KEY, ledgerKey: '', businessDate: DATE },
      { rows: [], rejects: [] },
      0,
    );
    expect(summary.warnings?.join()).toContain(`${FIX} is not shown`);
    const back = rollBack(lake.ports, { ...DAY, file: FIX, reason: 'x' });
    await expect(back).rejects.toThrow(
      `${FIX} is hidden, because the version of ${KEY} that it corrects is not published`,
    );
    const out = await rollBack(lake.ports, { ...DAY, file: FIX, remove: true, reason: 'not wanted' });
    expect(out).toMatchObject({ commit: null, files: [{ sourceKey: FIX, to: null }] });
    expect((await entryOf(fixed)).loaded).toBeUndefined();
    await rollBack(lake.ports, { ...DAY, file: KEY, reason: 'x' });
    expect(await ids()).toEqual(['A1']);
  });

  it('and a day with nothing but a refused one says so', async () => {
    await using lake = await TestLake.make();
    const { load } = smallDay(lake);
    await load(FIX, fix, SUPPLEMENT);
    await expect(dayStatus(lake.ports, 'small', DATE)).rejects.toThrow(
      /no file of this day was taken.*fix_20250812.txt is refused/,
    );
  });

  it('so that one of a supplement, or of itself, is refused', async () => {
    await using lake = await TestLake.make();
    const { load, refusalOf } = smallDay(lake);
    await load(KEY, rejecting);
    await load(FIX, fix, SUPPLEMENT);
    for (const [key, supplementOf] of [
      ['fix2_20250812.txt', FIX],
      [KEY, KEY],
    ] as const) {
      const refused = await load(key, smallFile(smallLine('A3', 1)), { supplementOf });
      expect(await refusalOf(refused)).toBe('supplement-unknown');
    }
  });

  it('whatever is loaded, converted again, rolled back, removed and published', async () => {
    const step = fc.oneof(
      fc.constant('rejecting' as const),
      fc.constant('whole' as const),
      fc.constant('supplement' as const),
      fc.constant('roll back' as const),
      fc.constant('roll back the day' as const),
      fc.constant('publish' as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), async (steps) => {
        await using lake = await TestLake.make();
        const { ids, load, commits } = smallDay(lake);
        let amount = 10;
        // From a file with its supplement: without them there is nothing to double.
        for (const taken of ['rejecting', 'supplement', ...steps]) {
          amount++;
          if (taken === 'rejecting') await load(KEY, version(amount, 'X'));
          else if (taken === 'whole') await load(KEY, version(amount, amount));
          else if (taken === 'supplement') {
            await load(FIX, smallFile(smallLine('A2', amount)), { ...SUPPLEMENT, force: true });
          } else await publishOrRollBack(lake, taken);
          const shown = (await commits()).length > 0 ? await ids() : [];
          expect(shown, `after ${taken}`).toEqual([...new Set(shown)]);
        }
      }),
      { numRuns: 15 },
    );
  }, 300_000);
});
