import { type CostLine, nightCosts, total } from '../../shared/cost/night-costs.ts';
import { type PriceTable, priceTable } from '../../shared/cost/price-table.ts';
import THROUGHPUT from '../../shared/cost/throughput.json' with { type: 'json' };
import { parseByteSize } from '../../terminal/byte-size.ts';
import { defineCommand, isSet, text, textOr } from '../../terminal/command-line.ts';
import { printTable } from '../../terminal/print-table.ts';
import type { Machine } from '../simulate/machine-definition.ts';
import type { Night } from '../simulate/night.ts';
import { count, flaggedMachine, flaggedNight, NIGHT_FLAGS } from '../simulate/night-flags.ts';
import { type NightResult, simulateNight } from '../simulate/simulate-night.ts';
import { sparkNight } from './spark-night.ts';
import { standingCosts } from './standing-costs.ts';

const COMMAND = {
  does: 'Estimates the time and the cost of a night before anything is deployed; docs/cost.md says what is counted.',
  usage: 'positional-lake estimate --bytes 100GB --files 10 --region sa-east-1 [flags]',
  flags: {
    bytes: textOr('100GB', 'B', 'all files of a night'),
    files: textOr('10', 'N', 'files of a night'),
    ...NIGHT_FLAGS,
    'parser-memory': text('MB', 'default 1769, one vCPU'),
    concurrency: text('N', 'parsers at once, over all files; default 800'),
    // Without bad luck, so that two nights of this table differ by what was changed.
    stragglers: { type: 'string', default: '0' },
    faults: { type: 'string', default: '0' },
    nights: textOr('22', 'N', 'nights per month'),
    json: isSet('print one object'),
  },
  notes: `Times are those of npx positional-lake simulate, whose flags for stage, quotas, definition and code it takes too.
Exit codes: 0 estimated, 1 failed, 2 usage.`,
} as const;

const RANGE_SIZES = ['32MiB', '64MiB', '128MiB', '192MiB', '256MiB', '512MiB'];
const MEMORIES = [1024, 1769, 3008];
const SPARK_VCPUS = 64;
/** Names of stages by function. */
const STAGES: Record<string, string> = {
  ...{ splitter: 'split', parser: 'parse', reconciler: 'reconcile', merger: 'merge', finalizer: 'finalize' },
};

export const command = defineCommand(COMMAND, async (values) => {
  const files = count(values, 'files') ?? 1;
  const estimate = estimateOf({
    shape: await flaggedNight(values, parseByteSize(values.bytes), files),
    machine: await flaggedMachine(values),
    prices: priceTable(values.region),
    nightsPerMonth: count(values, 'nights') ?? 1,
  });
  if (values.json) {
    const { shape, night, work, standing, spark, prices } = estimate;
    console.log(JSON.stringify({ shape, night, work, standing, spark, prices }));
  } else {
    printEstimate(`A night of ${values.bytes} in ${values.files} files, ${values.region}`, estimate);
  }
  return 0;
});

/** What a night is worked out from. */
interface Question {
  shape: Night;
  machine: Machine;
  prices: PriceTable;
  nightsPerMonth: number;
}

/** The time and money of a night. */
interface Estimate extends Question {
  night: EstimatedNight;
  work: CostLine[];
  standing: CostLine[];
  spark: { seconds: number; vcpuHours: number; gbHours: number; usd: number };
}

/** The simulated night, and its stages under the names that programs know. */
interface EstimatedNight extends NightResult {
  seconds: number | null;
  stages: {
    name: string;
    seconds: number;
    invocations: number;
    billedSeconds: number;
    memoryMb: number;
  }[];
}

