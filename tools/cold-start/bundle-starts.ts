import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SqlResult } from '../../local/lake/sql-statements.ts';
import { FUNCTION_ENVIRONMENT } from '../../shared/operations/function-environment.ts';
import type { FunctionName } from '../../shared/operations/metrics-table.ts';
import type { bundleFunctions } from '../bundle/bundle-functions.ts';
import { median } from '../median.ts';

type Bundles = Awaited<ReturnType<typeof bundleFunctions>>;

interface Start {
  ms: number;
  residentMb: number;
}

/**
 * How long each bundle takes to load in a fresh process, before its first event, and how much memory it then holds. The bundles take turns.
 * A module that does nothing shows what Node itself needs.
 */
export async function bundleStarts(bundles: Bundles, dir: string, rounds: number): Promise<SqlResult> {
  const nothing = join(dir, 'nothing.mjs');
  await writeFile(nothing, 'export const handler = () => undefined;\n');
  const measured = [
    { name: 'nothing', file: nothing, codeBytes: 0, zipBytes: 0, environment: {} },
    ...bundles.map(({ name, folder, codeBytes, zipBytes }) => ({
      ...{ name, codeBytes, zipBytes },
      file: join(folder, 'index.mjs'),
      environment: functionEnvironment(name),
    })),
  ].map((contestant) => ({ ...contestant, starts: [] as Start[] }));
  for (let round = 0; round < rounds; round++) {
    for (const { name, file, environment, starts } of measured) starts.push(start(name, file, environment));
  }
  const names = ['function', 'init ms', 'slowest', 'resident MB', 'code KiB', 'zip KiB'];
  return {
    columns: names.map((name, index) => ({ name, type: index === 0 ? 'VARCHAR' : 'BIGINT' })),
    rows: measured.map(({ name, starts, codeBytes, zipBytes }) => {
      const ms = starts.map((one) => one.ms);
      const resident = median(starts.map((one) => one.residentMb));
      const figures = [median(ms), Math.max(...ms), resident, codeBytes / 1024, zipBytes / 1024];
      return [name, ...figures.map(Math.round)];
    }),
  };
}

/** The variables that the template gives the function, with values of the same form that mean nothing. */
export function functionEnvironment(name: FunctionName): Record<string, string> {
  const { required } = FUNCTION_ENVIRONMENT[name];
  const given = required.map((variable) => [variable, variable === 'QUERY_ROLES' ? ROLES : 'contracts']);
  return {
    ...Object.fromEntries(given),
    ...{ AWS_REGION: 'sa-east-1', AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' },
  };
}

const ROLES = '{}';

function start(name: string, file: string, environment: Record<string, string>): Start {
  const script = `
    const before = performance.now();
    await import(${JSON.stringify(pathToFileURL(file).href)});
    console.log(JSON.stringify({ ms: performance.now() - before, residentMb: process.memoryUsage.rss() / 1048576 }));`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    env: environment,
  });
  // What fails is at the end; before it stands the line of the bundle, which is the whole of it.
  if (status !== 0) throw new Error(`the bundle of ${name} does not start: ${stderr.slice(-2000)}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}
