import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayStatus } from '../../../shared/pipeline/operate/day-status.ts';
import { readRejects } from '../../../shared/pipeline/operate/read-rejects.ts';
import { rollBack } from '../../../shared/pipeline/operate/roll-back.ts';
import { reconcileFile } from '../../../shared/pipeline/reconcile/reconcile-file.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { readJson } from '../../../shared/pipeline/store/json-object.ts';
import { isCorrectedBy } from '../../../shared/run/corrected-version.ts';
import { type LedgerEntry, ledgerEntryShape } from '../../../shared/run/ledger-entry.ts';
import { addRejectsDigests, RejectsDigest } from '../../../shared/run/rejects-digest.ts';
import { planned, TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { DATE, DAY, KEY, publishOrRollBack, smallDay } from '../../support/small-day.ts';

const FIX = 'fix_20250812.txt';
const SUPPLEMENT = { supplementOf: KEY };
const AGAIN = { ...SUPPLEMENT, force: true };

/** A1 to A3, of which some have an amount that is none; `cents` tells versions apart. */
const version = (cents: number, rejected: readonly string[]) =>
  smallFile(...['A1', 'A2', 'A3'].map((id) => smallLine(id, rejected.includes(id) ? 'X' : cents)));
const corrected = (...ids: string[]) => smallFile(...ids.map((id) => smallLine(id, 7)));

describe('a supplement is held to the records that it corrects', () => {
  it('and is refused for a version that rejects others, and as many', async () => {
    await using lake = await TestLake.make();
    const { ids, load, refusalOf } = smallDay(lake);
    await load(KEY, version(1, ['A2']));
    await load(FIX, corrected('A2'), SUPPLEMENT);
    await load(KEY, version(2, ['A1']));
    const again = await load(FIX, corrected('A2'), AGAIN);
    expect(await refusalOf(again)).toBe('supplement-other-records');
    expect(await ids()).toEqual(['A2', 'A3']);
    await load('fix2_20250812.txt', corrected('A1'), SUPPLEMENT);
    expect(await ids()).toEqual(['A1', 'A2', 'A3']);
    await rollBack(lake.ports, { ...DAY, file: KEY, reason: 'x' });
    expect(await ids()).toEqual(['A1', 'A2', 'A3']);
  });

  it('and is refused if its file is replaced while it is converted, by one that rejects more or fewer', async () => {
    await using lake = await TestLake.make();
    const { ids, load } = smallDay(lake);
    const rejecting = version(1, ['A2']);
    await load(KEY, rejecting);
    await lake.putRaw(FIX, corrected('A1', 'A2'));
    const request = { layout: smallLayout(), sourceKey: FIX, ...SUPPLEMENT };
    const split = planned(await splitFile(lake.ports, 'slow', request));
    await lake.parseAll(split);
    await load(KEY, version(2, ['A1', 'A2']));
    const result = await reconcileFile(lake.ports, split.planKey);
    expect(result).toMatchObject({ verdict: 'refused', refusal: { code: 'supplement-unknown' } });
    await load(KEY, rejecting, { force: true });
    expect(await ids()).toEqual(['A1', 'A3']);
  });

  it('unless its name is another, if the same records are at other places now', async () => {
    await using lake = await TestLake.make();
    const { ids, load, refusalOf } = smallDay(lake);
    await load(KEY, version(1, ['A2']));
    await load(FIX, corrected('A2'), SUPPLEMENT);
    await load(KEY, smallFile(smallLine('A2', 'X'), smallLine('A1', 1), smallLine('A3', 1)));
    expect(await refusalOf(await load(FIX, corrected('A2'), AGAIN))).toBe('supplement-other-records');
    await load('fix2_20250812.txt', corrected('A2'), AGAIN);
    expect(await ids()).toEqual(['A1', 'A2', 'A3']);
  });

  it('and is taken again for any version that rejects the same ones, also after others', async () => {
    await using lake = await TestLake.make();
    const { ids, load } = smallDay(lake);
    await load(KEY, version(1, ['A2']));
    await load(FIX, corrected('A2'), SUPPLEMENT);
    await load(KEY, version(2, ['A1']));
    await load(FIX, corrected('A1'), AGAIN);
    expect(await ids()).toEqual(['A1', 'A2', 'A3']);
    await load(KEY, version(3, ['A2']));
    await load(FIX, corrected('A2'), AGAIN);
    expect(await ids()).toEqual(['A1', 'A2', 'A3']);
  });

  it('so that the same bytes twice are refused, even forced', async () => {
    await using lake = await TestLake.make();
    const { ids, load, refusalOf } = smallDay(lake);
    await load(KEY, version(1, ['A1', 'A2']));
    await load(FIX, corrected('A2'), SUPPLEMENT);
    const double = await load('fix2_20250812.txt', corrected('A2'), AGAIN);
    expect(await refusalOf(double)).toBe('duplicate-content');
    await load('fix3_20250812.txt', corrected('A1'), AGAIN);
    expect(await ids()).toEqual(['A1', 'A2', 'A3']);
  });

  it('and counts in no total of the day while it is hidden', async () => {
    await using lake = await TestLake.make();
    const { ids, load } = smallDay(lake);
    const status = async () => {
      const { totals, files } = await dayStatus(lake.ports, 'small', DATE);
      const { records, rows, rejected, corrected } = totals;
      return [records, rows, rejected, corrected, files.map(({ hidden }) => hidden === true)];
    };
    await load(KEY, version(1, ['A2']));
    await load(FIX, corrected('A2'), SUPPLEMENT);
    expect(await status()).toEqual([3, 3, 1, 1, [false, false]]);
    await load(KEY, version(2, []));
    expect(await status()).toEqual([3, 3, 0, 0, [false, true]]);
    expect(await ids()).toEqual(['A1', 'A2', 'A3']);
  });

  it('whatever is loaded, converted again, rolled back and published', async () => {
    const step = fc.constantFrom('A1', 'A2', 'A3', 'again', 'roll back', 'roll back the day', 'publish');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 7 }), async (steps) => {
        await using lake = await TestLake.make();
        const { ids, load, commits } = smallDay(lake);
        let cents = 1;
        // Each record has one supplement of its own, under its own name; the first stands when the steps begin.
        const names = new Map<string, string>();
        const rejecting = async (id: string) => {
          await load(KEY, version(cents++, [id]));
          names.set(id, `fix_${id}_20250812.txt`);
          await load(names.get(id)!, corrected(id), AGAIN);
        };
        await rejecting('A2');
        for (const taken of steps) {
          if (taken.startsWith('A')) await rejecting(taken);
          else if (taken === 'again') {
            for (const [id, name] of names) await load(name, corrected(id), AGAIN);
          } else await publishOrRollBack(lake, taken);
          const shown = (await commits()).length > 0 ? await ids() : [];
          expect(shown, `after ${taken}`).toEqual([...new Set(shown)]);
        }
      }),
      { numRuns: 6 },
    );
  }, 300_000);
});

