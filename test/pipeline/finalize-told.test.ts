import { describe, expect, it } from 'vitest';
import { finalizeFile } from '../../shared/pipeline/finalize/finalize-file.ts';
import type { MetricFigure } from '../../shared/ports/metrics.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';
import { KEY, smallDay } from '../support/small-day.ts';

/** What people and metrics are told of each file, by dataset. */
function listen(lake: TestLake) {
  const figures: Record<string, number>[] = [];
  const notes: { kind: string; subject: string }[] = [];
  lake.ports.metrics = {
    record: async (_dataset: string, all: MetricFigure[]) => {
      figures.push(Object.fromEntries(all.map(({ name, value }) => [name, value])));
    },
  };
  lake.ports.notifier = { notify: async ({ kind, subject }) => void notes.push({ kind, subject }) };
  return { figures, notes };
}

describe('the end of a run', () => {
  it('is told with its figures: a quarter of its records rejected, the day published or waiting', async () => {
    await using lake = await TestLake.make();
    const { figures, notes } = listen(lake);
    const { load, entryOf } = smallDay(lake);
    lake.ports.settings.expectedFiles = 2;
    const lines = [smallLine('A1', 1), smallLine('A2', 'X'), smallLine('A3', 1), smallLine('A4', 1, 'B')];
    const { loaded } = await entryOf(await load(KEY, smallFile(...lines)));
    const outputBytes = loaded!.outputs.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(loaded!.outputs).toHaveLength(2);
    expect(figures).toEqual([
      expect.objectContaining({
        ...{ FilesLoaded: 1, InputBytes: 84, RecordsRead: 4, RecordsRejected: 1, RowsLoaded: 3 },
        ...{ OutputBytes: outputBytes, DurationMs: 0, DaysPublished: 0, RejectPercent: 25 },
        ...{ SplitDurationMs: 0, MergeDurationMs: 0 },
      }),
    ]);
    await load('g_20250812.txt', smallFile(smallLine('G1', 1)));
    expect(figures.at(-1)).toMatchObject({ DaysPublished: 1, RejectPercent: 0 });
    expect(notes).toEqual([
      { kind: 'success', subject: `Loaded: ${KEY}` },
      { kind: 'success', subject: 'Loaded: g_20250812.txt' },
    ]);
  });

  it('is told once, however often it is finished, and again if nobody was told', async () => {
    await using lake = await TestLake.make();
    const { notes } = listen(lake);
    const { notifier } = lake.ports;
    const { load, entryOf } = smallDay(lake);
    await lake.putRaw(KEY, smallFile(smallLine('A1', 1)));
    lake.ports.notifier = { notify: () => Promise.reject(new Error('the line is dead')) };
    await expect(lake.convert({ layout: smallLayout(), sourceKey: KEY })).rejects.toThrow('the line is dead');
    lake.ports.notifier = notifier;
    const { ledgerKey } = await lake.convert({ layout: smallLayout(), sourceKey: KEY });
    const entry = await entryOf({ ledgerKey });
    expect(entry.state).toBe('loaded');
    const { runId } = entry;
    const input = {
      ...{ verdict: 'balanced' as const, dataset: 'small', sourceKey: KEY, businessDate: '2025-08-12' },
      ...{ ledgerKey, planKey: `runs/${runId}/plan.json` },
    };
    await finalizeFile(lake.ports, input as Parameters<typeof finalizeFile>[1]);
    expect(notes).toHaveLength(1);
    await finalizeFile(lake.ports, input as Parameters<typeof finalizeFile>[1]);
    expect(notes).toHaveLength(1);
    expect((await entryOf({ ledgerKey })).told).toBeDefined();
    const refused = await load('g_20250812.txt', Buffer.alloc(0));
    expect(notes.at(-1)).toEqual({ kind: 'failure', subject: 'Refused: g_20250812.txt' });
    const empty = await entryOf(refused);
    expect(empty.told).toBeDefined();
    const again = {
      ...{ verdict: 'refused' as const, dataset: 'small', sourceKey: 'g_20250812.txt', businessDate: null },
      ...{ ledgerKey: refused.ledgerKey, refusal: empty.refusal! },
    };
    await finalizeFile(lake.ports, again as Parameters<typeof finalizeFile>[1]);
    expect(notes).toHaveLength(2);
  });
});
