import { spawnSync } from 'node:child_process';
import {
  accessSync,
  chownSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examplesOf } from '../support/library-examples.ts';

/**
 * What people install: the tarball of `npm pack`, in an empty folder whose name has spaces, with the Node that this machine has and with
 * the one of the project.
 */
const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const FILE = 'nights/year=2025/month=08/day=12/contratos_20250812_001.txt';
const NOBODY = 65_534;

let scratch: string;
let home: string;
let tarball: string;

interface Answer {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program with a Node first on the path, as a shell in `cwd` would. */
function run(node: string, cwd: string, words: string[], uid?: number): Answer {
  const clean = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD|NODE_|VITEST)/.test(name));
  const path = [node, ...outsidePaths()].join(delimiter);
  const env = {
    ...Object.fromEntries(clean),
    PATH: path,
    HOME: uid === undefined ? process.env.HOME : tmpdir(),
  };
  const [command = '', ...args] = words;
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    ...(uid !== undefined && { uid, gid: uid }),
  });
  if (error) throw error;
  return { code: status, stdout, stderr };
}

/** The folders of the path without those of the project. */
function outsidePaths(): string[] {
  return (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
}

function folderOfOutsideNode(): string {
  const found = outsidePaths().find((folder) => existsSync(join(folder, 'node')));
  if (found === undefined) throw new Error('no Node is on the path besides that of the project');
  return found;
}

const nodes = [
  ['the Node of this machine', folderOfOutsideNode()],
  ['the Node of the project', realpathSync(join(PROJECT, 'node_modules/node/bin'))],
] as const;
const [, outside] = nodes[0];

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'packed '));
  await chmod(scratch, 0o755);
  home = join(scratch, 'an empty folder');
  mkdirSync(home);
  expect(run(nodes[1][1], PROJECT, ['npm', 'pack', '--pack-destination', scratch])).toMatchObject({
    code: 0,
  });
  tarball = join(scratch, (await readdir(scratch)).find((name) => name.endsWith('.tgz'))!);
  const flags = ['--no-audit', '--no-fund', '--prefer-offline'];
  expect(run(outside, home, ['npm', 'install', ...flags, tarball])).toMatchObject({ code: 0 });
  expect(
    run(outside, home, ['npx', 'plake', 'generate', '--records', '1000', '--out', 'nights']),
  ).toMatchObject({
    code: 0,
  });
  await writeFile(join(home, 'my.json'), await readFile(join(PROJECT, 'layouts/contracts.json')));
  mkdirSync(join(home, 'layouts'));
  const own = JSON.parse(await readFile(join(PROJECT, 'layouts/contracts.json'), 'utf8'));
  await writeFile(join(home, 'layouts/own.json'), JSON.stringify({ ...own, name: 'own' }));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** The program, started without npx, which takes a second of its own. */
const program = (node: string, ...words: string[]) =>
  run(node, home, [join(home, 'node_modules/.bin/positional-lake'), ...words]);

describe('before DuckDB is installed', () => {
  it('a query says in one sentence how to install it, and everything else works', () => {
    expect(
      program(outside, 'convert', '--layout', 'my.json', '--input', FILE, '--out', 'first'),
    ).toMatchObject({
      code: 0,
    });
    expect(program(outside, 'status', '--lake', 'first')).toMatchObject({ code: 0, stderr: '' });
    const { code, stdout, stderr } = program(outside, 'query', '--lake', 'first', 'SELECT 1');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^queries need DuckDB, which is not installed\. .*npm install @duckdb\/node-api@\S+ .*\n$/,
    );
    const [, version = ''] = /@duckdb\/node-api@(\S+)/.exec(stderr) ?? [];
    const flags = ['--no-audit', '--no-fund', '--prefer-offline', `@duckdb/node-api@${version}`];
    expect(run(outside, home, ['npm', 'install', ...flags])).toMatchObject({ code: 0 });
  });
});

