import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { probeFile } from '../../../shared/pipeline/split/probe-file.ts';
import { judgeForm } from '../../../shared/pipeline/split/sample-form.ts';
import { isRefusal } from '../../../shared/refusal.ts';
import { recordReads } from '../../support/recorded-reads.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';

const KEY = 'in/a.txt';
const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const STORED = { compression: null, isSeekable: false };

async function judged(
  bytes: Uint8Array,
  changes: Record<string, unknown> = {},
  stored: { compression: 'gzip' | 'zstd' | null; isSeekable: boolean } = STORED,
) {
  const raw = new MemoryObjectStore();
  raw.replace(KEY, bytes);
  const reads = recordReads(raw);
  const source = { raw, info: (await raw.head(KEY))!, ...stored };
  const form = await judgeForm(source, readLayout(smallLayout(changes), 'small.json'));
  return { form, reads, said: isRefusal(form) ? `${form.code}: ${form.message}` : undefined };
}

const around = {
  record: { format: 'lines', length: 20, short: 'pad', fileHeaderBytes: 4, fileTrailerBytes: 6 },
};

describe('the records of a file', () => {
  it('are between its byte-order mark and what the layout leaves out at both ends', async () => {
    const line = smallFile(smallLine('A1', 1));
    expect((await judged(line)).form).toEqual({ span: { startByte: 0, endByte: 21 }, warnings: [] });
    const marked = Buffer.concat([UTF8_MARK, line]);
    expect((await judged(marked)).form).toMatchObject({ span: { startByte: 3, endByte: 24 } });
    const wrapped = Buffer.concat([Buffer.from('head'), line, Buffer.from('trail.')]);
    expect((await judged(wrapped, around)).form).toMatchObject({ span: { startByte: 4, endByte: 25 } });
  });

  it('have a terminator that the form says only if they have one length', async () => {
    const fixed = { record: { format: 'fixed', length: 20 } };
    const form = async (end: string) =>
      (await judged(Buffer.from(`${smallLine('A1', 1)}${end}`.repeat(3)), fixed)).form;
    expect(await form('')).toMatchObject({ terminatorBytes: 0 });
    expect(await form('\n')).toMatchObject({ terminatorBytes: 1 });
    expect(await form('\r\n')).toMatchObject({ terminatorBytes: 2 });
    expect((await judged(smallFile(smallLine('A1', 1)))).form).not.toHaveProperty('terminatorBytes');
  });

  it.each<[string, Uint8Array, Record<string, unknown>, string]>([
    ['a file without a byte', Buffer.alloc(0), {}, 'the file is empty'],
    [
      'a file without a byte, although bytes around the records are expected',
      Buffer.alloc(0),
      around,
      'the file is empty',
    ],
    ['a byte-order mark alone', UTF8_MARK, {}, 'the file holds nothing but a byte-order mark'],
    [
      'what is around records alone',
      Buffer.from('headtrail.'),
      around,
      'its 10 bytes hold no record between 4 bytes of file header and 6 of file trailer',
    ],
    [
      'one byte',
      Buffer.from('h'),
      around,
      'its 1 bytes hold no record between 4 bytes of file header and 6 of file trailer',
    ],
  ])('are none in %s', async (_, bytes, changes, said) => {
    expect((await judged(bytes, changes)).said).toMatch(new RegExp(`^empty-file: ${KEY}: ${said}`));
  });

  it('are one if there is a byte between what is around them', async () => {
    expect((await judged(Buffer.from('headxtrail.'), around)).form).toMatchObject({
      span: { startByte: 4, endByte: 5 },
    });
  });
});

describe('what a sample shows', () => {
  const packed = gzipSync(Buffer.from(smallLine('A1', 1).repeat(200)));

  it('of a compressed file is told as compressed twice, and else as a name that does not say so', async () => {
    expect((await judged(packed)).said).toContain('its name does not say so');
    const twice = await judged(packed, {}, { compression: 'gzip', isSeekable: false });
    expect(twice.said).toContain('it is compressed twice');
  });

  it('that may mean another encoding is a warning with the key of the file, which is read all the same', async () => {
    const latin = { encoding: 'iso-8859-1' };
    const doubtful = Buffer.from(`${smallLine('A1', 1)}\n${smallLine('\u0082', 2)}\n`, 'latin1');
    const { form } = await judged(doubtful, latin);
    const warnings = [expect.stringMatching(/^in\/a\.txt: its text has the bytes 80 to 9F/)];
    expect(form).toEqual({ span: { startByte: 0, endByte: 42 }, warnings });
    const raw = new MemoryObjectStore();
    raw.replace(KEY, doubtful);
    const probed = await probeFile(raw, (await raw.head(KEY))!, readLayout(smallLayout(latin), 'small.json'));
    expect(probed).toMatchObject({ file: { geometry: {} }, warnings });
  });

  it('is seven pieces of a large file; of one that is read only from its start, no more than is kept of both ends', async () => {
    const large = Buffer.from(`${smallLine('A1', 1)}\n`.repeat(300_000));
    const MIB = 1024 * 1024;
    const reach = async (stored: typeof STORED | { compression: 'gzip' | 'zstd'; isSeekable: boolean }) => {
      const { reads } = await judged(large, {}, stored);
      return reads.map(({ startByte, endByte }) =>
        startByte < MIB && endByte <= MIB ? 'head' : startByte >= large.length - MIB ? 'tail' : 'middle',
      );
    };
    const everywhere = ['head', 'middle', 'middle', 'middle', 'middle', 'middle', 'tail'];
    expect(await reach(STORED)).toEqual(everywhere);
    expect(await reach({ compression: 'zstd', isSeekable: true })).toEqual(everywhere);
    expect(await reach({ compression: 'gzip', isSeekable: false })).toEqual([
      'head',
      'head',
      'head',
      'head',
      'tail',
    ]);
  });
});