describe('the digest of the rejects', () => {
  const lines = version(1, ['A1', 'A3']);

  /** What the table of rejects says, which is written another way. */
  async function fromTable(lake: TestLake): Promise<string> {
    const digest = new RejectsDigest();
    for await (const { byteOffset, recordLengthBytes } of readRejects(lake.ports, DAY)) {
      digest.add(byteOffset, recordLengthBytes);
    }
    return String(digest);
  }

  it.each([
    ['in one range', KEY, lines, {}],
    ['in ranges of a record', KEY, lines, { rangeSizeBytes: 21 }],
    ['of a compressed file', `${KEY}.gz`, gzipSync(lines), {}],
  ])('tells the places of the rejects %s', async (_, key, bytes, request) => {
    await using lake = await TestLake.make();
    const { load, entryOf } = smallDay(lake);
    const { loaded } = await entryOf(await load(key, bytes, request));
    const expected = new RejectsDigest();
    for (const offset of [0, 42]) expected.add(offset, 20);
    expect(loaded?.rejectsDigest).toBe(String(expected));
    expect(await fromTable(lake)).toBe(String(expected));
  });

  it.each([
    // Each record is four bytes of descriptor, a key of three letters, and a packed number that is none in the second and fourth.
    ['with descriptors, in one range', 'rdw', {}],
    ['with descriptors, in ranges of a record', 'rdw', { rangeSizeBytes: 10 }],
    ['in EBCDIC without any', 'fixed', {}],
    ['in EBCDIC without any, in ranges of a record', 'fixed', { rangeSizeBytes: 5 }],
  ])('tells the places of records %s', async (_, format, request) => {
    await using lake = await TestLake.make();
    const { load, entryOf } = smallDay(lake);
    const length = 5;
    const rdw = format === 'rdw' ? [0, 4 + length, 0, 0] : [];
    const records = [0x1c, 0xee, 0x2c, 0xee].map((digits) => [...rdw, 0xc1, 0xc2, 0xc3, 0x00, digits]);
    const text = JSON.stringify({
      name: 'small',
      encoding: 'cp037',
      record: { format, length },
      fields: [
        { name: 'id', start: 1, end: 3, type: 'string' },
        { name: 'amount', start: 4, end: 5, type: 'integer', usage: 'packed' },
      ],
      rejects: { maxPercent: 100 },
    });
    const { loaded } = await entryOf(await load(KEY, Buffer.from(records.flat()), request, text));
    expect(loaded?.records.rejected).toBe(2);
    const rejects = await Array.fromAsync(readRejects(lake.ports, DAY));
    const size = rdw.length + length;
    expect(rejects.map(({ byteOffset }) => byteOffset)).toEqual([size + rdw.length, 3 * size + rdw.length]);
    expect(loaded?.rejectsDigest).toBe(await fromTable(lake));
  });

  it('is a sum: its order is nothing, each place and how often it is there is something', () => {
    const place = fc.tuple(fc.nat(), fc.nat(40_000));
    const digestOf = (places: [number, number][]) => {
      const digest = new RejectsDigest();
      for (const [offset, length] of places) digest.add(offset, length);
      return String(digest);
    };
    fc.assert(
      fc.property(fc.array(place, { minLength: 1 }), fc.nat(), (places, at) => {
        const whole = digestOf(places);
        const cut = at % places.length;
        expect(whole).toMatch(/^[0-9a-f]{16}$/);
        expect(addRejectsDigests([places.slice(cut), places.slice(0, cut)].map(digestOf))).toBe(whole);
        const [offset, length] = places[cut]!;
        expect(digestOf(places.toSpliced(cut, 1))).not.toBe(whole);
        expect(digestOf(places.toSpliced(cut, 1, [offset + 1, length]))).not.toBe(whole);
        expect(digestOf(places.toSpliced(cut, 1, [offset, length + 1]))).not.toBe(whole);
      }),
    );
    expect(addRejectsDigests([digestOf([]), undefined])).toBeUndefined();
    expect(addRejectsDigests([])).toBe(digestOf([]));
  });

  it('tells versions apart that have the same bytes, layout and number of rejects', async () => {
    await using lake = await TestLake.make();
    const { load, entryOf } = smallDay(lake);
    const { loaded } = await entryOf(await load(KEY, version(1, ['A2'])));
    const { supplementOf } = await entryOf(await load(FIX, corrected('A2'), SUPPLEMENT));
    const again = { ...loaded!, runId: 'another' };
    expect(isCorrectedBy(again, supplementOf!)).toBe(true);
    expect(isCorrectedBy({ ...again, rejectsDigest: '0'.repeat(16) }, supplementOf!)).toBe(false);
    expect(isCorrectedBy({ ...again, layoutFingerprint: 'another' }, supplementOf!)).toBe(false);
    expect(isCorrectedBy(undefined, supplementOf!)).toBe(false);
  });

  it('is not asked for in a lake of an earlier version, which counts', async () => {
    await using lake = await TestLake.make();
    const { ids, load, refusalOf } = smallDay(lake);
    const loads = [await load(KEY, version(1, ['A2'])), await load(FIX, corrected('A2'), SUPPLEMENT)];
    for (const { ledgerKey } of loads) await forgetDigest(lake, ledgerKey);
    await load(KEY, version(1, ['A2']), { force: true });
    expect(await ids()).toEqual(['A1', 'A2', 'A3']);
    await load(KEY, version(2, ['A2']));
    expect(await ids()).toEqual(['A1', 'A3']);
    expect(await refusalOf(await load(FIX, corrected('A2'), AGAIN))).toBeUndefined();
    expect(await ids()).toEqual(['A1', 'A2', 'A3']);
  });

  async function forgetDigest(lake: TestLake, ledgerKey: string): Promise<void> {
    const entry: LedgerEntry = await readJson(lake.ports.lake, ledgerKey, ledgerEntryShape);
    const text = JSON.stringify(entry, (key, value) =>
      key === 'rejectsDigest' || key === 'rejects' ? undefined : value,
    );
    expect(text).not.toBe(JSON.stringify(entry));
    await lake.ports.lake.put(ledgerKey, Buffer.from(text));
  }
});
