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
 * `npm run cold-start`: what each bundle costs before its first event, in fresh processes, taking turns: loading its module, which makes
 * its handler, and the memory it then holds. Beside them a module that does nothing: what Node itself takes.
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
      environment: environmentOf(name as FunctionName),
    })),
  ];
  const starts = new Map<string, Start[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, file, environment } of contestants) starts.get(name)!.push(start(file, environment));
  }
  const columns = ['function', 'init ms', 'slowest', 'resident MB', 'code KiB', 'zip KiB'].map(
    (name, index) => ({
      name,
      type: index === 0 ? 'VARCHAR' : 'BIGINT',
    }),
  );
  const rows = contestants.map(({ name, codeBytes, zipBytes }) => {
    const all = starts.get(name)!;
    const ms = all.map((one) => one.ms).sort((a, b) => a - b);
    const resident = all.map((one) => one.residentMb).sort((a, b) => a - b);
    const middle = ms.length >> 1;
    const kibibytes = [codeBytes, zipBytes].map((bytes) => Math.round(bytes / 1024));
    return [
      name,
      Math.round(ms[middle]!),
      Math.round(ms.at(-1)!),
      Math.round(resident[middle]!),
      ...kibibytes,
    ];
  });
  console.log(printTable({ columns, rows }));
} finally {
  await rm(dir, { recursive: true, force: true });
}

/** What the template gives the function, with values that nobody calls. */
function environmentOf(name: FunctionName): Record<string, string> {
  const { required } = FUNCTION_ENVIRONMENT[name];
  return {
    ...Object.fromEntries(required.map((variable) => [variable, 'contracts'])),
    ...{ AWS_REGION: 'sa-east-1', AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' },
  };
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
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Start;
}
