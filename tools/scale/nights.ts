import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { addDays } from '../../shared/keys/business-date.ts';
import { SPARK_JAR } from '../engines/engines.ts';
import { mavenFile } from '../engines/maven-file.ts';
import { pythonTool } from '../python/python-tool.ts';
import {
  AMOUNTS_A_FILE,
  FILES,
  FIRST_DAY,
  type NightCost,
  PRODUCTS,
  publishedNights,
  publishNights,
  TABLE,
} from './many-nights.ts';
import { type Planned, planInTrino, type Question } from './plan-in-trino.ts';

const run = promisify(execFile);

/** Of so many commits the median is shown. */
const LOOKED_AT = 15;

/**
 * Publishes years of nights, and prints what a commit takes as the history grows, then how many files other programs open for a question and how
 * long they plan it. With `--dir` the lake is kept there, and taken again the next time. Fails if a question opens other files than those that have what it asks for.
 */
async function nights(count: number, engines: string[], kept: string | undefined): Promise<number> {
  const dir = kept ? resolve(kept) : await mkdtemp(join(tmpdir(), 'positional-lake-nights-'));
  try {
    await mkdir(dir, { recursive: true });
    const recent: NightCost[] = [];
    let night = Math.max(1, await publishedNights(join(dir, 'lake')));
    for await (const cost of publishNights(dir, count)) {
      night++;
      recent.push(cost);
      if (recent.length > LOOKED_AT) recent.shift();
      if (night === LOOKED_AT + 1 || night === count || night % 250 === 0) console.log(lineOf(night, recent));
    }
    const table = join(dir, 'lake', 'processed', TABLE);
    const wrong: string[] = [];
    for (const engine of engines) wrong.push(...(await plan(engine, table, count, dir)));
    for (const problem of wrong) console.log(problem);
    return wrong.length > 0 ? 1 : 0;
  } finally {
    if (!kept) await rm(dir, { recursive: true, force: true });
  }
}

function lineOf(night: number, costs: NightCost[]): string {
  const median = (of: (cost: NightCost) => number) =>
    Math.round(costs.map(of).sort((a, b) => a - b)[costs.length >> 1]!).toLocaleString('en');
  const bytes = Object.entries(costs[0]!.bytes).map(([kind]) => {
    const written = median((cost) => cost.bytes[kind as keyof NightCost['bytes']]);
    return `${kind} ${written} bytes`;
  });
  return `after ${night} nights a commit takes ${median(({ ms }) => ms)} ms, and writes: ${bytes.join(', ')}`;
}

async function plan(engine: string, table: string, nights: number, dir: string): Promise<string[]> {
  const [year, month, day] = addDays(FIRST_DAY, nights >> 1).split('-');
  const ofDay = `year = '${year}' and month = '${month}' and day = '${day}'`;
  const [least, most] = [3 * AMOUNTS_A_FILE + 100, 3 * AMOUNTS_A_FILE + 200];
  const queries = [
    { name: 'one product of one day', filter: `${ofDay} and tipo_produto = 'CONTA'`, wanted: FILES },
    {
      name: 'a range of valor_contrato of one day',
      filter: `${ofDay} and valor_contrato >= ${least} and valor_contrato <= ${most}`,
      wanted: PRODUCTS.length,
    },
    { name: 'all days', filter: '', wanted: nights * FILES * PRODUCTS.length },
  ];
  const answers =
    engine === 'trino' ? await planInTrino(table, queries, dir) : await planInPython(engine, table, queries);
  if ('missing' in answers) {
    console.log(`${engine}: skipped: ${answers.missing}`);
    return [];
  }
  console.log(`${engine} plans`);
  console.table(answers);
  return queries.flatMap(({ name, wanted }) => {
    const files = answers.find((answer) => answer.name === name)?.files;
    return files === wanted ? [] : [`${engine}: ${name} opens ${files} files instead of ${wanted}`];
  });
}

async function planInPython(
  engine: string,
  table: string,
  questions: Question[],
): Promise<Planned[] | { missing: string }> {
  const tool = await pythonTool(engine === 'spark' ? 'spark' : 'iceberg');
  const jar = engine === 'spark' ? await mavenFile(SPARK_JAR) : { path: '' };
  if ('missing' in tool) return tool;
  if ('missing' in jar) return jar;
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ICEBERG_SPARK_JAR: jar.path };
  const script = join(import.meta.dirname, '../engines/plan_files.py');
  const { stdout } = await run(tool.python, [script, engine, table, JSON.stringify(questions)], { env });
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

const { values, positionals } = parseArgs({
  options: { nights: { type: 'string', default: '1300' }, dir: { type: 'string' } },
  allowPositionals: true,
});
process.exitCode = await nights(
  Number(values.nights),
  positionals.length > 0 ? positionals : ['pyiceberg', 'spark', 'trino'],
  values.dir,
);
