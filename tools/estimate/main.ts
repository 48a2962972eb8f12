import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { UsageError } from '../../shared/errors.ts';
import { parseByteSize } from '../../terminal/byte-size.ts';
import { runCommand } from '../../terminal/exit.ts';
import { printTable } from '../../terminal/print-table.ts';
import { nightCosts, type Prices, standingCosts, total } from './costs.ts';
import { estimateNight, type NightShape, sparkNight, type Throughput } from './night-model.ts';

const HELP = `Time and money of a night before it is deployed; docs/cost.md says what is counted.

npm run -s estimate -- --bytes 100GB --files 10 --region sa-east-1

  --bytes B            of a night; default 100GB
  --files N            default 10
  --region R           sa-east-1 (default) or us-east-1
  --range-size S       default 128MiB
  --parser-memory MB   default 1769, one vCPU
  --concurrency N      parsers at once, over all files; default 800
  --partitions N       merged files of a file; default 8
  --nights N           a month; default 22
  --json               one object`;

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
  const table = await priceTable(values.region);
  const rates = JSON.parse(
    await readFile(new URL('./throughput.json', import.meta.url), 'utf8'),
  ) as Throughput;
  const night = estimateNight(shape, rates);
  const work = nightCosts(night, table.prices, shape.nightsPerMonth);
  const standing = standingCosts(shape, night, table.prices);
  const spark = sparkNight(shape, rates, SPARK_VCPUS);
  const sparkUsd = spark.vcpuHours * table.prices.emrVcpuHour + spark.gbHours * table.prices.emrGbHour;
  if (values.json) {
    console.log(
      JSON.stringify({ shape, night, work, standing, spark: { ...spark, usd: sparkUsd }, prices: table }),
    );
    return 0;
  }
  const of = (changes: Partial<NightShape>) => {
    const other = estimateNight({ ...shape, ...changes }, rates);
    return [
      `${other.seconds.toFixed(0)} s`,
      usd(total(nightCosts(other, table.prices, 1)).perNight),
      String(other.ranges),
    ];
  };
  show(
    `A night of ${values.bytes} in ${values.files} files, ${values.region}`,
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
  const money = (lines: typeof work) =>
    lines.map(({ service, perNight, perMonth }) => [service, usd(perNight), usd(perMonth)]);
  const [workTotal, standingTotal] = [total(work), total(standing)];
  show(
    'The work of a night',
    ['service', 'a night', 'a month'],
    [...money(work), ['total', usd(workTotal.perNight), usd(workTotal.perMonth)]],
  );
  show(
    'What is kept, watched and asked',
    ['service', 'a night', 'a month'],
    [...money(standing), ['total', usd(standingTotal.perNight), usd(standingTotal.perMonth)]],
  );
  show(
    'With other ranges',
    ['range size', 'to SQL', 'a night', 'ranges'],
    RANGE_SIZES.map((size) => [size, ...of({ rangeSizeBytes: parseByteSize(size) })]),
  );
  show(
    'With other memory',
    ['parser memory', 'to SQL', 'a night', 'ranges'],
    MEMORIES.map((memory) => [`${memory} MB`, ...of({ parserMemoryMb: memory })]),
  );
  show(
    `The same night on EMR Serverless, ${SPARK_VCPUS} vCPUs, Spark with Cobrix (assumed rate: docs/cost.md)`,
    ['', 'to SQL', 'a night'],
    [
      ['positional-lake', `${night.seconds.toFixed(0)} s`, usd(workTotal.perNight)],
      ['EMR Serverless', `${spark.seconds.toFixed(0)} s`, usd(sparkUsd)],
    ],
  );
  console.log(`\nPrices of ${table.date}, list, without free tiers and taxes. ${table.note}`);
  return 0;
});

function show(title: string, names: string[], rows: (string | number)[][]): void {
  const columns = names.map((name, index) => ({ name, type: index === 0 ? 'VARCHAR' : 'BIGINT' }));
  console.log(`\n${title}\n`);
  console.log(printTable({ columns, rows }));
}

function usd(amount: number): string {
  return `$${amount.toFixed(amount < 10 ? 3 : 2)}`;
}

function positive(text: string, flag: string): number {
  const number = Number(text);
  if (number > 0 && Number.isInteger(number)) return number;
  throw new UsageError({ what: `${flag} is '${text}'`, next: 'Give a whole number above 0.' });
}

async function priceTable(region: string): Promise<{ date: string; note: string; prices: Prices }> {
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
