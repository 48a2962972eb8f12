import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandResult, runCommand } from '../support/run-command.ts';

/** A name, a CPF, a CNPJ of digits, one with letters, and pieces of a raw record. */
const PLANTED = {
  name: 'FULANA PLANTADA DE TAL',
  cpf: '52998224725',
  cnpj: '11222333000181',
  letterCnpj: '12ABC34501DE35',
  amount: '0000SEGREDO1234',
};

const line = (id: string, document: string, amount: string, name = PLANTED.name) =>
  `${id.padEnd(15)}${document.padEnd(15)}${name.padEnd(50)}${amount.padStart(15, '0')}20240115 20250115 ATIVO  CAPITAL DE GIRO     `;

/** Conversions that end in every possible way, with the planted values in good, rejected and broken records. */
const GOOD = [
  line('C1', PLANTED.cpf, '12345'),
  line('C2', PLANTED.cnpj, '100'),
  line('C3', PLANTED.letterCnpj, '7'),
];
const NIGHTS: [what: string, code: number, lines: string[], flags: string[]][] = [
  ['loaded with rejects', 0, [...Array(40).fill(GOOD).flat(), line('C4', PLANTED.cpf, PLANTED.amount)], []],
  ['refused for its rejects', 3, [line('C1', PLANTED.cpf, PLANTED.amount), line('', PLANTED.cnpj, 'X')], []],
  ['refused for its records', 3, [PLANTED.name.repeat(30_000)], []],
  ['refused for its trailer', 3, GOOD, ['--layout', 'contracts-with-trailer']],
  ['failed for its date', 2, GOOD, ['--business-date', PLANTED.cpf]],
  ['refused for its header', 3, GOOD, ['--layout', 'b3-cotahist']],
];

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'privacy-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

function shown(text: string): string[] {
  return Object.values(PLANTED).filter((planted) => text.includes(planted));
}

/** All files of a lake except Parquet, which holds rows and raw rejects. */
async function texts(lake: string): Promise<[path: string, text: string][]> {
  const entries = await readdir(lake, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const kept = paths.filter((path) => !path.endsWith('.parquet'));
  const found: [string, string][] = [];
  for (const path of kept) found.push([path, `${path} ${await readFile(path, 'latin1')}`]);
  return found;
}

describe('no message, log or file other than rows and rejects shows a record', () => {
  it.each(NIGHTS)('%s', async (what, code, lines, flags) => {
    const file = join(dir, `contratos_20250812_${what.replaceAll(' ', '-')}.txt`);
    const lake = join(dir, what.replaceAll(' ', '-'));
    await writeFile(file, `${lines.join('\n')}\n`, 'latin1');
    const layout = flags.includes('--layout') ? [] : ['--layout', 'contracts'];
    const result: CommandResult = await runCommand(
      'convert',
      [...layout, '--input', file, '--out', lake, '--workers', '1', '--json', ...flags],
      dir,
    );
    expect(result.code, result.stderr).toBe(code);
    // The business date on the command line is what its user typed, and is shown to that user.
    if (!flags.includes('--business-date')) expect(shown(result.stdout + result.stderr)).toEqual([]);
    for (const [path, text] of await texts(lake)) expect([path, shown(text)]).toEqual([path, []]);
  });

  it('the rejects dataset shows rejected records, which is its purpose', async () => {
    const folder = join(dir, 'loaded-with-rejects', 'processed', 'contracts_rejects');
    const [rejects = ''] = (await readdir(folder, { recursive: true })).filter((name) =>
      name.endsWith('.parquet'),
    );
    expect(shown(await readFile(join(folder, rejects), 'latin1'))).toContain(PLANTED.amount);
  });
});
