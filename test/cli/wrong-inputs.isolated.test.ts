import { once } from 'node:events';
import { mkdtempSync, realpathSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';
import type { typed } from '../support/typed-words.ts';

const CONNECTOR = {
  sources: [{ folder: 'folder' }],
  files: [{ pattern: '*', finished: { by: 'rename' } }],
  target: { folder: 'raw' },
  stateFolder: 'state',
};

/**
 * What people type by mistake, and what each is answered with: wrong-inputs.txt holds all of it, to be read. After a wanted change of a
 * message, `npx vitest run test/cli/wrong-inputs.isolated.test.ts -u` writes it again.
 */
const WRONG: readonly string[] = [
  ...['convret', 'layout', 'layout gues', 'layout describe', 'completions', 'completions csh'],
  ...[
    'convert',
    'convert --layuot small.json',
    'convert --layout',
    'convert data.txt other.txt --out l',
    'convert --layout --input data.txt',
  ],
  'convert --layout nope.json --input data.txt --out l',
  'convert --layout contrcts --input data.txt --out l',
  'convert --layout folder --input data.txt --out l',
  'convert --layout ./folder --input data.txt --out l',
  'convert --layout broken.json --input data.txt --out l',
  'convert --layout misspelt.json --input data.txt --out l',
  'convert --layout overlong.json --input data.txt --out l',
  'convert --layout small.json --input nope.txt --out l',
  'convert --layout small.json --input folder --out l',
  'convert --layout small.json --input data.txt data.txt --out l',
  'convert --layout small.json --input data.txt folder/data.txt --out l',
  'convert --layout small.json --input data.txt --out data.txt',
  'convert --layout small.json --input f_20250812.txt --out folder',
  'query --lake lake DROP~TABLE~small',
  'convert --layout small.json --input data.txt --out lake/processed',
  'convert --layout small.json --input data.txt --out l --business-date 2025-02-30',
  'convert --layout small.json --input data.txt --out l --business-date yesterday',
  'convert --layout small.json --input data.txt --out l --compression gzip',
  'convert --layout small.json --input data.txt --out l --range-size 12parsecs',
  'convert --layout small.json --input data.txt --out l --workers 0',
  'convert --layout small.json --input data.txt --out l --workers two',
  'convert --layout small.json --input data.txt --out l --json=yes',
  'convert --layout small.json --input data.txt --out l --expected-files 1.5',
  'convert --layout small.json --input data.txt --out /dev/null',
  'convert --layout small.json --input data.txt --out /proc/x',
  'convert --layout small.json --input f_20250812.txt --out dangling/lake',
  'convert --layout small.json --input foreign --out l',
  'convert --layout small.json --input - --out l',
  ...[
    'connect',
    'connect --config nope.json',
    'connect plan',
    'connect --config small.json',
    'connect --config broken.json',
  ],
  ...['connect plann --config connector.json', 'connect --config missing.json'],
  'convert --layout small.json --input - data.txt --out l',
  'convert --layout small.json --input *.none --out l',
  'convert --layout small.json --input empty --out l',
  ...['studio nope.bin', 'studio lake', 'studio a b', 'studio --port x', 'studio --port 70000'],
  ...['studio --export /dev/null/x', 'studio --export /proc/x'],
  ...['studio data.txt --layout nope', 'studio --lake folder', 'studio --lake data.txt'],
  ...['query', 'query --lake nope SELECT', 'query --lake lake', 'query --lake lake SELECT 1'],
  'query --lake lake --file nope.sql',
  'query --lake lake --file nope.sql SELECT',
  'query --lake lake --csv --markdown SELECT',
  'query --lake lake --as-of never SELECT',
  'query --lake lake --as-of 2025-08-12/9 SELECT',
  'query --lake lake --as-of 1999-01-01 SELECT',
  ...[
    'query --lake lake --named chrun',
    'query --lake lake --named churn',
    'query --lake lake --param a=1 SELECT',
  ],
  'query --lake lake --named contracts-by-product --param color=red',
  'query --lake lake --named contracts-by-product --param color',
  'query --lake lake --named contracts-by-product SELECT',
  ...['serve', 'serve --lake nope', 'serve --lake lake --port many', 'serve --lake lake --port 70000'],
  'serve --lake lake --roles nope.json',
  'serve --lake lake --roles broken.json',
  'serve --lake lake --issuer https://id.example',
  'serve --lake lake --mapping broken.json',
  ...[
    'dashboard',
    'dashboard --lake lake',
    'dashboard --lake nope --out boards',
    'dashboard --lake lake --out boards',
  ],
  'dashboard --lake lake --out boards --language fr',
  'dashboard --lake lake --out boards --business-date 12/08/2025',
  ...['history --lake nope', 'history --lake lake --business-date 12/08/2025', 'history --lake lake twice'],
  'convert --layout small.json --input f_20250812.txt --out l --dry-run --report n.html',
  'convert --layout small.json --input f_20250812.txt --out l --report n.txt',
  'convert --layout small.json --input f_20250812.txt --out l --report nowhere/n.html',
  ...['report --lake lake', 'report --lake lake --out night.txt', 'report --lake nope --out n.html'],
  ...['report --lake lake --link', 'report --lake lake --out n.html --month 2025-13'],
  'report --lake lake --out n.html --month 2025-08 --business-date 2025-08-12',
  ...['report --lake lake --out n.html --deadline 9', 'report --lake lake --out nowhere/n.html'],
  ...['report --lake lake --out n.html --lang de', 'report --lake lake --out n.html --time-zone Recife'],
  'report --lake lake --out n.html --region mars',
  'report --lake lake --out folder/n.html --business-date 2031-01-01',
  ...['status', 'status --lake nope', 'status --lake folder', 'status --lake lake today'],
  'status --lake lake --business-date 12/08/2025',
  'status --lake lake --business-date 2031-01-01',
  'status --lake lake --dataset nope',
  'rejects --lake lake --file nope.txt',
  ...['rejects --lake nope', 'rejects --lake lake --examples -1', 'rejects --lake lake --examples many'],
  ...['publish --lake lake --partial', 'publish --lake lake --reason because'],
  'publish --lake lake --day-manifest nope.txt',
  ...['rollback --lake lake', 'rollback --lake lake --business-date 2025-08-12'],
  ...['clean --lake nope', 'clean --lake lake --older-than soon'],
  ...['verify', 'verify --lake nope', 'repair --lake folder', 'repair --lake lake --dry'],
  ...[
    'layout describe nope.cpy',
    'layout describe bad.cpy',
    'layout describe contrcts',
    'layout describe a b',
  ],
  ...['layout preview small.json', 'layout preview small.json nope.txt', 'layout guess nope.bin'],
  'layout preview small.json data.txt --records none',
  'layout preview small.json data.txt --last --from-byte 3',
  ...['layout lint', 'layout lint nope.json', 'layout guess folder', 'layout guess empty.txt'],
  ...['layout from-copybook', 'layout from-copybook bad.cpy', 'layout from-positions nope.csv'],
  'layout from-copybook good.cpy --encoding klingon',
  'layout from-copybook good.cpy --encoding cp037 --out small.json',
  ...[
    'generate',
    'generate --records 10',
    'generate --records x --out n',
    'generate --records 5 --out data.txt',
  ],
  ...[
    'rerun',
    'rerun --layout small',
    'replay',
    'replay --queue parser',
    'replay --queue starter --at-most 0',
  ],
  ...['estimate --bytes big', 'estimate --region mars-1', 'simulate --stage nope', 'simulate --files 0'],
  'deploy-check now',
];

const home = process.cwd();
let dir: string;
let type: typeof typed;
beforeAll(async () => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'wrong-inputs-')));
  for (const folder of ['folder', 'empty', 'foreign']) await mkdir(join(dir, folder));
  await symlink('nowhere', join(dir, 'dangling'));
  const layout = JSON.parse(smallLayout());
  const files: Record<string, string | Uint8Array> = {
    'small.json': smallLayout(),
    'broken.json': '{ "name": "small", }',
    'misspelt.json': JSON.stringify({ ...layout, recrod: {} }),
    'overlong.json': JSON.stringify({ ...layout, fields: [{ ...layout.fields[0], end: 999 }] }),
    'bad.cpy': '01 R.\n   05 A PIC X(\n',
    'good.cpy': '       01 R.\n          05 A PIC X(4).\n',
    'connector.json': JSON.stringify(CONNECTOR),
    'missing.json': JSON.stringify({ ...CONNECTOR, sources: [{ folder: 'nowhere' }] }),
    'empty.txt': '',
    'data.txt': smallFile(smallLine('A1', 1)),
    'folder/data.txt': smallFile(smallLine('A2', 1)),
    'f_20250812.txt': smallFile(smallLine('A1', 1), smallLine('A2', 2, 'B')),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
  const foreign = Buffer.from(join(dir, 'foreign', 'f_\xff_20250812.txt'), 'latin1');
  await writeFile(foreign, smallFile(smallLine('A1', 1)));
  // Where the user stands is asked once, when the commands are loaded.
  process.chdir(dir);
  ({ typed: type } = await import('../support/typed-words.ts'));
  const words = [
    'convert',
    '--layout',
    './small.json',
    '--input',
    'f_20250812.txt',
    '--out',
    'lake',
    '--no-sync',
  ];
  expect(await type(...words, '--json')).toMatchObject({ code: 0 });
});
afterAll(async () => {
  process.chdir(home);
  await rm(dir, { recursive: true, force: true });
});

