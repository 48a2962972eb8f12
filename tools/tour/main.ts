import { spawnSync } from 'node:child_process';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PROJECT } from '../bundle/bundle-functions.ts';

/** `npm run tour`: types what a newcomer types, in an empty folder, and writes docs/tour.md from what is answered. */
const FILE = 'nights/year=2025/month=08/day=12/contratos_20250812_001.txt';
const MOST_LINES = 24;

/** Why each line is typed, and the line. */
const STEPS: readonly (readonly [why: string, line: string])[] = [
  ['What can it do?', '--help'],
  [
    'A night to try it with: 20,000 contracts, one in a thousand of them bad.',
    'generate --records 20000 --bad-percent 0.1 --out nights',
  ],
  ['How does a layout describe a record?', 'layout describe contracts'],
  ['Does it fit the file?', `layout preview contracts ${FILE} --records 1`],
  ['Convert the file into a lake.', `convert --layout contracts --input ${FILE} --out lake`],
  ['What state is the day in?', 'status --lake lake'],
  [
    'Ask it something.',
    'query --lake lake "SELECT tipo_produto, count(*) AS contracts, sum(valor_contrato) AS total FROM contracts GROUP BY ALL ORDER BY total DESC"',
  ],
  ['Which records did not become rows?', 'rejects --lake lake --examples 1'],
  ['Once more: nothing is loaded twice.', `convert --layout contracts --input ${FILE} --out lake`],
  ['And if a word is wrong?', `convert --layuot contracts --input ${FILE} --out lake`],
  ['A wrong layout?', `convert --layout contrcts --input ${FILE} --out lake`],
  ['What would a night of 100 GB cost on AWS?', 'estimate --bytes 100GB'],
];

const folder = await realpath(await mkdtemp(join(tmpdir(), 'tour-')));
const parts: string[] = [];
try {
  for (const [why, line] of STEPS)
    parts.push(`## ${why}\n\n\`\`\`\n$ npx positional-lake ${line}\n${answer(line)}\n\`\`\`\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
await writeFile(
  join(PROJECT, 'docs/tour.md'),
  `# The first five minutes\n\nWhat somebody sees who installed the package, or stands in the project. \`npm run tour\` typed these lines and wrote this page; long answers are cut.\n\n${parts.join('\n')}`,
);

/** What the program answers in the folder, both streams as a terminal mixes them. */
function answer(line: string): string {
  const program = join(PROJECT, 'bin/positional-lake.mjs');
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}`, COLUMNS: '120' };
  const { stdout, status } = spawnSync('sh', ['-c', `'${program}' ${line} 2>&1`], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  const lines = stdout.replaceAll(`${folder}/`, '').trimEnd().split('\n');
  const cut =
    lines.length > MOST_LINES
      ? [...lines.slice(0, MOST_LINES), `… (${lines.length - MOST_LINES} lines more)`]
      : lines;
  return [...cut, ...(status === 0 ? [] : [`(exit code ${status})`])].join('\n');
}
