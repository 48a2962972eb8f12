import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { MAX_LINE_BYTES } from '../../../shared/decode/record-extractor.ts';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { GeometryProbe } from '../../../shared/pipeline/split/file-geometry.ts';
import { isRefusal } from '../../../shared/refusal.ts';
import { smallLayout } from '../../support/small-contracts.ts';

const KEY = 'in/a.txt';
const LENGTH = 20;
const ofPlace = (equals: string) => ({ match: { start: 1, end: 1, equals }, fields: [] });

interface Probed {
  leading?: number;
  format?: 'lines' | 'fixed';
  header?: boolean;
  trailer?: boolean;
  terminatorBytes?: number;
  changes?: Record<string, unknown>;
}

async function probed(content: string | Uint8Array, form: Probed = {}) {
  const { leading = 0, format = 'lines', header, trailer, terminatorBytes = 0, changes } = form;
  const store = new MemoryObjectStore();
  const bytes = Buffer.concat([Buffer.alloc(leading, 'x'), Buffer.from(content)]);
  store.replace(KEY, bytes);
  const source = (await store.head(KEY))!;
  const layout = readLayout(
    smallLayout({
      record: { format, length: LENGTH, ...(format === 'lines' && { short: 'pad' }) },
      ...(header && { header: ofPlace('H') }),
      ...(trailer && { trailer: ofPlace('T') }),
      ...changes,
    }),
    'small.json',
  );
  const span = { startByte: leading, endByte: bytes.length };
  const found = await new GeometryProbe(store, source, layout, span).probe(
    format === 'fixed' ? terminatorBytes : undefined,
  );
  return { found, bytesRead: store.bytesRead.get(KEY) ?? 0 };
}

async function codeOf(content: string | Uint8Array, form: Probed = {}): Promise<string | undefined> {
  const { found } = await probed(content, form);
  return isRefusal(found) ? found.code : undefined;
}

const line = (kind: string, length: number) => kind.padEnd(length, 'x');
const lineLengths = fc.array(fc.oneof(fc.constant(LENGTH), fc.integer({ min: 1, max: 45 })), {
  maxLength: 8,
});
const ends = {
  leading: fc.constantFrom(0, 0, 3),
  header: fc.boolean(),
  trailer: fc.boolean(),
  filling: fc.constantFrom('', '', '\n', '\n\n', '\x1a', '\r\n\x1a', '\n'.repeat(200)),
};

