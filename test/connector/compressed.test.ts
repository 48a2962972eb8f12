import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dayManifestText } from '../../connector/decide/arrived-day.ts';
import {
  type CompressedPart,
  compressedKey,
  compresses,
  expectedOf,
  frameBytesOf,
  isCompressed,
  keptParts,
  seekTableOf,
} from '../../connector/decide/compressed-parts.ts';
import { placeOf } from '../../connector/decide/file-place.ts';
import type { JournalEntry } from '../../connector/decide/journal-entry.ts';
import { readSettings } from '../../connector/decide/read-settings.ts';
import { Connector } from '../../connector/work/connector.ts';
import { recordsOfDay } from '../../connector/work/finish-days.ts';
import { openConnector } from '../../local/connector/open-connector.ts';
import { readSeekTable, seekFooter } from '../../shared/compression/seek-table.ts';
import { ObjectClosed } from '../../shared/errors.ts';
import { crc64nvme, crc64ToBase64 } from '../../shared/ranges/crc64nvme.ts';
import { tableOf } from '../support/seekable-zstd.ts';

const MIB = 1024 * 1024;
const config = (given: object = {}, upload: object = {}) => ({
  sources: [{ folder: 'in' }],
  files: [
    {
      ...{ pattern: 'contratos_{yyyyMMdd}_*', finished: { by: 'rename' }, compress: 'zstd', expected: 1 },
      ...{ dayManifest: 'day.ctl', ...given },
    },
  ],
  target: { folder: 'raw' },
  stateFolder: 'state',
  upload,
});
const settingsOf = (given: object = {}) => readSettings(JSON.stringify(config(given)), 'c.json');

