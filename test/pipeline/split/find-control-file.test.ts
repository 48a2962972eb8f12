import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { ControlFileAwaited } from '../../../shared/errors.ts';
import { readLayout } from '../../../shared/layout/compile/read-layout.ts';
import { findControlFile } from '../../../shared/pipeline/split/find-control-file.ts';
import { isRefusal } from '../../../shared/refusal.ts';
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

  it('that is empty or not as described refuses the file, and says why', async () => {
    const empty = await found('');
    expect(empty.said).toMatch(/^control-file-invalid: .*cannot be used: it is empty/);
    expect(empty.calls).toEqual({ head: 1 });
    expect((await found('000000012\n')).said).toContain('it has a record of 9 bytes');
    expect((await found('00000001\n00000002\n')).said).toContain('it has 2 records');
  });
});