describe.each(nodes)('with %s', (name, node) => {
  const lake = name.replaceAll(' ', '-');

  it('shows its version and its commands', () => {
    expect(program(node, '--version').stdout).toMatch(/^\d+\.\d+\.\d+\+[0-9a-f]{16}\n$/);
    expect(program(node, '--help').stdout).toContain('positional-lake COMMAND');
    expect(run(node, home, ['npx', 'positional-lake', 'convert', '--help']).stdout).toContain('--layout');
  });

  it.each([
    ['a path', 'my.json', 'contracts'],
    ['a name in ./layouts', 'own', 'own'],
    ['a name in the box', 'contracts', 'contracts'],
  ])('converts with a layout by %s, and queries', (_, layout, table) => {
    const out = `${lake} ${layout}`;
    const converted = program(node, 'convert', '--layout', layout, '--input', FILE, '--out', out, '--json');
    expect(converted).toMatchObject({ code: 0 });
    expect(JSON.parse(converted.stdout)).toMatchObject({ status: 'loaded', rows: 1000, published: true });
    const count = program(node, 'query', '--lake', out, '--json', `SELECT count(*) AS n FROM ${table}`);
    expect(count).toEqual({ code: 0, stdout: '{"n":1000}\n', stderr: '' });
  });

  it('joins small row groups, whose pages are in Snappy and in Zstandard', async () => {
    // 36,000 rows a range, and more than a million: they become larger row groups. For their filters pages are decompressed.
    const lines = Array.from({ length: 1_010_000 }, (_, row) => {
      const digits = String((row * 7919) % 1e9).padStart(9, '0');
      return `${digits.slice(4)}${digits} ${['MARIA', 'PAULO', 'JULIA'][row % 3]} ${['SOUZA', 'ALVES'][row % 2]}\n`;
    });
    await writeFile(join(home, 'rows.txt'), lines.join(''));
    const fields = [
      { name: 'id', start: 1, end: 14, type: 'string', lookup: true },
      { name: 'client', start: 16, end: 26, type: 'string' },
    ];
    const record = { format: 'lines', length: 26 };
    await writeFile(
      join(home, 'rows.json'),
      JSON.stringify({ name: 'rows', encoding: 'us-ascii', record, fields }),
    );
    const out = `${lake} joined`;
    const flags = ['--business-date', '2025-08-12', '--range-size', '972000', '--out', out];
    expect(program(node, 'convert', '--layout', 'rows.json', '--input', 'rows.txt', ...flags)).toMatchObject({
      code: 0,
    });
    const sql = `SELECT count(*) AS n, count(DISTINCT id) AS ids, min(client) AS client FROM rows`;
    expect(program(node, 'query', '--lake', out, '--json', sql).stdout).toBe(
      '{"n":1010000,"ids":1010000,"client":"JULIA ALVES"}\n',
    );
  });

  it('plays nights, and says what needs the sources', () => {
    expect(program(node, 'estimate', '--json')).toMatchObject({ code: 0, stderr: '' });
    expect(program(node, 'deploy-check')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('npm ci'),
    });
  });

  it('writes the workbench as one page', async () => {
    const words = ['studio', '--export', 'workbench'];
    expect(program(node, ...words)).toMatchObject({ code: 0, stderr: '' });
    const page = await readFile(join(home, 'workbench/workbench.html'), 'utf8');
    expect(page).toContain('"mode":"alone"');
    expect(page.length).toBeGreaterThan(500_000);
  });

  it('runs the examples of the library', async () => {
    const examples = examplesOf(await readFile(join(PROJECT, 'docs/library.md'), 'utf8'));
    rmSync(join(home, 'lake'), { recursive: true, force: true });
    const printed = [];
    for (const [index, example] of examples.entries()) {
      await writeFile(join(home, `${index}.mjs`), example);
      printed.push(run(node, home, ['node', `${index}.mjs`]));
    }
    expect(printed.map(({ code, stderr }) => [code, stderr])).toEqual(examples.map(() => [0, '']));
    expect(printed.map(({ stdout }) => stdout)).toEqual([
      expect.stringMatching(/^loaded 1000 true\n1000n \d+\.\d\d\n$/),
      '1000\n',
      'id string, born date\n',
    ]);
  });

  // Another user can write only what is his; a superuser could write the installation as well.
  it.skipIf(process.getuid?.() !== 0)('works for a user who cannot write where it is installed', () => {
    const own = join(scratch, `of-${lake}`);
    mkdirSync(own);
    chownSync(own, NOBODY, NOBODY);
    const bin = join(home, 'node_modules/.bin/positional-lake');
    const words = ['convert', '--layout', 'contracts', '--input', join(home, FILE), '--out', 'lake'];
    expect(run(node, own, [bin, ...words], NOBODY)).toMatchObject({ code: 0 });
    const sql = 'SELECT count(*) AS n FROM contracts';
    expect(run(node, own, [bin, 'query', '--lake', 'lake', '--json', sql], NOBODY).stdout).toBe(
      '{"n":1000}\n',
    );
    expect(() =>
      accessSync(join(home, 'node_modules/positional-lake/node_modules'), constants.F_OK),
    ).toThrow();
  });
});

describe('the package', () => {
  it('has types that a program of TypeScript can use', async () => {
    await writeFile(
      join(home, 'use.mts'),
      `import { convert, decodeRecords, openLake, openLayout, type ConvertedFile } from 'positional-lake';
       const files: ConvertedFile[] = await convert({ layout: 'a', inputs: ['b'], lake: 'c' });
       const layout = await openLayout('a');
       for await (const { table, columns } of decodeRecords(layout, new Uint8Array())) console.log(table, columns);
       // @ts-expect-error a lake is named by its folder
       await openLake(7);
       console.log(files);`,
    );
    const tsc = join(PROJECT, 'node_modules/typescript/bin/tsc');
    const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--types', 'node'];
    const types = ['--typeRoots', join(PROJECT, 'node_modules/@types')];
    expect(run(nodes[1][1], home, ['node', tsc, ...flags, ...types, 'use.mts'])).toMatchObject({
      code: 0,
      stdout: '',
    });
  });

  it('holds what a user needs and nothing else, and depends on one package', async () => {
    const files = await readdir(join(home, 'node_modules/positional-lake'), { recursive: true });
    expect(files.filter((file) => /\.(ts|map)$/.test(file) && !file.endsWith('.d.ts'))).toEqual([]);
    expect(
      files
        .filter((file) =>
          /^(test|shared|local|cli|docs\/(?!queries|layout\.schema\.json)|node_modules)\b/.test(file),
        )
        .sort(),
    ).toEqual([]);
    const { dependencies = {} } = JSON.parse(
      await readFile(join(home, 'node_modules/positional-lake/package.json'), 'utf8'),
    );
    expect(dependencies).toEqual({});
    const licences = await readFile(
      join(home, 'node_modules/positional-lake/dist/package/LICENCES.txt'),
      'utf8',
    );
    for (const name of ['commander', 'zod', 'hyparquet', '@aws-sdk/client-s3'])
      expect(licences).toContain(`${name} `);
  });
});