describe('what is compressed on its way', () => {
  const rule = settingsOf().files[0]!;

  it('has a key that says so; what is compressed already stays as it is', () => {
    const key = (path: string) => placeOf(path, [rule], 'raw/');
    expect(key('contratos_20250812_1.txt')).toMatchObject({
      key: 'raw/year=2025/month=08/day=12/contratos_20250812_1.txt.zst',
    });
    expect(key('contratos_20250812_1.txt.GZ')).toMatchObject({
      key: 'raw/year=2025/month=08/day=12/contratos_20250812_1.txt.GZ',
    });
    expect(compressedKey('a.zst')).toBe('a.zst');
    expect(['a.gz', 'a.zst', 'a.bz2', 'a.ZIP', 'a.txt', 'zip', 'a.zip.txt'].map(isCompressed)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(compresses({}, 'a.txt')).toBe(false);
  });

  it('is expected by the name that it gets', () => {
    expect(expectedOf({ expected: ['a_*.txt', 'b.gz'], compress: 'zstd' })).toEqual(['a_*.txt.zst', 'b.gz']);
    expect(expectedOf({ expected: ['a_*.txt'] })).toEqual(['a_*.txt']);
    expect(expectedOf({ expected: 3, compress: 'zstd' })).toBe(3);
    expect(expectedOf({ compress: 'zstd' })).toBeUndefined();
  });

  it('goes on after the parts that the target has as they were sent, and no further', () => {
    const made = [1, 2, 3].map(
      (number): CompressedPart => ({
        ...{ number, endByte: number * 10, sizeBytes: number, crc64nvme: `sum ${number}` },
        ...{ contentCrc64nvme: '', frames: [number] },
      }),
    );
    const sent = made.map(({ number, sizeBytes, crc64nvme: sum }) => ({
      ...{ number, sizeBytes, crc64nvme: sum, tag: '' },
    }));
    expect(keptParts(made, sent)).toEqual(made);
    expect(keptParts(made, [...sent].reverse())).toEqual(made);
    expect(keptParts(made, [sent[0]!, sent[2]!])).toEqual(made.slice(0, 1));
    expect(keptParts(made, [sent[0]!, { ...sent[1]!, sizeBytes: 9 }, sent[2]!])).toEqual(made.slice(0, 1));
    expect(keptParts(made, [{ ...sent[0]!, crc64nvme: 'x' }, sent[1]!])).toEqual([]);
    expect(keptParts(made.slice(1), sent)).toEqual([]);
    expect(keptParts([], sent)).toEqual([]);
  });

  it('ends with the sizes of all frames', () => {
    expect([frameBytesOf(8 * MIB), frameBytesOf(4_096)]).toEqual([4 * MIB, 4_096]);
    const parts = [
      { endByte: 20, frames: [3, 4] },
      { endByte: 25, frames: [5] },
    ];
    expect(Buffer.from(seekTableOf(parts, 10))).toEqual(
      tableOf([
        { stored: 3, content: 10 },
        { stored: 4, content: 10 },
        { stored: 5, content: 5 },
      ]),
    );
  });
});

describe('a connector that compresses', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'connector-compressed-'));
    await mkdir(join(dir, 'in'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const NAME = 'contratos_20250812_1.txt';
  const raw = (name: string) => join(dir, 'raw/year=2025/month=08/day=12', name);

  async function rounds(given: object = {}, upload: object = {}) {
    const settings = readSettings(JSON.stringify(config(given, upload)), 'c.json');
    const ports = await openConnector(settings, dir, () => undefined);
    let ms = ports.clock.steadyMs();
    const clock = { ...ports.clock, steadyMs: () => (ms += 2_500), sleep: async () => undefined };
    const told: JournalEntry[] = [];
    const own = { ...ports, clock };
    const connector = new Connector(own, settings, (entry) => told.push(entry));
    return { own, settings, told, connector };
  }

  /** Lines that do not repeat, of which a third can be saved. */
  function lines(bytes: number): Buffer {
    let seed = 12_345;
    const text = Buffer.alloc(bytes);
    for (let at = 0; at < bytes; at++) {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      text[at] = at % 80 === 79 ? 10 : 48 + ((seed >>> 16) % 64);
    }
    return text;
  }

  function contentOf(stored: Buffer): Buffer {
    const footer = seekFooter(stored)!;
    const { storedStarts } = readSeekTable(stored.subarray(-footer.tableBytes), footer, stored.length);
    return Buffer.concat(
      Array.from({ length: footer.frameCount }, (_, frame) =>
        zstdDecompressSync(stored.subarray(storedStarts[frame], storedStarts[frame + 1])),
      ),
    );
  }

  it.each([0, 1, 5_000])('sends a file of %i bytes whole, and states what is in it', async (size) => {
    const bytes = lines(size);
    await writeFile(join(dir, 'in', NAME), bytes);
    const { own, settings, told, connector } = await rounds();
    await connector.round();
    await connector.round();
    const stored = await readFile(raw(`${NAME}.zst`));
    expect(contentOf(stored).equals(bytes)).toBe(true);
    const content = { sizeBytes: size, crc64nvme: crc64ToBase64(crc64nvme(bytes)) };
    const records = await recordsOfDay(own, settings, '2025-08-12');
    const sum = crc64ToBase64(crc64nvme(stored));
    expect(records[0]?.arrivals).toMatchObject([{ sizeBytes: stored.length, crc64nvme: sum, content }]);
    const manifest = (await readFile(raw('day.ctl'))).toString();
    expect(JSON.parse(manifest).files).toEqual([
      {
        ...{ name: `${NAME}.zst`, sizeBytes: stored.length, crc64nvme: sum },
        ...{ contentBytes: size, contentCrc64nvme: content.crc64nvme },
      },
    ]);
    expect(manifest).toBe(dayManifestText('2025-08-12', records));
    expect(told.find(({ event }) => event === 'arrived')).toMatchObject({ contentBytes: size });
    // A touch is no new version, for the bytes are the same.
    await writeFile(join(dir, 'in', NAME), bytes);
    await connector.round();
    await connector.round();
    expect(told.map(({ event }) => event).slice(-2)).toEqual(['finished', 'same-bytes']);
  });

  it('goes on with an upload that stopped, part by part, and the zstd command reads it', async () => {
    const bytes = lines(22 * MIB);
    await writeFile(join(dir, 'in', NAME), bytes);
    const first = await rounds({}, { partMiB: 5, partsAtOnce: 1 });
    const { send } = first.own.target;
    let sends = 0;
    first.own.target.send = async (...words) => {
      if (++sends > 2) throw new ObjectClosed({ what: 'no more' });
      return send.apply(first.own.target, words);
    };
    await first.connector.round();
    await first.connector.round();
    expect(first.told.at(-1)).toMatchObject({ event: 'failed' });
    const second = await rounds({}, { partMiB: 5, partsAtOnce: 3 });
    await second.connector.round();
    await second.connector.round();
    expect(second.told.find(({ event }) => event === 'resumed')).toMatchObject({ partsKept: 2 });
    const stored = await readFile(raw(`${NAME}.zst`));
    expect(stored.length).toBeLessThan(bytes.length);
    expect(contentOf(stored).equals(bytes)).toBe(true);
    expect(second.told.find(({ event }) => event === 'arrived')).toMatchObject({
      ...{ sizeBytes: stored.length, contentBytes: bytes.length, partsKept: 2 },
    });
    if (!hasZstd()) return;
    const said = execFileSync('zstd', ['-dc', raw(`${NAME}.zst`)], { maxBuffer: 64 * MIB });
    expect(said.equals(bytes)).toBe(true);
  });

  it('holds the file to what its sender states of it, and not what it became', async () => {
    const bytes = lines(300);
    await writeFile(join(dir, 'in', NAME), bytes);
    const state = (crc: string) =>
      writeFile(
        join(dir, 'in/sent.json'),
        JSON.stringify({
          format: 'positional-lake-day/1',
          files: [{ name: NAME, sizeBytes: 300, crc64nvme: crc }],
        }),
      );
    await state('rosUhgp5mIg=');
    const given = { finished: { by: 'manifest', name: 'sent.json' } };
    const { told, connector } = await rounds(given);
    for (let round = 0; round < 2; round++) await connector.round();
    expect(told.at(-1)).toMatchObject({ event: 'differs', crc64nvme: crc64ToBase64(crc64nvme(bytes)) });
    await state(crc64ToBase64(crc64nvme(bytes)));
    for (let round = 0; round < 3; round++) await connector.round();
    expect(told.some(({ event }) => event === 'arrived')).toBe(true);
  });
});

function hasZstd(): boolean {
  try {
    execFileSync('zstd', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
