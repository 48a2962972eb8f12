import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PreviewRecord } from '../../cli/preview-record.ts';
import { typed } from '../support/typed-words.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'preview-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(dir, { recursive: true, force: true });
});

async function preview(
  layout: object,
  data: Uint8Array | string,
  ...flags: string[]
): Promise<PreviewRecord[]> {
  const name = flags[0]?.startsWith('.') ? flags.shift() : '.dat';
  await writeFile(
    join(dir, 'layout.json'),
    JSON.stringify({ name: 'sample', encoding: 'us-ascii', ...layout }),
  );
  await writeFile(join(dir, `data${name}`), data);
  const files = [join(dir, 'layout.json'), join(dir, `data${name}`)];
  const { code, stdout, stderr } = await typed('layout', 'preview', ...files, '--json', ...flags);
  if (code !== 0) throw new Error(stderr);
  const printed = stdout.trimEnd().split('\n');
  return printed.map((line) => JSON.parse(line) as PreviewRecord);
}

const fields = [{ name: 'id', start: 1, end: 4, type: 'string' }];
const ids = (records: PreviewRecord[]) =>
  records.map(({ record, fields: [first] }) => [record, first!.value]);
const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => String(index + 1).padStart(4, '0'));
const rdw = (texts: string[]) =>
  Buffer.concat(
    texts.map((text) => Buffer.concat([Buffer.from([0, text.length + 4, 0, 0]), Buffer.from(text)])),
  );

describe('layout preview begins', () => {
  const forms: [string, object, Uint8Array, number][] = [
    ['fixed records', { format: 'fixed', length: 4 }, Buffer.from(numbered(50).join('')), 4],
    ['lines', { format: 'lines', length: 4 }, Buffer.from(`${numbered(50).join('\r\n')}\r\n`), 6],
    ['records after descriptors', { format: 'rdw', length: 4 }, rdw(numbered(50)), 8],
  ];

  it.each(forms)('at a record, a byte or the end of %s', async (name, record, data, stride) => {
    const layout = { record, fields };
    const counted = name !== 'lines';
    expect(ids(await preview(layout, data, '--records', '2'))).toEqual([
      [1, '0001'],
      [2, '0002'],
    ]);
    expect(ids(await preview(layout, data, '--from-record', '48', '--records', '2'))).toEqual([
      [48, '0048'],
      [49, '0049'],
    ]);
    expect(ids(await preview(layout, data, '--last', '--records', '3'))).toEqual(
      [48, 49, 50].map((id) => [counted ? id : null, `00${id}`]),
    );
    // A byte within the 21st record.
    const within = 20 * stride + stride - 1;
    expect(ids(await preview(layout, data, '--from-byte', String(within), '--records', '1'))).toEqual([
      [counted ? 21 : null, '0021'],
    ]);
    expect(ids(await preview(layout, data, '--from-record', '50'))).toEqual([[50, '0050']]);
    await expect(preview(layout, data, '--from-record', '51')).rejects.toThrow(
      'there is no record 51: the file has 50',
    );
    await expect(preview(layout, data, '--from-byte', '9999')).rejects.toThrow(
      'byte 9999 is not in the records',
    );
    expect(ids(await preview(layout, gzipSync(data), '.dat.gz', '--last', '--records', '1'))).toEqual([
      [counted ? 50 : null, '0050'],
    ]);
  });

  it('at the line that contains a byte, whatever the lines', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: 12 }),
        fc.nat(),
        fc.boolean(),
        async (lines, at, isEnded) => {
          const data = `${lines.join('\n')}${isEnded ? '\n' : ''}`;
          const byte = at % data.length;
          const expected = lines[data.slice(0, byte).split('\n').length - 1];
          const layout = {
            record: { format: 'lines', length: 9, short: 'pad' },
            fields: [{ name: 'id', start: 1, end: 9, type: 'string' }],
          };
          const [first] = await preview(layout, data, '--from-byte', String(byte), '--records', '1');
          expect(first!.fields[0]!.value).toBe(expected);
          const last = await preview(layout, data, '--last', '--records', '2');
          expect(last.map((record) => record.fields[0]!.value)).toEqual(lines.slice(-2));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('at the record that contains a byte of a chain of lengths, which belong to the record after them', async () => {
    const records = fc.array(fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 4,
    });
    const word = (length: number) => Buffer.from([length >> 8, length & 255, 0, 0]);
    await fc.assert(
      fc.asyncProperty(records, fc.boolean(), fc.nat(), async (blocks, isBlocked, at) => {
        const owners: string[] = [];
        const pieces: Buffer[] = [];
        const add = (bytes: Buffer, owner: string) => {
          pieces.push(bytes);
          owners.push(...Array.from(bytes, () => owner));
        };
        for (const block of blocks) {
          const bytes = block.reduce((sum, text) => sum + text.length + 4, 4);
          if (isBlocked) add(word(bytes), block[0]!);
          for (const text of block) add(Buffer.concat([word(text.length + 4), Buffer.from(text)]), text);
        }
        const data = Buffer.concat(pieces);
        const byte = at % data.length;
        const layout = {
          record: { format: isBlocked ? 'bdw' : 'rdw', length: 9, short: 'pad' },
          fields: [{ name: 'id', start: 1, end: 9, type: 'string' }],
        };
        const [first] = await preview(layout, data, '--from-byte', String(byte), '--records', '1');
        expect(first!.fields[0]!.value).toBe(owners[byte]);
      }),
      { numRuns: 60 },
    );
  });

  it('at one place only', async () => {
    await expect(
      preview({ record: { format: 'fixed', length: 4 }, fields }, '0001', '--last', '--from-byte', '0'),
    ).rejects.toThrow('exclude one another');
  });
});

