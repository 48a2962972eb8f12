import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateNights } from '../../generator/night.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'generate-command-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('layouts', () => {
  it.each([
    ['contracts', 140, []],
    [
      'contracts-with-trailer',
      160,
      ['trailer.total_registros', 'trailer.total_detalhes', 'trailer.soma_valor'],
    ],
  ] as const)('%s is valid', (name, lengthBytes, totals) => {
    const layout = readLayout(readFileSync(join(ROOT, 'layouts', `${name}.json`), 'utf8'), `${name}.json`);
    expect(layout.name).toBe(name.replaceAll('-', '_'));
    expect(layout.record).toMatchObject({ format: 'lines', lengthBytes, short: 'pad' });
    expect(layout.controlTotals.map((rule) => rule.name)).toEqual(totals);
    expect(layout.rejects.maxPercent).toBe(1);
  });
});

describe('command', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(ROOT, 'bin/positional-lake.mjs'), 'generate', ...args], {
      encoding: 'utf8',
      cwd: scratch,
    });

  it('prints a JSON object for each file', async () => {
    const outDir = join(scratch, 'nights');
    const options = {
      records: 200,
      files: 2,
      seed: 9,
      badPercent: 2,
      layout: 'contracts-with-trailer',
    } as const;
    const flags =
      '--records 200 --files 2 --seed 9 --bad-percent 2 --layout contracts-with-trailer --json --out';
    const { status, stdout, stderr } = run(...flags.split(' '), outDir);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const expected = await generateNights({ ...options, outDir });
    expect(lines).toEqual(
      expected.map((file) => ({
        ...file,
        valueCents: String(file.valueCents),
        trailerValueCents: String(file.trailerValueCents),
      })),
    );
    expect(
      readdirSync(outDir, { recursive: true }).filter((name) => String(name).endsWith('.partial')),
    ).toEqual([]);
  });

  it.each([
    ['--records is missing', []],
    ['--out is missing', ['--records', '5']],
    ["--records is 'many'", ['--records', 'many', '--out', 'x']],
    ['--records is 1.5', ['--records', '1.5', '--out', 'x']],
    ['there is no flag --recrods. Did you mean --records?', ['--recrods', '5', '--out', 'x']],
    ["'stray' belongs to no flag", ['--records', '5', '--out', 'x', 'stray']],
    ['--files is 6', ['--records', '5', '--files', '6', '--out', 'x']],
    ['--bad-percent is 101', ['--records', '5', '--bad-percent', '101', '--out', 'x']],
    ['--layout is cotahist', ['--records', '5', '--layout', 'cotahist', '--out', 'x']],
    ['--terminator is cr', ['--records', '5', '--terminator', 'cr', '--out', 'x']],
    ['--record-length is 139', ['--records', '5', '--record-length', '139', '--out', 'x']],
    ["the business date is '2025-02-30'", ['--records', '5', '--business-date', '2025-02-30', '--out', 'x']],
  ])('%s: exit 2 and one paragraph', (message, args) => {
    const { status, stdout, stderr } = run(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(`${message}`);
    expect(stderr.trimEnd()).not.toContain('\n');
    expect(readdirSync(scratch)).not.toContain('x');
  });

  it('says so if it cannot write', () => {
    writeFileSync(join(scratch, 'a-file'), '');
    const { status, stderr } = run('--records', '5', '--out', join(scratch, 'a-file'));
    expect(status).toBe(2);
    expect(stderr).toMatch(/^.*a-file.*--out.*\n$/);
  });
});
