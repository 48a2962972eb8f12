import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { firstDataset } from '../../shared/layout/layout.ts';
import { runCommand } from '../support/run-command.ts';

const GOLDEN = fileURLToPath(new URL('../golden/', import.meta.url));
const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'layout-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const layout = (...flags: string[]) => runCommand('layout', flags, dir);

const copybook = (name: string) => join(GOLDEN, name, 'copybook.cpy');

describe('layout describe', () => {
  it('prints the positions of a copybook, and the same as JSON', async () => {
    const text = await layout('describe', copybook('copybook-dtar020'));
    expect(text.code).toBe(0);
    expect(text.stdout).toContain('27 bytes');
    expect(text.stdout).toMatch(/22 +27 +6 +DTAR020-SALE-PRICE +S9\(09\)V99 +COMP-3 +decimal\(11,2\)/);
    const json = await layout('describe', copybook('copybook-dtar020'), '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ lengthBytes: 27 });
    expect(JSON.parse(json.stdout).rows.at(-1)).toMatchObject({ start: 22, end: 27, usage: 'COMP-3' });
  });

  it('accepts a name in layouts/, and a layout with a copybook', async () => {
    const contracts = await layout('describe', 'contracts');
    expect(contracts.stdout).toMatch(/81 +95 +15 +valor_contrato +9\(13\)V99 +DISPLAY +decimal\(15,2\)/);
    await cp(copybook('copybook-fixed-format'), join(dir, 'c.cpy'));
    const text = JSON.stringify({
      name: 'c',
      encoding: 'cp500',
      record: { format: 'fixed' },
      copybook: 'c.cpy',
      fields: [{ name: 'start_date', type: 'date', format: 'yyyyMMdd' }],
    });
    await writeFile(join(dir, 'c.json'), text);
    const { stdout, code } = await layout('describe', 'c.json');
    expect(code).toBe(0);
    expect(stdout).toMatch(/81 +88 +8 +start_date +9\(8\) +DISPLAY +date +yyyyMMdd/);
  });

  it('says what is wrong, and exits with 2', async () => {
    await writeFile(join(dir, 'bad.cpy'), '01 R.\n   05 A PIC X(\n');
    await writeFile(join(dir, 'lost.json'), '{"copybook":"nowhere.cpy"}');
    const cases: [string[], string][] = [
      [['describe', 'bad.cpy'], 'bad.cpy, line 2, column 13'],
      [['describe', 'no.cpy'], 'no such file'],
      [['describe', 'lost.json'], "no copybook 'nowhere.cpy'"],
      [['describe', 'contrcts'], "is 'contracts'"],
      [['describe'], 'is missing'],
      [['descrbe'], 'Did you mean describe?'],
      [[], 'a command is missing'],
      [['guess', 'a', 'b'], '2 arguments'],
      [['describe', '--jsn', 'contracts'], '--help'],
    ];
    for (const [flags, fragment] of cases) {
      const { code, stderr, stdout } = await layout(...flags);
      expect([flags, code, stdout]).toEqual([flags, 2, '']);
      expect(stderr).toContain(fragment);
      expect(stderr).not.toContain('    at ');
    }
  });
});

describe('layout from-copybook and from-positions', () => {
  it('writes a layout that can be read, and does not overwrite a file', async () => {
    const flags = ['from-copybook', copybook('copybook-dtar020'), '--name', 'dtar020', '--out', 'd.json'];
    expect((await layout(...flags)).code).toBe(0);
    const read = readLayout(await readFile(join(dir, 'd.json'), 'utf8'), 'd.json');
    expect(read).toMatchObject({
      name: 'dtar020',
      encoding: 'cp037',
      record: { format: 'fixed', lengthBytes: 27 },
    });
    expect(firstDataset(read).fields.map(({ usage }) => usage)).toEqual([
      'display',
      ...Array(5).fill('packed'),
    ]);
    const { $schema } = JSON.parse(await readFile(join(dir, 'd.json'), 'utf8'));
    expect(JSON.parse(await readFile(join(dir, $schema), 'utf8')).title).toBeDefined();
    const again = await layout(...flags);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('exists already')]);
    expect((await layout(...flags, '--force')).code).toBe(0);
  });

  it('lists the redefinitions that it leaves out, and reads others by choice', async () => {
    const first = await layout('from-copybook', copybook('copybook-redefines-nested'));
    expect(first.stderr).toContain('left out: COMPANY (line 10), which redefines PERSON');
    const company = await layout(
      'from-copybook',
      copybook('copybook-redefines-nested'),
      '--redefines',
      'company',
    );
    expect(company.stdout).toContain('"cnpj"');
    expect(company.stdout).not.toContain('"cpf"');
  });

  it('asks which record is meant, and refuses what cannot become a layout', async () => {
    const several = await layout('from-copybook', copybook('copybook-several-records'));
    expect([several.code, several.stderr]).toEqual([
      2,
      expect.stringContaining('HEADER-RECORD, DETAIL-RECORD'),
    ]);
    const detail = await layout(
      'from-copybook',
      copybook('copybook-several-records'),
      '--record',
      'detail-record',
    );
    expect(JSON.parse(detail.stdout).name).toBe('detail_record');
    const alternatives = await layout(
      'from-copybook',
      copybook('copybook-redefines-nested'),
      '--occurs',
      'rows',
    );
    expect([alternatives.code, alternatives.stderr]).toEqual([2, expect.stringContaining("--occurs 'rows'")]);
    const tables = await layout('from-copybook', copybook('copybook-tables-synchronized'));
    expect(tables.stdout).toContain('"dependingOn": "tail_count"');
  });

  it('imports a SAS dictionary', async () => {
    await writeFile(join(dir, 'dict.sas'), '@1 UF $2.\n@3 RENDA 8.2\n');
    const { stdout, code } = await layout('from-positions', 'dict.sas', '--encoding', 'us-ascii');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ name: 'dict', record: { format: 'lines', length: 10 } });
    const wrong = await layout('from-positions', 'dict.sas', '--encoding', 'latin99');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("'latin99'")]);
  });
});

