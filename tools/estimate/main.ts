import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { UsageError } from '../../shared/errors.ts';
import { parseByteSize } from '../../terminal/byte-size.ts';
import { runCommand } from '../../terminal/exit.ts';
import { printTable } from '../../terminal/print-table.ts';
import { type CostLine, nightCosts, type Prices, standingCosts, total } from './costs.ts';
import {
  estimateNight,
  type NightEstimate,
  type NightShape,
  sparkNight,
  type Throughput,
} from './night-model.ts';
import THROUGHPUT from './throughput.json' with { type: 'json' };

const HELP = `Estimates the time and the cost of a night before anything is deployed; docs/cost.md says what is counted.

npm run -s estimate -- --bytes 100GB --files 10 --region sa-east-1

  --bytes B            all files of a night; default 100GB
  --files N            default 10
  --region R           sa-east-1 (default) or us-east-1
  --range-size S       default 128MiB
  --parser-memory MB   default 1769, one vCPU
  --concurrency N      parsers at once, over all files; default 800
  --partitions N       merged files per file; default 8
  --nights N           nights per month; default 22
  --json               print one object`;

const RANGE_SIZES = ['32MiB', '64MiB', '128MiB', '256MiB', '512MiB'];
const MEMORIES = [1024, 1769, 3008];
const SPARK_VCPUS = 64;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      bytes: { type: 'string', default: '100GB' },
      files: { type: 'string', default: '10' },
      region: { type: 'string', default: 'sa-east-1' },
      'range-size': { type: 'string', default: '128MiB' },
      'parser-memory': { type: 'string', default: '1769' },
      concurrency: { type: 'string', default: '800' },
      partitions: { type: 'string', default: '8' },
      nights: { type: 'string', default: '22' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const shape: NightShape = {
    inputBytes: parseByteSize(values.bytes),
    files: positive(values.files, '--files'),
    rangeSizeBytes: parseByteSize(values['range-size']),
    parserMemoryMb: positive(values['parser-memory'], '--parser-memory'),
    otherMemoryMb: 1024,
    maxConcurrency: 80,
    parserConcurrency: positive(values.concurrency, '--concurrency'),
    partitions: positive(values.partitions, '--partitions'),
    nightsPerMonth: positive(values.nights, '--nights'),
  };
  const estimate = estimateOf(shape, await priceTable(values.region), THROUGHPUT);
  if (values.json) {
    const { night, work, standing, spark, prices } = estimate;
    console.log(JSON.stringify({ shape, night, work, standing, spark, prices }));
  } else {
    printEstimate(`A night of ${values.bytes} in ${values.files} files, ${values.region}`, estimate);
  }
  return 0;
});

/** The time and money of a night, and what they were worked out from. */
interface Estimate {
  shape: NightShape;
  prices: PriceTable;
  rates: Throughput;
  night: NightEstimate;
  work: CostLine[];
  standing: CostLine[];
  spark: { seconds: number; vcpuHours: number; gbHours: number; usd: number };
}

function estimateOf(shape: NightShape, prices: PriceTable, rates: Throughput): Estimate {
  const night = estimateNight(shape, rates);
  const spark = sparkNight(shape, rates, SPARK_VCPUS);
  const { emrVcpuHour, emrGbHour } = prices.prices;
  return {
    ...{ shape, prices, rates, night },
    work: nightCosts(night, prices.prices, shape.nightsPerMonth),
    standing: standingCosts(shape, night, prices.prices),
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
    `The same night on EMR Serverless, ${SPARK_VCPUS} vCPUs, Spark with Cobrix (assumed rate: docs/cost.md)`,
    ['', 'to SQL', 'a night'],
    [
      ['positional-lake', `${night.seconds.toFixed(0)} s`, usd(total(work).perNight)],
      ['EMR Serverless', `${spark.seconds.toFixed(0)} s`, usd(spark.usd)],
    ],
  );
  console.log(`\nPrices of ${prices.date}, list, without free tiers and taxes. ${prices.note}`);
}

function printStages(title: string, night: NightEstimate): void {
  show(
    title,
    ['stage', 'seconds', 'invocations', 'GB-seconds'],
    [
      ...night.stages.map(({ name, seconds, invocations, billedSeconds, memoryMb }) => [
        name,
        seconds.toFixed(1),
        invocations,
        Math.round((billedSeconds * memoryMb) / 1024),
      ]),
      ['from the last byte to SQL', night.seconds.toFixed(0), night.parsersAtOnce, ''],
    ],
  );
  console.log(
    `  (${night.parsersAtOnce} parsers at once at the most; ${night.stateTransitions} state transitions, ${night.s3Puts} S3 writes and copies, ${night.s3Gets} reads)`,
  );
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
function changed({ shape, rates, prices }: Estimate, changes: Partial<NightShape>): string[] {
  const night = estimateNight({ ...shape, ...changes }, rates);
  const { perNight } = total(nightCosts(night, prices.prices, 1));
  return [`${night.seconds.toFixed(0)} s`, usd(perNight), String(night.ranges)];
}

function show(title: string, names: string[], rows: (string | number)[][]): void {
  const columns = names.map((name, index) => ({ name, type: index === 0 ? 'VARCHAR' : 'BIGINT' }));
  console.log(`\n${title}\n`);
  console.log(printTable({ columns, rows }).join('\n'));
}

function usd(amount: number): string {
  return `$${amount.toFixed(amount < 10 ? 3 : 2)}`;
}

function positive(text: string, flag: string): number {
  const number = Number(text);
  if (number > 0 && Number.isInteger(number)) return number;
  throw new UsageError({ what: `${flag} is '${text}'`, next: 'Give a whole number above 0.' });
}

interface PriceTable {
  date: string;
  note: string;
  prices: Prices;
}

async function priceTable(region: string): Promise<PriceTable> {
  try {
    return JSON.parse(await readFile(new URL(`./prices/${region}.json`, import.meta.url), 'utf8'));
  } catch (cause) {
    throw new UsageError({
      what: `there is no price table of region '${region}'`,
      next: 'Use sa-east-1 or us-east-1, or add tools/estimate/prices/<region>.json.',
      cause,
    });
  }
}