it('each wrong input is answered with one paragraph on standard error, and the exit code of its kind', async () => {
  const told: string[] = [];
  const unlike: string[] = [];
  for (const line of WRONG) {
    const { code, stdout, stderr } = await type(...line.split(' ').map((word) => word.replaceAll('~', ' ')));
    const shown = stderr
      .replaceAll(dir, 'DIR')
      .replaceAll(home, 'PROJECT')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replaceAll(/\{pid\}|\b\d{4,}\.tmp\b/g, 'N');
    told.push(`$ positional-lake ${line}\n${stdout}${shown}(${code})\n`);
    if (code !== 2 || stdout !== '' || shown.trimEnd().includes('\n'))
      unlike.push(`${line}: ${code} ${stdout}${shown}`);
  }
  expect(unlike).toEqual([]);
  await expect(told.join('\n')).toMatchFileSnapshot('wrong-inputs.txt');
});

it('serve says in one paragraph that its port is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { code, stdout, stderr } = await type('serve', '--lake', 'lake', '--port', String(port));
  other.close();
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(new RegExp(`^port ${port} cannot be taken: [^\\n]+\\n$`));
});

it.each(['data.txt', '/proc/x'])('dashboards say in one paragraph that %s takes no page', async (folder) => {
  const { dashboardPlaces } = await import('../../local/serve/dashboard-files.ts');
  await expect(dashboardPlaces(resolve(dir, folder), new Map())).rejects.toMatchObject({
    name: 'OutputUnwritable',
  });
});
