import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { FUNCTION_ENVIRONMENT } from '../../shared/operations/function-environment.ts';
import type { FunctionName } from '../../shared/operations/metrics-table.ts';
import { printTable } from '../../terminal/print-table.ts';
import { bundleFunctions } from '../bundle/bundle-functions.ts';

/**
 * `npm run cold-start`: how long each bundle takes to load in a fresh process, before its first event, and how much memory it then
 * holds. The bundles take turns. A module that does nothing shows what Node itself needs.
 */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } });
const rounds = Number(values.rounds);
const dir = await mkdtemp(join(tmpdir(), 'positional-lake-cold-start-'));

interface Start {
  ms: number;
  residentMb: number;
}

try {
  const bundles = await bundleFunctions(dir);
  const nothing = join(dir, 'nothing.mjs');
  await writeFile(nothing, 'export const handler = () => undefined;\n');
  const contestants = [
    { name: 'nothing', file: nothing, codeBytes: 0, zipBytes: 0, environment: {} },
    ...bundles.map(({ name, folder, codeBytes, zipBytes }) => ({
      ...{ name, codeBytes, zipBytes },
      file: join(folder, 'index.mjs'),
      environment: environmentOf(name),
    })),
  ];
  const measured = contestants.map((contestant): typeof contestant & { starts: Start[] } => ({
    ...contestant,
    starts: [],
  }));
  for (let round = 0; round < rounds; round++) {
    for (const { file, environment, starts } of measured) starts.push(start(file, environment));
  }
  const columns = ['function', 'init ms', 'slowest', 'resident MB', 'code KiB', 'zip KiB'].map(
    (name, index) => ({
      name,
      type: index === 0 ? 'VARCHAR' : 'BIGINT',
    }),
  );
  const rows = measured.map(({ name, starts, codeBytes, zipBytes }) => {
    const ms = starts.map((one) => one.ms);
    const resident = starts.map((one) => one.residentMb);
    const kibibytes = [codeBytes, zipBytes].map((bytes) => bytes / 1024);
    return [name, ...[median(ms), Math.max(...ms), median(resident), ...kibibytes].map(Math.round)];
  });
  console.log(printTable({ columns, rows }).join('\n'));
} finally {
  await rm(dir, { recursive: true, force: true });
}

/** The variables that the template gives the function, with values that are never used. */
function environmentOf(name: FunctionName): Record<string, string> {
  const { required } = FUNCTION_ENVIRONMENT[name];
  return {
    ...Object.fromEntries(required.map((variable) => [variable, 'contracts'])),
    ...{ AWS_REGION: 'sa-east-1', AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' },
  };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function start(file: string, environment: Record<string, string>): Start {
  const script = `
    const before = performance.now();
    await import(${JSON.stringify(pathToFileURL(file).href)});
    console.log(JSON.stringify({ ms: performance.now() - before, residentMb: process.memoryUsage.rss() / 1048576 }));`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    env: environment,
  });
  if (status !== 0) throw new Error(`${file} does not start: ${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}