describe('the geometry of lines', () => {
  it('is that of the records that the file was made of', async () => {
    const lines = fc.record({ ...ends, lineLengths, end: fc.constantFrom('\n', '\r\n') });
    await fc.assert(
      fc.asyncProperty(lines, async ({ leading, header, trailer, filling, lineLengths: lengths, end }) => {
        fc.pre(lengths.length > 0 || header || trailer);
        const records = lengths.map((length) => line('d', length) + end);
        if (header) records.unshift(line('H', 12) + end);
        if (trailer) records.push(line('T', 18) + end);
        const text = records.join('');
        const headerEnd = leading + (header ? records[0]!.length : 0);
        const trailerStart = leading + text.length - (trailer ? records.at(-1)!.length : 0);
        const stride = LENGTH + end.length;
        const isUniform = [0, LENGTH].includes((trailerStart - headerEnd) % stride);
        const { found } = await probed(text + filling, { leading, header, trailer });
        expect(found).toMatchObject({
          terminatorBytes: end.length,
          strideBytes: isUniform ? stride : null,
          leadingBytes: leading,
          details: { startByte: headerEnd, endByte: trailerStart },
          remainder: {
            startByte: leading + text.length,
            endByte: leading + text.length + filling.length,
          },
          header: header ? { startByte: leading, endByte: headerEnd } : null,
          trailer: trailer ? { startByte: trailerStart, endByte: leading + text.length } : null,
        });
      }),
      { numRuns: 150 },
    );
  });

  it('of one line may show no line end at all', async () => {
    const { found } = await probed(line('d', LENGTH), { leading: 3 });
    expect(found).toMatchObject({
      terminatorBytes: 1,
      strideBytes: LENGTH + 1,
      details: { startByte: 3, endByte: 23 },
      remainder: { startByte: 23, endByte: 23 },
    });
    expect((await probed(line('H', LENGTH), { header: true })).found).toMatchObject({
      header: { startByte: 0, endByte: LENGTH },
      details: { startByte: LENGTH, endByte: LENGTH },
    });
  });

  it('has no stride if records are counted in characters', async () => {
    const changes = { encoding: 'utf-8', positions: 'characters' };
    expect((await probed(`${line('d', LENGTH)}\n`, { changes })).found).toMatchObject({ strideBytes: null });
  });

  it('is found with few reads, of more bytes only if a line does not fit', async () => {
    const details = `${line('d', LENGTH)}\n`.repeat(1000);
    const headAndTail = LENGTH + 2 + LENGTH + 64;
    expect((await probed(details)).bytesRead).toBe(headAndTail);
    expect((await probed(details, { leading: 3 })).bytesRead).toBe(headAndTail);
    const longFirst = `${line('d', 170)}\n${details}`;
    expect((await probed(longFirst)).bytesRead).toBe(headAndTail + (LENGTH + 2) * 8);
    const longLast = `${details}${line('d', 170)}\n`;
    expect((await probed(longLast)).bytesRead).toBe(headAndTail + (LENGTH + 64) * 8);
    expect((await probed(`${line('d', 9)}\n`)).bytesRead).toBe(20);
  });

  it('needs a line end within the longest line that is kept', async () => {
    const longest = line('d', MAX_LINE_BYTES - 1);
    const short = `${line('d', LENGTH)}\n`;
    expect(await codeOf(`${longest}\n${short}`)).toBeUndefined();
    expect(await codeOf(`x${longest}\n${short}`)).toBe('no-line-terminator');
    expect(await codeOf(`${short}${longest.slice(1)}\n`)).toBeUndefined();
    expect(await codeOf(`${short}${longest}x\n`)).toBe('line-too-long');
    expect(await codeOf(`${longest}${longest}`)).toBe('no-line-terminator');
  });

  it('is not guessed for records of a fixed length that have no line ends at all', async () => {
    for (const count of [2, 3, 10]) {
      expect(await codeOf(line('d', LENGTH).repeat(count))).toBe('no-line-terminator');
      expect(await codeOf(line('d', LENGTH).repeat(count), { leading: 3 })).toBe('no-line-terminator');
      expect(await codeOf(`${line('d', LENGTH).repeat(count)}x`)).toBeUndefined();
    }
    expect(await codeOf(line('d', LENGTH))).toBeUndefined();
  });

  it('is that of nothing if there are only line ends', async () => {
    for (const text of ['\n', '\r\n\r\n', '\x1a', '\n'.repeat(300)]) {
      expect(await codeOf(text), JSON.stringify(text)).toBe('empty-file');
    }
  });

  it('has header and trailer in records of their own, where they must be', async () => {
    const both = { header: true, trailer: true };
    expect(await codeOf(`${line('d', 5)}\n${line('T', 5)}\n`, both)).toBe('header-missing');
    expect(await codeOf(`${line('H', 5)}\n${line('d', 5)}\n`, both)).toBe('trailer-missing');
    expect(await codeOf(`${line('H', 5)}\n`, both)).toBe('trailer-missing');
    expect(await codeOf(`${line('H', 21)}\n${line('T', 5)}\n`, both)).toBe('header-missing');
    expect(await codeOf(`${line('H', 5)}\n${line('T', 5)}\n`, both)).toBeUndefined();
  });

  it.each([
    [1, '\n'],
    [2, '\r\n'],
  ])('has control records as long as any, with terminators of %i', async (_, end) => {
    const details = `${line('d', LENGTH)}${end}`.repeat(20);
    const [header, trailer] = [line('H', LENGTH) + end, line('T', LENGTH) + end];
    const { found } = await probed(header + details + trailer, { header: true, trailer: true });
    expect(found).toMatchObject({
      header: { startByte: 0, endByte: header.length },
      trailer: { startByte: header.length + details.length },
    });
  });

  it('does not take an empty first line for the rest of the file', async () => {
    const { found } = await probed(`\n${line('d', LENGTH)}\n`.repeat(3), { header: true });
    expect(isRefusal(found) && found.message).toContain(
      "its first record is not a header: bytes 1 to 1 are not 'H'",
    );
  });

  it('takes one line for header or trailer, although it reads like both', async () => {
    const changes = { header: ofPlace('X'), trailer: ofPlace('X') };
    expect(await codeOf('X1\n', { changes })).toBe('trailer-missing');
    expect(await codeOf('X1\nX2\n', { changes })).toBeUndefined();
  });

  it('says of a header that the file may be another one, and of a trailer that it may be cut off', async () => {
    const both = { header: true, trailer: true };
    const said = async (text: string) => {
      const { found } = await probed(text, both);
      return isRefusal(found) ? found.message : '';
    };
    expect(await said(`d\n${line('T', 5)}\n`)).toContain('Check that the file belongs to this layout.');
    expect(await said(`${line('H', 5)}\nd\n`)).toContain('most likely cut off on its way');
  });

  it('keeps the bytes of a header only for rows that copy a field of it', async () => {
    const text = `H0007\n${line('d', LENGTH)}\n`;
    const header = {
      match: { start: 1, end: 1, equals: 'H' },
      fields: [{ name: 'h', start: 2, end: 5, type: 'string' }],
    };
    const plain = (await probed(text, { changes: { header } })).found;
    expect(isRefusal(plain) || plain.header).toEqual({
      startByte: 0,
      endByte: 6,
      values: { h: { text: '0007' } },
    });
    const { fields } = JSON.parse(smallLayout());
    const changes = { header, fields: [...fields, { name: 'copied', fromHeader: 'h' }] };
    const copied = (await probed(text, { changes })).found;
    expect(isRefusal(copied) || copied.header).toHaveProperty(
      'bytes',
      Buffer.from('H0007').toString('base64'),
    );
  });

  it('refuses a last line that broke off, but not one that lacks its line end alone', async () => {
    const [whole, short] = [`${line('d', LENGTH)}\n`, line('d', 7)];
    expect(await codeOf(whole + short)).toBe('file-cut-short');
    expect(await codeOf(`${whole}${short}\n`)).toBeUndefined();
    expect(await codeOf(whole + line('d', LENGTH))).toBeUndefined();
    expect(await codeOf(`${whole}${short}\x1a`)).toBe('file-cut-short');
    // With CR LF, a CR alone is half of the line end; with LF it is a byte of the line.
    const dos = `${line('d', LENGTH)}\r\n`;
    expect(await codeOf(`${dos}${short}\r`)).toBeUndefined();
    expect(await codeOf(dos + short)).toBe('file-cut-short');
    expect(await codeOf(`${whole}${short}\r`)).toBe('file-cut-short');
  });

  it('refuses a short control line of which nobody says whether it counts bytes or characters', async () => {
    const utf8 = { header: true, changes: { encoding: 'utf-8' } };
    const details = `${line('d', LENGTH)}\n`;
    expect(await codeOf(`d\u00e9\n${details}d\u00e9\n`, { changes: utf8.changes })).toBeUndefined();
    expect(await codeOf(`H\u00e9\n${details}`, utf8)).toBe('other-form');
    expect(await codeOf(`He\n${details}`, utf8)).toBeUndefined();
    expect(await codeOf(`He\nd\u00e9\n${details}`, utf8)).toBeUndefined();
    expect(await codeOf(`${details}T\u00e9\n`, { trailer: true, changes: utf8.changes })).toBe('other-form');
  });
});

