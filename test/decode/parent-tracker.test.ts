import { expect, test } from 'vitest';
import { ParentTracker } from '../../shared/decode/parent-tracker.ts';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { RECORD_OK } from '../../shared/kernel/shapes.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';

const LENGTH = 10;
const layout = readLayout(
  JSON.stringify({
    name: 'mixed',
    encoding: 'us-ascii',
    record: { format: 'lines', length: LENGTH, short: 'pad' },
    recordTypes: [
      {
        name: 'lot',
        match: { start: 1, end: 1, equals: 'P' },
        fields: [{ name: 'id', start: 2, end: 10, type: 'string' }],
      },
      {
        name: 'row',
        match: { start: 1, end: 1, equals: 'C' },
        parent: 'lot',
        fields: [{ name: 'lot_id', fromParent: 'id' }],
      },
    ],
  }),
  'mixed.json',
);

test('a short parent stays short when it is carried over the ends of blocks', () => {
  const kernel = new Kernel();
  /** One record, filled up with blanks if it is short. */
  const batchOf = (line: string) => {
    const start = kernel.place(Buffer.from(line.padEnd(LENGTH)));
    const starts = kernel.place(new Uint8Array(Uint32Array.of(start).buffer));
    const ends = kernel.place(new Uint8Array(Uint32Array.of(start + line.length).buffer));
    const outcomes = kernel.place(Uint8Array.of(RECORD_OK));
    return { recordCount: 1, starts, ends, outcomes, hasPadded: line.length < LENGTH };
  };
  const tracker = new ParentTracker(kernel, layout.recordTypes, 1, layout.record);
  tracker.track(batchOf('P123'), kernel.place(Uint8Array.of(0)));
  for (let block = 0; block < 3; block++) {
    tracker.carry();
    const children = batchOf('C987654321');
    tracker.track(children, kernel.place(Uint8Array.of(1)));
    const { starts, ends } = tracker.placesOf('lot');
    expect(kernel.bytes[children.outcomes]).toBe(RECORD_OK);
    expect(ends).toBeGreaterThan(0);
    const [start, end] = [kernel.view.getUint32(starts, true), kernel.view.getUint32(ends, true)];
    expect(Buffer.from(kernel.bytes.subarray(start, end)).toString()).toBe('P123');
  }
});
