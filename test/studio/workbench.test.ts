import { describe, expect, test } from 'vitest';
import type { ByteReader } from '../../studio/engine/byte-reader.ts';
import type { RecordPlace } from '../../studio/engine/record-places.ts';
import type { RecordWindow, ShownRecord } from '../../studio/engine/record-window.ts';
import { Workbench } from '../../studio/engine/workbench.ts';
import { bytesOf, filesOf, inputOf, jsonOf, names, textOf } from '../support/golden-case.ts';

/** A file in memory that counts what is read of it. */
class CountedFile implements ByteReader {
  readonly name = 'records.bin';
  readBytes = 0;
  readonly sizeBytes: number;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.sizeBytes = bytes.length;
  }

  async read({ startByte, endByte }: { startByte: number; endByte: number }): Promise<Uint8Array> {
    this.readBytes += endByte - startByte;
    return this.bytes.slice(startByte, endByte);
  }
}

async function opened(layout: string, bytes: Uint8Array, copybooks: Record<string, string> = {}) {
  const bench = new Workbench();
  const file = new CountedFile(bytes);
  bench.open(file);
  const laid = await bench.setLayout(layout, copybooks);
  return { bench, file, laid };
}

/** Every record, a few at a time. */
async function walk(bench: Workbench, step: number): Promise<ShownRecord[]> {
  const all: ShownRecord[] = [];
  let window: RecordWindow = await bench.records({ kind: 'first' }, step);
  for (;;) {
    all.push(...window.records);
    if (!window.next) return all;
    window = await bench.records({ kind: 'place', place: window.next }, step);
  }
}

/** Every record before a place, going back. */
async function walkBack(bench: Workbench, from: RecordPlace, step: number): Promise<ShownRecord[]> {
  const all: ShownRecord[] = [];
  for (let place = from; ; ) {
    const { records } = await bench.recordsBefore(place, step);
    const [first] = records;
    if (!first) return all;
    all.unshift(...records);
    place = first.place;
  }
}

const offsets = (records: ShownRecord[]) => records.map(({ byteOffset }) => byteOffset);

const cases = names.filter((name) => {
  const files = filesOf(name);
  return files.includes('rows.json') && !/\.(gz|zip|bz2|zst)$/.test(inputOf(name));
});

describe('the records of every golden case', () => {
  test.each(cases)('%s', async (name) => {
    const copybooks = Object.fromEntries(
      filesOf(name)
        .filter((file) => file.endsWith('.cpy'))
        .map((file) => [file, textOf(name, file)]),
    );
    const input = filesOf(name).includes('input.hex') ? 'input.hex' : inputOf(name);
    const { bench, laid } = await opened(textOf(name, 'layout.json'), bytesOf(name, input), copybooks);
    expect(laid.problems).toEqual([]);
    const whole = (await bench.records({ kind: 'first' }, 10_000)).records;
    expect(whole.length).toBeGreaterThan(0);
    for (const step of [2]) {
      const walked = await walk(bench, step);
      expect(walked.map(({ place: _, ...record }) => record)).toEqual(
        whole.map(({ place: _, ...record }) => record),
      );
      const last = walked.at(-1);
      if (last)
        expect(offsets(await walkBack(bench, last.place, step))).toEqual(offsets(walked.slice(0, -1)));
    }
    const { verdict, recordCount } = await bench.sample();
    expect(recordCount).toBe(whole.length);
    const rejects = filesOf(name).includes('rejects.json') ? jsonOf(name, 'rejects.json').length : 0;
    if (verdict) expect(verdict.rejected).toBe(rejects);
  });
});