describe('layout preview shows', () => {
  it('every occurrence of tables, by the counter of the record', async () => {
    const layout = {
      record: { format: 'lines', length: 16, short: 'pad' },
      fields: [
        { name: 'id', start: 1, end: 2, type: 'string' },
        { name: 'phones', start: 3, end: 4, type: 'string', occurs: { count: 2 } },
        { name: 'n', start: 7, end: 7, type: 'integer' },
        {
          name: 'items',
          start: 8,
          end: 10,
          occurs: { count: 3, least: 0, dependingOn: 'n' },
          fields: [
            { name: 'code', start: 8, end: 8, type: 'string' },
            { name: 'amount', start: 9, end: 10, type: 'decimal(2,1)', point: 'implied' },
          ],
        },
      ],
    };
    const [two, none, wrong] = await preview(
      layout,
      'AAp1p22x15y27   \nBBp3p40         \nCCp5p69         \n',
    );
    expect(two!.fields.map(({ name, value }) => `${name}=${value}`)).toEqual([
      'id=AA',
      'phones[1]=p1',
      'phones[2]=p2',
      'n=2',
      'items[1].code=x',
      'items[1].amount=1.5',
      'items[2].code=y',
      'items[2].amount=2.7',
    ]);
    expect(none!.fields.map(({ name }) => name)).toEqual(['id', 'phones[1]', 'phones[2]', 'n']);
    expect(wrong!.fields.at(-1)).toEqual({
      name: 'items',
      value: null,
      problem: 'n is not 0 to 3',
      hex: '39',
    });
  });

  it('a counter that contradicts the length of its record as such', async () => {
    const items = { name: 'items', start: 3, end: 4, type: 'string', occurs: { count: 4, dependingOn: 'n' } };
    const layout = {
      record: { format: 'rdw', length: 10 },
      fields: [{ name: 'n', start: 2, end: 2, type: 'integer' }, items],
    };
    const found = await preview(layout, rdw(['A2AABB', 'B AABB', 'C3AAB', 'D ']));
    const shown = found.map((one) => one.fields.slice(1).map(({ value, problem }) => value ?? problem));
    expect(shown).toEqual([
      ['AA', 'BB'],
      ['n says 0, and the record has 6 bytes'],
      ['n says 3, and the record has 5 bytes'],
      [],
    ]);
  });

  it('a trailer as such, and a detail that looks like it as what it is', async () => {
    const layout = {
      record: { format: 'lines', length: 4 },
      fields,
      trailer: {
        match: { start: 1, end: 1, equals: '9' },
        fields: [{ name: 'count', start: 2, end: 4, type: 'integer' }],
      },
    };
    const kinds = (await preview(layout, '0001\n0002\n0003\n9003\n')).map(({ kind }) => kind);
    expect(kinds).toEqual(['detail', 'detail', 'detail', 'trailer']);
  });
});
