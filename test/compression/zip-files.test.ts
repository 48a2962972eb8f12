import fc from 'fast-check';
import { Zip, ZipDeflate, ZipPassThrough, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import { DecompressedSource } from '../../shared/pipeline/store/decompressed-source.ts';
import { isRefusal } from '../../shared/refusal.ts';

const text = Buffer.from('0000010000000100    \n'.repeat(5));
/** As Python writes it when every number is in its field of 64 bits. */
const ZIP_64 =
  'UEsDBC0AAAAIAAAADFuLMuyb//////////8JABQAbmlnaHQudHh0AQAQAGkAAAAAAAAAEQAAAAAAAAAzMAACQwMIANIKQMBlQANBAFBLAQItAy0AAAAIAAAADFuLMuyb//////////8JABQAAAAAAAAAAACAAQAAAABuaWdodC50eHQBABAAaQAAAAAAAAARAAAAAAAAAFBLBgYsAAAAAAAAAC0ALQAAAAAAAAAAAAEAAAAAAAAAAQAAAAAAAABLAAAAAAAAAEwAAAAAAAAAUEsGBwAAAACXAAAAAAAAAAEAAABQSwUGAAAAAAEAAQBLAAAATAAAAAAA';

/** The content of the archive, or why it is refused. */
async function read(bytes: Uint8Array): Promise<string> {
  const raw = new MemoryObjectStore();
  raw.replace('night.zip', bytes);
  const source = new DecompressedSource(raw, 'zip');
  const stored = (await raw.head('night.zip'))!;
  const begun = await source.begin(stored);
  const info = isRefusal(begun) ? begun : await source.open(stored);
  if (isRefusal(info)) return info.message;
  const parsed = new DecompressedSource(raw, 'zip', bytes.length);
  const found: Uint8Array[] = [];
  for await (const piece of parsed.streamRange('night.zip', { startByte: 0, endByte: info.sizeBytes }, {})) {
    found.push(piece.slice());
  }
  return Buffer.concat(found).toString();
}

/** An archive whose sizes follow the data, as programs write it that do not know them before. */
function streamed(content: Uint8Array, member: ZipDeflate | ZipPassThrough): Buffer {
  const parts: Uint8Array[] = [];
  const zip = new Zip((_, part) => parts.push(part));
  zip.add(member);
  member.push(content, true);
  zip.end();
  return Buffer.concat(parts);
}

describe('zip archives', () => {
  test('of one member are read, deflated or stored, with sizes before the data or after it, and with zip64', async () => {
    const files = [
      zipSync({ 'night.txt': text }),
      zipSync({ 'night.txt': [text, { level: 0 }] }),
      zipSync({ night: { 'night.txt': text } }, { comment: 'of the night' }),
      streamed(text, new ZipDeflate('night.txt')),
      streamed(text, new ZipPassThrough('night.txt')),
      Buffer.from(ZIP_64, 'base64'),
    ];
    for (const [index, bytes] of files.entries()) {
      expect([index, await read(bytes)]).toEqual([index, text.toString()]);
    }
  });

  test('any content comes out as it went in', async () => {
    const content = fc.uint8Array({ minLength: 1, maxLength: 3000 });
    await fc.assert(
      fc.asyncProperty(content, fc.constantFrom<0 | 6>(0, 6), async (bytes, level) => {
        expect(await read(zipSync({ a: [bytes, { level }] }))).toBe(Buffer.from(bytes).toString());
      }),
      { numRuns: 100 },
    );
  });

  test.each([
    ['of several members', zipSync({ a: text, b: text }), 'it holds 2 files'],
    ['without a member', zipSync({}), 'it holds no file'],
    [
      'followed by other bytes',
      Buffer.concat([zipSync({ a: text }), Buffer.from('\n')]),
      'something else follows it',
    ],
    [
      'after other bytes',
      Buffer.concat([Buffer.from('PK'), zipSync({ a: text })]),
      'something was added or lost',
    ],
    ['cut off', zipSync({ a: text }).subarray(0, -30), 'cut off'],
    ['that are none', Buffer.from('0000010000000100'), 'does not begin like one'],
  ])('%s are refused', async (_, bytes, words) => {
    expect(await read(bytes)).toContain(words);
  });

  test('that are encrypted are refused', async () => {
    const bytes = Buffer.from(zipSync({ a: text }));
    const entry = bytes.indexOf('PK\x01\x02', 0, 'latin1');
    bytes[entry + 8]! |= 1;
    expect(await read(bytes)).toContain('it is encrypted');
  });

  test('with any bit changed are refused, or hold the same', async () => {
    const bytes = Buffer.from(zipSync({ 'night.txt': text }));
    for (let bit = 16; bit < bytes.length * 8; bit++) {
      const damaged = Buffer.from(bytes);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      const found = await read(damaged);
      if (!found.includes('Nothing was published.')) expect(found).toBe(text.toString());
    }
  });
});
