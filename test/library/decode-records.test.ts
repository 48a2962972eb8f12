import { describe, expect, it } from 'vitest';
import { convert, decodeRecords, openLayout, type RejectedRecord } from '../../library/main.ts';
import {
  asText,
  bytesOf,
  filesOf,
  firstDifference,
  folder,
  inputOf,
  jsonOf,
  names,
  type Row,
} from '../support/golden-case.ts';

const withRows = names.filter((name) => filesOf(name).includes('rows.json'));

async function decoded(name: string, form: 'bytes' | 'stream') {
  const layout = await openLayout(new URL(`${name}/layout.json`, folder).pathname);
  const file = inputOf(name);
  const bytes = bytesOf(name, file === 'input.bin' ? 'input.hex' : file);
  const rejects: RejectedRecord[] = [];
  const tables: Record<string, Row[]> = {};
  const options = { name: file, onReject: (reject: RejectedRecord) => void rejects.push(reject) };
  for await (const batch of decodeRecords(layout, form === 'bytes' ? bytes : pieces(bytes), options)) {
    const rows = batch.rows().map((row) => asText(withTextBytes(row)) as Row);
    expect(rows.length).toBe(batch.rowCount);
    tables[batch.table] = [...(tables[batch.table] ?? []), ...rows];
  }
  return { layout, tables, rejects };
}

async function* pieces(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
}

function sorted(rows: Row[]): Row[] {
  const keyOf = (row: Row) => JSON.stringify(Object.entries(row).sort());
  return rows.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** Bytes as DuckDB writes a blob. */
function withTextBytes(row: object): object {
  const text = (value: unknown) =>
    value instanceof Uint8Array
      ? [...value]
          .map((byte) =>
            byte >= 32 && byte < 127 && !`"'\\`.includes(String.fromCharCode(byte))
              ? String.fromCharCode(byte)
              : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`,
          )
          .join('')
      : value;
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, text(value)]));
}

describe('decodeRecords reads what convert publishes', () => {
  it.each(withRows)('%s', async (name) => {
    const { layout, tables, rejects } = await decoded(name, 'bytes');
    const rows: Row[] | Record<string, Row[]> = jsonOf(name, 'rows.json');
    const wanted = Array.isArray(rows) ? { [layout.name]: rows } : rows;
    // A published table is in the order of its partitions, and decoded rows are in the order of the file.
    const inOrder = JSON.stringify(jsonOf(name, 'layout.json')).includes('"partitionBy"')
      ? sorted
      : (some: Row[]) => some;
    for (const [table, expected] of Object.entries(wanted))
      expect(firstDifference(inOrder(expected), inOrder(tables[table] ?? [])), table).toBeUndefined();
    const refused: Row[] = filesOf(name).includes('rejects.json') ? jsonOf(name, 'rejects.json') : [];
    expect(
      rejects
        .map(({ reason, field, byteOffset }) => ({ reason, field, byte_offset: String(byteOffset) }))
        .sort((a, b) => Number(a.byte_offset) - Number(b.byte_offset)),
    ).toEqual(refused);
  });

  it('from a stream too', async () => {
    const [bytes, stream] = await Promise.all([
      decoded('record-types-with-parents', 'bytes'),
      decoded('record-types-with-parents', 'stream'),
    ]);
    expect(stream.tables).toEqual(bytes.tables);
    expect(Object.keys(stream.tables).length).toBeGreaterThan(1);
  });
});

describe('decodeRecords', () => {
  const layout = {
    name: 'sample',
    encoding: 'us-ascii',
    record: { format: 'lines', length: 6 },
    fields: [
      { name: 'id', start: 1, end: 2, type: 'string' },
      { name: 'amount', start: 3, end: 6, type: 'decimal(4,2)', point: 'implied' },
    ],
  };
  const read = async (text: string) =>
    Array.fromAsync(decodeRecords(await openLayout(layout), Buffer.from(text)));

  it('gives columns and rows', async () => {
    const [batch, ...others] = await read('A10125\nA2    \n');
    expect(others).toEqual([]);
    expect(batch?.columns).toEqual({ id: ['A1', 'A2'], amount: ['1.25', null] });
    expect(batch?.rows()).toEqual([
      { id: 'A1', amount: '1.25' },
      { id: 'A2', amount: null },
    ]);
  });

  it('gives a text whole that begins with U+FEFF, as after files that were joined', async () => {
    const fields = [{ name: 'id', start: 1, end: 6, type: 'string' }];
    const opened = await openLayout({ ...layout, encoding: 'utf-8', positions: 'bytes', fields });
    const [batch] = await Array.fromAsync(decodeRecords(opened, Buffer.from('A10125\n\ufeffA20\n')));
    expect(batch?.columns.id).toEqual(['A10125', '\ufeffA20']);
  });

  it('takes header and trailer out, of lines and of records that state their lengths', async () => {
    const control = (letter: string) => ({ match: { start: 1, end: 1, equals: letter }, fields: [] });
    const framed = { ...layout, header: control('H'), trailer: control('T') };
    const records = ['H', 'A10125', 'A2', 'T'].map((text) => text.padEnd(6));
    const chained = records.map((text) =>
      Buffer.concat([Buffer.from([0, text.length + 4, 0, 0]), Buffer.from(text)]),
    );
    const idsOf = async (record: object, bytes: Uint8Array) => {
      const opened = await openLayout({ ...framed, record });
      return (await Array.fromAsync(decodeRecords(opened, bytes))).flatMap(({ columns }) => columns.id);
    };
    expect(await idsOf(layout.record, Buffer.from(records.join('\n')))).toEqual(['A1', 'A2']);
    expect(await idsOf({ format: 'rdw', length: 6 }, Buffer.concat(chained))).toEqual(['A1', 'A2']);
  });

  it('leaves no record out silently', async () => {
    await expect(read('A10125\nA2 x12\n')).rejects.toThrow(
      /record at byte 7 cannot be decoded: invalid-number in amount/,
    );
  });

  it('says which key of a layout is wrong, and that a file has another form', async () => {
    await expect(openLayout({ ...layout, recrd: 1 })).rejects.toThrow("nearest valid one is 'record'");
    await expect(openLayout('contrcts')).rejects.toThrow("nearest valid one is 'contracts'");
    await expect(read('')).rejects.toThrow('empty');
    await expect(Array.fromAsync(decodeRecords(await openLayout(layout), 'nowhere.txt'))).rejects.toThrow(
      'no such file',
    );
  });

  it('says what is no source, that a file is not there, and that nothing was given to convert', async () => {
    const opened = await openLayout(layout);
    const first = (source: unknown) => decodeRecords(opened, source as Uint8Array).next();
    await expect(first(null)).rejects.toThrow('this is no source of records. Give the path of a file');
    await expect(first('/no/such.txt')).rejects.toThrow('/no/such.txt: there is no such file');
    for (const inputs of ['', []])
      await expect(convert({ layout: 'contracts', inputs, lake: '/no/lake' })).rejects.toThrow('no inputs');
  });

  it('describes the layout', async () => {
    expect(await openLayout(layout)).toMatchObject({
      name: 'sample',
      file: undefined,
      recordFormat: 'lines',
      recordLength: 6,
      tables: [
        {
          name: 'sample',
          columns: [
            { name: 'id', type: 'string', isList: false },
            { name: 'amount', type: 'decimal(4,2)', isList: false },
          ],
        },
      ],
    });
  });
});
