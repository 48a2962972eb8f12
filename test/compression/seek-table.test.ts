import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  framesOf,
  readSeekTable,
  type SeekTable,
  seekFooter,
  seekTableBytes,
} from '../../shared/compression/seek-table.ts';
import { type StatedFrame, tableOf } from '../support/seekable-zstd.ts';

const frames = fc.array(
  fc.record({ stored: fc.integer({ min: 0, max: 9_000 }), content: fc.integer({ min: 0, max: 9_000 }) }),
  { minLength: 1, maxLength: 40 },
);
const sumOf = (list: StatedFrame[], what: keyof StatedFrame) =>
  list.reduce((sum, frame) => sum + frame[what], 0);

function read(table: Uint8Array, fileBytes: number): SeekTable {
  const footer = seekFooter(table);
  if (!footer) throw new Error('no table');
  return readSeekTable(table.subarray(-footer.tableBytes), footer, fileBytes);
}

describe('a seek table', () => {
  it('is written as the format says, and read back, with and without sums', () => {
    fc.assert(
      fc.property(frames, fc.boolean(), (list, withSums) => {
        const written = seekTableBytes(
          list.map(({ stored, content }) => ({ storedBytes: stored, contentBytes: content })),
        );
        expect(Buffer.from(written).equals(tableOf(list))).toBe(true);
        const bytes = tableOf(list, withSums);
        const table = read(bytes, sumOf(list, 'stored') + bytes.length);
        expect(table.frameCount).toBe(list.length);
        for (const [index, frame] of list.entries()) {
          expect(table.storedStarts[index + 1]! - table.storedStarts[index]!).toBe(frame.stored);
          expect(table.contentStarts[index + 1]! - table.contentStarts[index]!).toBe(frame.content);
        }
      }),
    );
  });

  it('names exactly the frames that hold a range', () => {
    fc.assert(
      fc.property(
        frames,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(9_000),
        (list, place, length) => {
          const whole = sumOf(list, 'content');
          fc.pre(whole > 0);
          const bytes = tableOf(list);
          const table = read(bytes, sumOf(list, 'stored') + bytes.length);
          const startByte = Math.min(whole - 1, Math.floor(place * whole));
          const endByte = Math.min(whole, startByte + 1 + length);
          const { first, end } = framesOf(table, { startByte, endByte });
          expect(table.contentStarts[first]!).toBeLessThanOrEqual(startByte);
          expect(table.contentStarts[first + 1]!).toBeGreaterThan(startByte);
          expect(table.contentStarts[end - 1]!).toBeLessThan(endByte);
          expect(table.contentStarts[end]!).toBeGreaterThanOrEqual(endByte);
        },
      ),
    );
  });

  it('is not there if its last bytes are others', () => {
    expect(seekFooter(new Uint8Array(8))).toBeUndefined();
    expect(seekFooter(Buffer.concat([tableOf([{ stored: 1, content: 1 }]), Buffer.of(0)]))).toBeUndefined();
  });

  it.each<[string, Buffer, number, string]>([
    [
      'frames that are more than the file',
      tableOf([{ stored: 10, content: 1 }]),
      9 + 25,
      'its frames have 10 bytes, and they have 9',
    ],
    [
      'fewer than the file',
      tableOf([{ stored: 10, content: 1 }]),
      11 + 25,
      'its frames have 10 bytes, and they have 11',
    ],
    ['no frames', tableOf([]), 17, 'has 0 frames'],
    [
      'a frame that is too large',
      tableOf([{ stored: 1, content: 0x4000_0001 }]),
      26,
      'frame 1 holds 1073741825 bytes',
    ],
    [
      'another length of its own',
      Buffer.from(tableOf([{ stored: 1, content: 1 }])).fill(9, 4, 5),
      26,
      'states another length than it has',
    ],
    [
      'another beginning',
      Buffer.from(tableOf([{ stored: 1, content: 1 }])).fill(9, 0, 1),
      26,
      'begins nowhere',
    ],
    [
      'a bit that nobody knows',
      Buffer.from(tableOf([{ stored: 1, content: 1 }])).fill(4, 20, 21),
      26,
      'later version',
    ],
  ])('cannot say %s', (_, bytes, fileBytes, words) => {
    expect(() => read(bytes, fileBytes)).toThrow(words);
  });
});