describe('layout preview', () => {
  const sample = {
    name: 'sample',
    encoding: 'us-ascii',
    record: { format: 'lines', length: 10 },
    fields: [
      { name: 'id', start: 1, end: 4, type: 'integer' },
      { name: 'amount', start: 5, end: 10, type: 'decimal(6,2)', point: 'implied', sign: 'trailing' },
    ],
  };

  it('shows values, and hexadecimal for what does not decode', async () => {
    await writeFile(join(dir, 's.json'), JSON.stringify(sample));
    await writeFile(join(dir, 's.txt'), '000100123}\nx00200123A\n0003\n');
    const { stdout, code } = await layout('preview', 's.json', 's.txt', '--json');
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { record: 1, byteOffset: 0, kind: 'detail', fields: [{ value: '1' }, { value: '-12.30' }] },
      {
        record: 2,
        byteOffset: 11,
        fields: [{ value: null, problem: 'invalid-number', hex: '78 30 30 32' }, { value: '12.31' }],
      },
      { record: 3, byteOffset: 22, reason: 'record-too-short' },
    ]);
    const text = await layout('preview', 's.json', 's.txt', '--records', '2');
    expect(text.stdout).toContain('✗ invalid-number: 78 30 30 32');
    expect(text.stdout).not.toContain('record 3');
  });

  it('needs a layout, data and a number of records', async () => {
    await writeFile(join(dir, 's.json'), JSON.stringify(sample));
    await writeFile(join(dir, 'empty.txt'), '');
    for (const [flags, fragment] of [
      [['s.json'], 'needed'],
      [['s.json', 'none.txt'], 'no such file'],
      [['s.json', 'empty.txt'], 'no record'],
      [['s.json', 'empty.txt', '--records', '0'], "'0'"],
    ] as [string[], string][]) {
      const { code, stderr } = await layout('preview', ...flags);
      expect([flags, code]).toEqual([flags, 2]);
      expect(stderr).toContain(fragment);
    }
  });
});

describe('layout guess', () => {
  it.skipIf(!existsSync(DATA))('proposes a layout of real files', async () => {
    const b3 = await layout('guess', join(DATA, 'b3/COTAHIST_D25062021.TXT'));
    expect(JSON.parse(b3.stdout)).toMatchObject({
      encoding: 'us-ascii',
      record: { format: 'lines', length: 245 },
    });
    const dtar020 = await layout('guess', join(DATA, 'dtar020/DTAR020.bin'), '--json');
    expect(JSON.parse(dtar020.stdout)).toMatchObject({ record: { format: 'fixed', length: 27 } });
  });
});
