import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { ControlFileAwaited } from '../../../shared/errors.ts';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { findControlFile } from '../../../shared/pipeline/split/find-control-file.ts';
import { isRefusal } from '../../../shared/refusal.ts';
import { controlFileKey } from '../../../shared/totals/control-file.ts';
import { smallLayout } from '../../support/small-contracts.ts';

const KEY = 'in/a.txt';
const MIB = 1024 * 1024;

function layoutWith(changes: Record<string, unknown> = {}) {
  const controlFile = {
    name: '{stem}.ctl',
    format: 'lines',
    length: 8,
    fields: [{ name: 'n', start: 1, end: 8, type: 'integer' }],
    ...changes,
  };
  return readLayout(smallLayout({ controlFile }), 'small.json');
}

async function found(content: string | Uint8Array | undefined, layout = layoutWith(), sourceKey = KEY) {
  const raw = new MemoryObjectStore();
  if (content !== undefined) raw.replace('in/a.ctl', Buffer.from(content));
  const file = await findControlFile(raw, sourceKey, layout);
  return { file, said: isRefusal(file) ? `${file.code}: ${file.message}` : undefined, calls: raw.calls };
}

describe('the control file beside a data file', () => {
  it('is read, with its version, only if the layout describes one', async () => {
    const { file, calls } = await found('00000012\n');
    expect(file).toEqual({ key: 'in/a.ctl', version: 'm1', values: { n: { text: '12', scale: 0 } } });
    expect(calls).toEqual({ head: 1, readRange: 1 });
    const none = await found('00000012\n', readLayout(smallLayout(), 'small.json'));
    expect(none).toMatchObject({ file: null, calls: {} });
  });

  it('that is not there refuses the file, or is waited for', async () => {
    expect((await found(undefined)).said).toMatch(/^control-file-missing: .*in\/a\.ctl is not there/);
    const waits = found(undefined, layoutWith({ whenMissing: 'wait' }));
    await expect(waits).rejects.toThrow(ControlFileAwaited);
    expect((await found('00000012\n', layoutWith({ whenMissing: 'wait' }))).said).toBeUndefined();
  });

  it('is not the file itself', async () => {
    expect((await found('00000012\n', layoutWith(), 'in/a.ctl')).said).toMatch(
      /^control-file-invalid: .*itself/,
    );
  });

  it('has at most a mebibyte', async () => {
    const lines = Buffer.alloc(MIB, '\n');
    lines.write('00000012');
    expect((await found(lines)).file).toMatchObject({ values: { n: { text: '12' } } });
    const { said, calls } = await found(Buffer.concat([lines, Buffer.from('\n')]));
    expect(said).toMatch(/^control-file-invalid: .*has 1048577 bytes, more than 1048576/);
    expect(calls).toEqual({ head: 1 });
  });

  it('has lines that end with LF or CR LF, blank ones and Ctrl-Z beside them', async () => {
    const file = { values: { n: { text: '12' } } };
    for (const text of [
      '00000012',
      '00000012\r\n',
      '\n\r\n00000012\n',
      '00000012\r\n\x1a',
      '\r\n    \r\n00000012\n\x1a',
    ]) {
      expect((await found(text)).file, JSON.stringify(text)).toMatchObject(file);
    }
    expect((await found('\n\x1a\n')).said).toContain('it is empty');
  });

  it('that is empty or not as described refuses the file, and says why', async () => {
    const empty = await found('');
    expect(empty.said).toMatch(/^control-file-invalid: .*cannot be used: it is empty/);
    expect(empty.calls).toEqual({ head: 1 });
    expect((await found('000000012\n')).said).toContain('it has a record of 9 bytes');
    expect((await found('00000001\n00000002\n')).said).toContain('it has 2 records');
  });

  it('may be of records without line ends, of which one is named by its match', async () => {
    const fixed = layoutWith({ format: 'fixed', match: { start: 1, end: 1, equals: '1' } });
    expect((await found('0000000210000012', fixed)).file).toMatchObject({
      values: { n: { text: '10000012' } },
    });
    expect((await found('100000021', fixed)).said).toContain('it is not whole records of 8 bytes');
    expect((await found('0000000100000002', fixed)).said).toContain(
      "0 of its 2 records have '1' at bytes 1 to 1, but exactly one must",
    );
    expect((await found('1000000110000002', fixed)).said).toContain('2 of its 2 records have');
  });

  it('has the record of which all bytes match', async () => {
    const match = { start: 1, end: 2, equals: ['12', '34'] };
    const fixed = layoutWith({ format: 'fixed', match });
    expect((await found('1900000034000001', fixed)).file).toMatchObject({
      values: { n: { text: '34000001' } },
    });
    expect((await found('1900000032000001', fixed)).said).toContain('0 of its 2 records');
  });

  it('may begin with a byte-order mark, if it is in UTF-8 or all of it is ASCII', async () => {
    const mark = '\ufeff';
    const text = [{ name: 'n', start: 1, end: 8, type: 'string' }];
    const of = (encoding: string) => layoutWith({ encoding, fields: text });
    expect((await found(`${mark}abcdefgh\n`, of('utf-8'))).file).toMatchObject({
      values: { n: { text: 'abcdefgh' } },
    });
    expect((await found(`${mark}abcdefgh\n`, of('iso-8859-1'))).file).toMatchObject({
      values: { n: { text: 'abcdefgh' } },
    });
    expect((await found(`${mark}abcdef\u00e9\n`, of('iso-8859-1'))).said).toContain(
      'byte-order mark of UTF-8',
    );
    expect((await found(`${mark}abcdef\u00e9\n`, of('utf-8'))).said).toBeUndefined();
    expect((await found(Buffer.from('abcdef\u00e9\n', 'latin1'), of('iso-8859-1'))).said).toBeUndefined();
  });

  it('is named after the file, with or without its suffix', () => {
    const key = (sourceKey: string, name: string) => controlFileKey(sourceKey, { name });
    expect(key('in/a.b.txt', '{stem}.ctl')).toBe('in/a.b.ctl');
    expect(key('in/a', '{stem}.ctl')).toBe('in/a.ctl');
    expect(key('a.txt', '{name}.ctl')).toBe('a.txt.ctl');
    expect(key('in.x/a', '{stem}_{stem}')).toBe('in.x/a_a');
  });
});
