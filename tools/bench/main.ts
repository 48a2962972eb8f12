import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseByteSize } from '../../local/cli/byte-size.ts';
import { type BenchOptions, benchWorkload, OutputsDiffer, type WorkloadResult } from './bench-workload.ts';
import { ratiosOf } from './ratios.ts';
import { WORKLOADS } from './workloads.ts';

const HELP = `npm run bench -- [flags]    our kernel and conversion beside others, on the same file in one run

  --workload NAME…   ${WORKLOADS.map(({ name }) => name).join(', ')}; all without it
  --bytes SIZE       size of each workload's file, such as 500MB
  --rounds N         timed rounds, 3 without it; medians are shown
  --only TEXT…       contestants whose name contains it
  --dir DIR          where its files go and are removed from; the system's temporary folder without it
  --json             one object a workload

Contestants take turns. What each writes is compared before its time counts; where two differ, it ends with 1.`;

const { values } = parseArgs({
  options: {
    workload: { type: 'string', multiple: true },
    bytes: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', multiple: true },
    dir: { type: 'string', default: tmpdir() },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const unknown = values.workload?.find((name) => !WORKLOADS.some((workload) => workload.name === name));
if (unknown !== undefined) {
  console.error(`No workload '${unknown}': there are ${WORKLOADS.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
const options: BenchOptions = {
  bytes: values.bytes === undefined ? undefined : parseByteSize(values.bytes),
  rounds: Number(values.rounds),
  only: values.only,
  progress: (line) => process.stderr.isTTY && process.stderr.write(`\r\x1b[K${line}`),
};
const scratch = await mkdtemp(join(values.dir, 'bench-'));
try {
  for (const workload of WORKLOADS) {
    if (values.workload && !values.workload.includes(workload.name)) continue;
    const dir = join(scratch, workload.name);
    const result = await benchWorkload(workload, dir, options);
    await rm(dir, { recursive: true, force: true });
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    if (values.json) console.log(JSON.stringify({ ...result, ratios: ratiosOf(result) }));
    else print(result);
  }
} catch (error) {
  if (!(error instanceof OutputsDiffer)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = 1;
} finally {
  await rm(scratch, { recursive: true, force: true });
}

function print(result: WorkloadResult): void {
  console.log(`\n${result.title}: ${(result.inputBytes / 1e6).toFixed(0)} MB, ${result.records} records`);
  const line = (name: string, ...cells: string[]) =>
    console.log(`  ${name.padEnd(40)}${cells.map((cell) => cell.padStart(14)).join('')}`);
  line('', 'MB/s', 'records/s', 'MB written');
  for (const one of [...result.results, ...result.floors]) {
    const perSecond = (one.megabytesPerSecond / result.inputBytes) * 1e6 * result.records;
    const written = one.outputBytes === undefined ? '' : (one.outputBytes / 1e6).toFixed(1);
    line(one.name, one.megabytesPerSecond.toFixed(0), `${(perSecond / 1e6).toFixed(2)} M`, written);
  }
  for (const { name, value } of ratiosOf(result)) line(name, value.toFixed(2));
}