describe('the geometry of fixed records', () => {
  it('is that of the records that the file was made of', async () => {
    const records = fc.record({
      ...ends,
      filling: fc.constantFrom('', '\x1a', '\r\n', '\x1a\x1a\x1a'),
      count: fc.integer({ min: 0, max: 5 }),
      end: fc.constantFrom('', '\n', '\r\n'),
      isEnded: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(records, async ({ leading, header, trailer, filling, count, end, isEnded }) => {
        const kinds = [...(header ? ['H'] : []), ...Array(count).fill('d'), ...(trailer ? ['T'] : [])];
        fc.pre(kinds.length > 0);
        const stride = LENGTH + end.length;
        const whole = kinds.map((kind) => line(kind, LENGTH)).join(end);
        const text = `${whole}${isEnded ? end : ''}${filling}`;
        // The last record takes its terminator along if it is there, or filling that reads like one.
        const isTaken = text.length >= kinds.length * stride;
        const recordsEnd = leading + (isTaken ? kinds.length * stride : whole.length);
        const found = (
          await probed(text, { leading, header, trailer, format: 'fixed', terminatorBytes: end.length })
        ).found;
        const lastStart = leading + (kinds.length - 1) * stride;
        const firstEnd = Math.min(leading + stride, recordsEnd);
        expect(found).toMatchObject({
          terminatorBytes: end.length,
          strideBytes: stride,
          leadingBytes: leading,
          details: { startByte: header ? firstEnd : leading, endByte: trailer ? lastStart : recordsEnd },
          remainder: { startByte: recordsEnd, endByte: leading + text.length },
          header: header ? { startByte: leading, endByte: firstEnd } : null,
          trailer: trailer ? { startByte: lastStart, endByte: recordsEnd } : null,
        });
      }),
      { numRuns: 150 },
    );
  });

  it('refuses bytes that are left over', async () => {
    const fixed = { format: 'fixed' as const };
    const whole = line('d', LENGTH);
    expect(await codeOf(`${whole}${whole}abc`, fixed)).toBe('not-whole-records');
    expect(await codeOf('abc', fixed)).toBe('not-whole-records');
    expect(await codeOf('\r\n\x1a', fixed)).toBe('empty-file');
    expect(await codeOf(`${whole}\n${whole}`, { ...fixed, terminatorBytes: 1 })).toBeUndefined();
    expect(await codeOf(`${whole}\n${whole.slice(1)}`, { ...fixed, terminatorBytes: 1 })).toBe(
      'not-whole-records',
    );
    const told = (await probed(`${whole}${whole}abc`, fixed)).found;
    expect(isRefusal(told) && told.message).toContain(
      'its 43 bytes are not a whole number of records of 20 bytes: 2 records and 3 bytes left over',
    );
  });

  it('takes one record for header or trailer, never for both', async () => {
    const both = { format: 'fixed' as const, header: true, trailer: true };
    const one = line('H', LENGTH);
    expect(await codeOf(one, both)).toBe('trailer-missing');
    expect(await codeOf(one + line('T', LENGTH), both)).toBeUndefined();
    expect(await codeOf(line('d', LENGTH) + line('T', LENGTH), both)).toBe('header-missing');
    const alike = { format: 'fixed' as const, changes: { header: ofPlace('X'), trailer: ofPlace('X') } };
    expect(await codeOf(line('X', LENGTH), alike)).toBe('trailer-missing');
    expect(await codeOf(line('X', LENGTH).repeat(2), alike)).toBeUndefined();
  });

  it('is found with one read of the head and one of the last record', async () => {
    const { bytesRead } = await probed(line('d', LENGTH).repeat(1000), { format: 'fixed' });
    expect(bytesRead).toBe(LENGTH + 2 + LENGTH);
  });
});