function estimateOf(question: Question): Estimate {
  const { shape, machine, prices, nightsPerMonth } = question;
  const result = simulateNight(machine, shape, THROUGHPUT);
  const spark = sparkNight(shape.inputBytes, THROUGHPUT, SPARK_VCPUS);
  const { emrVcpuHour, emrGbHour } = prices.prices;
  const stages = result.functions
    .filter(({ name }) => STAGES[name] !== undefined)
    .map(({ name, firstStartSeconds, lastEndSeconds, invocations, billedSeconds, memoryMb }) => ({
      ...{ name: STAGES[name]!, seconds: lastEndSeconds - firstStartSeconds },
      ...{ invocations, billedSeconds, memoryMb },
    }));
  const bytes = { inputBytes: shape.inputBytes, outputBytes: result.outputBytes };
  return {
    ...question,
    night: { ...result, seconds: result.timeToSqlSeconds, stages },
    work: nightCosts(result, prices.prices, nightsPerMonth),
    standing: standingCosts(bytes, nightsPerMonth, prices.prices),
    spark: { ...spark, usd: spark.vcpuHours * emrVcpuHour + spark.gbHours * emrGbHour },
  };
}

function printEstimate(title: string, estimate: Estimate): void {
  const { prices, night, work, standing, spark } = estimate;
  printStages(title, night);
  printCosts('The work of a night', work);
  printCosts('What is kept, watched and asked', standing);
  show(
    'With other ranges',
    ['range size', 'to SQL', 'a night', 'ranges'],
    RANGE_SIZES.map((size) => [size, ...changed(estimate, { rangeSizeBytes: parseByteSize(size) })]),
  );
  show(
    'With other memory',
    ['parser memory', 'to SQL', 'a night', 'ranges'],
    MEMORIES.map((memory) => [`${memory} MB`, ...changed(estimate, { parserMemoryMb: memory })]),
  );
  show(
    `The same night on EMR Serverless, ${SPARK_VCPUS} vCPUs, Spark (rate measured here, start assumed: docs/cost.md)`,
    ['', 'to SQL', 'a night'],
    [
      ['positional-lake', toSql(night), usd(total(work).perNight)],
      ['EMR Serverless', `${spark.seconds.toFixed(0)} s`, usd(spark.usd)],
    ],
  );
  console.log(`\nPrices of ${prices.date}, list, without free tiers and taxes. ${prices.note}`);
}

function printStages(title: string, night: EstimatedNight): void {
  show(
    `${title}; stages of different files overlap`,
    ['stage', 'seconds', 'invocations', 'GB-seconds'],
    [
      ...night.stages.map(({ name, seconds, invocations, billedSeconds, memoryMb }) => [
        name,
        seconds.toFixed(1),
        invocations,
        Math.round((billedSeconds * memoryMb) / 1024),
      ]),
      ['from the last byte to SQL', toSql(night), night.parsersAtOnce, ''],
    ],
  );
  console.log(
    `  (${night.parsersAtOnce} parsers at once at the most; ${night.stateTransitions} state transitions, ${Math.round(night.s3Puts)} S3 writes and copies, ${Math.round(night.s3Gets)} reads)`,
  );
  const [first] = night.limits;
  if (first)
    console.log(`  (first limit that binds: ${first.name}; npx positional-lake simulate shows them all)`);
}

function printCosts(title: string, lines: CostLine[]): void {
  const rows = [...lines, { service: 'total', ...total(lines) }].map(({ service, perNight, perMonth }) => [
    service,
    usd(perNight),
    usd(perMonth),
  ]);
  show(title, ['service', 'a night', 'a month'], rows);
}

/** Time, money and ranges of the same night with something changed. */
function changed({ shape, machine, prices }: Question, changes: Partial<Night>): string[] {
  const night = simulateNight(machine, { ...shape, ...changes }, THROUGHPUT);
  const { perNight } = total(nightCosts(night, prices.prices, 1));
  return [toSql(night), usd(perNight), String(night.ranges)];
}

function toSql({ timeToSqlSeconds }: NightResult): string {
  return timeToSqlSeconds === null ? 'files lost' : `${timeToSqlSeconds.toFixed(0)} s`;
}

function show(title: string, names: string[], rows: (string | number)[][]): void {
  const columns = names.map((name, index) => ({ name, type: index === 0 ? 'VARCHAR' : 'BIGINT' }));
  console.log(`\n${title}\n`);
  console.log(printTable({ columns, rows }).join('\n'));
}

function usd(amount: number): string {
  return `$${amount.toFixed(amount < 10 ? 3 : 2)}`;
}
