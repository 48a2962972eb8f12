import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readFinalizerEvent } from '../../functions/finalizer/handler.ts';
import { readMergerEvent } from '../../functions/merger/handler.ts';
import { readParserEvent } from '../../functions/parser/handler.ts';
import { readReconcilerEvent } from '../../functions/reconciler/handler.ts';
import { readSplitterEvent } from '../../functions/splitter/handler.ts';
import { reconcileFile } from '../../shared/pipeline/reconcile/reconcile-file.ts';
import { splitFile } from '../../shared/pipeline/split/split-file.ts';
import { planned, TestLake } from '../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

const RANGE = { rangeIndex: 0, startByte: 0, endByte: 42 };
const FILE = { dataset: 'small', sourceKey: 'f.txt', ledgerKey: 'ledger/f', businessDate: '2025-08-12' };
const PARSER = { dataset: 'small', planKey: 'runs/1/plan.json', range: RANGE };

describe('the input of a function', () => {
  it.each([
    ['splitter', readSplitterEvent, { request: {} }, /'execution'/],
    [
      'splitter',
      readSplitterEvent,
      { execution: 'e', request: { layout: 'small' } },
      /'sourceKey' is missing/,
    ],
    ['parser', readParserEvent, { ...PARSER, range: { ...RANGE, endByte: '42' } }, /'range\.endByte'/],
    ['parser', readParserEvent, undefined, /the parser cannot work with this input/],
    ['reconciler', readReconcilerEvent, {}, /'planKey'/],
    ['merger', readMergerEvent, { ...PARSER, merges: [-1] }, /'merges\.0'/],
    ['merger', readMergerEvent, { ...PARSER, merges: [] }, /'merges'/],
    ['finalizer', readFinalizerEvent, { ...FILE, verdict: 'convert' }, /'verdict'/],
    ['finalizer', readFinalizerEvent, { ...FILE, verdict: 'balanced', runId: '1' }, /'planKey'/],
    ['finalizer', readFinalizerEvent, { ...FILE, verdict: 'refused' }, /'refusal'/],
  ])('of the %s is refused, and the wrong field is named', (_, read: (
    event: unknown,
  ) => unknown, event, message) => {
    const reading = () => read(event);
    expect(reading).toThrow(message);
    expect(reading).toThrow(expect.objectContaining({ name: 'UsageError', retryable: false }));
  });

  it('keeps the parents of a range', () => {
    const parents = [{ recordType: 'lote', startByte: 3, endByte: 9 }];
    expect(readParserEvent({ ...PARSER, range: { ...RANGE, parents } }).range).toEqual({ ...RANGE, parents });
  });

  it('keeps its values out of the message', () => {
    expect(() => readParserEvent({ ...PARSER, range: 'FULANA' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('FULANA') }),
    );
  });
});

describe('what travels between states', () => {
  const bytes = smallFile(smallLine('A1', 100));
  const request = { layout: smallLayout(), sourceKey: 'f_20250812.txt' };
  const TOLD = ['verdict', 'dataset', 'sourceKey', 'ledgerKey', 'businessDate'];

  it('holds the keys that the state machine reads, by verdict', async () => {
    await using lake = await TestLake.make();
    await lake.putRaw(request.sourceKey, bytes);
    const asl = await readFile(new URL('../../statemachine/file-pipeline.asl.json', import.meta.url), 'utf8');
    const read = [...asl.matchAll(/"\$\.([a-z]\w+)"/gi)].map(([, key]) => key);
    const split = planned(await splitFile(lake.ports, 'one', request));
    const reconciled = await lake.parseAll(split).then(() => reconcileFile(lake.ports, split.planKey));
    const passed = new Set([
      ...Object.keys(split),
      ...Object.keys(reconciled),
      // Of a file of several ranges, whose parts must be merged.
      'merges',
      'parsed',
      'merged',
      'recorded',
      // What ItemSelector gives each child.
      'range',
    ]);
    expect(read.filter((key) => !passed.has(key ?? ''))).toEqual([]);
    expect(Object.keys(split).toSorted()).toEqual(
      [
        ...TOLD,
        ...['runId', 'planKey', 'rangesKey', 'rangeCount', 'onlyRange', 'parseResultsPrefix'],
      ].toSorted(),
    );
    expect(Object.keys(reconciled).toSorted()).toEqual([...TOLD, 'runId', 'planKey'].toSorted());
    expect(readParserEvent({ ...split, range: split.onlyRange }).range).toEqual(split.onlyRange);
    expect(readFinalizerEvent(reconciled)).toMatchObject({ verdict: 'balanced', planKey: split.planKey });
  });

  it('holds lots of merges, and no only range, of a file of several ranges', async () => {
    await using lake = await TestLake.make();
    await lake.putRaw(request.sourceKey, smallFile(smallLine('A1', 100), smallLine('A2', 200)));
    const split = planned(await splitFile(lake.ports, 'one', { ...request, rangeSizeBytes: 10 }));
    expect(split).not.toHaveProperty('onlyRange');
    const reconciled = await lake.parseAll(split).then(() => reconcileFile(lake.ports, split.planKey));
    const { merges } = reconciled as { merges: number[][] };
    expect(merges.length).toBeGreaterThan(0);
    expect(readMergerEvent({ ...split, merges: merges[0] }).merges).toEqual(merges[0]);
  });

  it('is what the finalizer takes when a file is loaded already, or refused', async () => {
    await using lake = await TestLake.make();
    await lake.putRaw(request.sourceKey, bytes);
    await lake.convert(request);
    const again = await splitFile(lake.ports, 'two', request);
    expect(Object.keys(again)).toEqual(TOLD);
    expect(readFinalizerEvent(again)).toEqual(again);
    await lake.putRaw('g_20250812.txt', new Uint8Array());
    const refused = await splitFile(lake.ports, 'three', { ...request, sourceKey: 'g_20250812.txt' });
    expect(Object.keys(refused)).toEqual([...TOLD, 'refusal']);
    expect(readFinalizerEvent(refused)).toEqual(refused);
  });

  it('may be a refusal that an earlier version of the software passed on', () => {
    const refusal = {
      code: 'not-in-control-file',
      message: 'f.txt: the control file f.ctl does not name it.',
    };
    expect(readFinalizerEvent({ ...FILE, verdict: 'refused', refusal })).toMatchObject({
      refusal: { ...refusal, code: 'not-in-day-manifest' },
    });
  });
});
