import { describe, expect, it } from 'vitest';
import { groupRejects, readRejects } from '../../../shared/pipeline/operate/read-rejects.ts';
import { rollBack } from '../../../shared/pipeline/operate/roll-back.ts';
import { verifyLake } from '../../../shared/pipeline/verify/verify-lake.ts';
import { TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { DATE, DAY, KEY, smallDay } from '../../support/small-day.ts';

const FIX = 'fix_20250812.txt';
const FULL = { depth: 'full' } as const;
const rejecting = smallFile(smallLine('A1', 1), smallLine('A2', 'X'));
const strict = smallLayout({ rejects: { maxPercent: 0 } });

const damages = async (lake: TestLake) =>
  (await verifyLake(lake.ports, FULL)).findings.filter(({ level }) => level === 'damage');

describe('the rejects of a refused file', () => {
  const rejectsOf = async (lake: TestLake) => {
    const groups = await groupRejects(readRejects(lake.ports, DAY), 1);
    return groups.reduce((sum, { count }) => sum + count, 0);
  };

  it('that are lost together with their list are missed, and come back with the file', async () => {
    await using lake = await TestLake.make();
    const { keysBelow, load } = smallDay(lake);
    await load(KEY, rejecting, {}, strict);
    expect([await rejectsOf(lake), await damages(lake)]).toEqual([1, []]);
    const lost = (await keysBelow('runs/')).filter((key) => key.includes('/rejects'));
    expect(lost).toHaveLength(2);
    await lake.ports.lake.delete(lost);
    expect(await damages(lake)).toMatchObject([
      {
        key: lost.find((key) => key.endsWith('.json')),
        what: 'it cannot be read, and of 1 rejected records 0 are there',
        mend: { by: 'command', command: { name: 'convert', sourceKey: KEY, businessDate: DATE } },
      },
    ]);
    await load(KEY, rejecting, { force: true }, strict);
    expect([await rejectsOf(lake), await damages(lake)]).toEqual([1, []]);
  });

  it('are not missed if only their list is lost, or if clean was removing the run', async () => {
    await using lake = await TestLake.make();
    const { keysBelow, load } = smallDay(lake);
    await load(KEY, rejecting, {}, strict);
    const documents = (await keysBelow('runs/')).filter((key) => /\/re[^/]*\.json$/.test(key));
    expect(documents).toHaveLength(2);
    await lake.ports.lake.delete(documents.filter((key) => key.endsWith('/rejects.json')));
    expect(await damages(lake)).toEqual([]);
    await lake.ports.lake.delete(documents);
    await lake.ports.lake.delete((await keysBelow('runs/')).filter((key) => key.endsWith('.parquet')));
    expect(await damages(lake)).toEqual([]);
  });
});

describe('a supplement whose published rows are damaged', () => {
  const loseRows = async (lake: TestLake, result: { ledgerKey: string }) => {
    const { entryOf, keysBelow } = smallDay(lake);
    const { loaded } = await entryOf(result);
    const published = (await keysBelow('processed/')).filter((key) =>
      /\/fix_20250812-[^/]*\.parquet$/.test(key),
    );
    await lake.ports.lake.delete([...published, ...loaded!.outputs.map(({ mergedKey }) => mergedKey)]);
  };

  it('is to be converted as the supplement that it is, though the last run took it for a file of its own', async () => {
    await using lake = await TestLake.make();
    const { ids, load, refusalOf } = smallDay(lake);
    await load(KEY, rejecting);
    const fix = await load(FIX, smallFile(smallLine('A2', 2)), { supplementOf: KEY });
    const refused = await load(FIX, smallFile(smallLine('A2', 'X')), {}, strict);
    expect(await refusalOf(refused)).toBe('too-many-rejects');
    await loseRows(lake, fix);
    const [found] = await damages(lake);
    expect(found?.mend).toMatchObject({ by: 'command', command: { sourceKey: FIX, supplementOf: KEY } });
    await load(FIX, smallFile(smallLine('A2', 2)), { supplementOf: KEY, force: true });
    expect(await ids()).toEqual(['A1', 'A2']);
  });

  it('also if its entry is lost with every version of it', async () => {
    await using lake = await TestLake.make();
    const { keysBelow, load } = smallDay(lake);
    await load(KEY, rejecting);
    await load(FIX, smallFile(smallLine('A2', 2)), { supplementOf: KEY });
    const entry = (await keysBelow('ledger/')).filter((key) => /\/fix_20250812-/.test(key));
    await lake.ports.lake.delete(entry);
    const found = (await damages(lake)).find(
      ({ key }) => key === entry.find((one) => !one.includes('_history')),
    );
    expect(found?.mend).toMatchObject({ by: 'command', command: { sourceKey: FIX, supplementOf: KEY } });
  });
});

describe('a hidden supplement whose rows are lost', () => {
  it('is to be taken out of its day if its file moved on, because no conversion can bring it back', async () => {
    await using lake = await TestLake.make();
    const { ids, entryOf, keysBelow, load } = smallDay(lake);
    await load(KEY, rejecting);
    const fix = await load(FIX, smallFile(smallLine('A2', 2)), { supplementOf: KEY });
    await load(KEY, smallFile(smallLine('A3', 1)));
    const { loaded } = await entryOf(fix);
    const copies = (await keysBelow('processed/')).filter((key) => /\/fix_20250812-/.test(key));
    await lake.ports.lake.delete([...copies, ...loaded!.outputs.map(({ mergedKey }) => mergedKey)]);
    const named = (await damages(lake)).flatMap(({ key, mend }) =>
      mend.by === 'command' ? [[key, mend.command]] : [],
    );
    const removal = { name: 'rollback', dataset: 'small', sourceKey: FIX, businessDate: DATE };
    expect(named).toEqual([[loaded!.outputs[0]!.mergedKey, removal]]);
    const again = { supplementOf: KEY, force: true };
    await load(FIX, smallFile(smallLine('A2', 2)), again).catch(() => undefined);
    expect(await damages(lake)).not.toEqual([]);
    await rollBack(lake.ports, { ...DAY, file: FIX, remove: true, reason: 'x' });
    expect([await damages(lake), await ids()]).toEqual([[], ['A3']]);
  });

  it('is to be converted again as long as its file has the version that it corrects', async () => {
    await using lake = await TestLake.make();
    const { entryOf, load } = smallDay(lake);
    await load(KEY, rejecting, {}, smallLayout({ day: { expectedFiles: 2 } }));
    const waits = smallLayout({ day: { expectedFiles: 2 } });
    const fix = await load(FIX, smallFile(smallLine('A2', 2)), { supplementOf: KEY }, waits);
    const { loaded } = await entryOf(fix);
    await lake.ports.lake.delete(loaded!.outputs.map(({ mergedKey }) => mergedKey));
    expect(await damages(lake)).toMatchObject([{ mend: { command: { name: 'convert', sourceKey: FIX } } }]);
  });
});
