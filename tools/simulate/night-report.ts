import { byteSizeText } from '../../terminal/byte-size.ts';
import { printTable } from '../../terminal/print-table.ts';
import type { Night } from './night.ts';
import type { NightResult } from './simulate-night.ts';

/** A night, what it came to, and what it costs. */
export interface SimulatedNight {
  night: Night;
  result: NightResult;
  costs: { service: string; usd: number }[];
  usd: number;
}

/** One line for each night. */
export function printSeries(nights: SimulatedNight[], region: string): void {
  show(
    `Nights in ${region}`,
    [
      'bytes',
      'files',
      'ranges',
      'seed',
      'to SQL',
      'US$',
      'lost',
      'transitions',
      'first limit that binds',
      'at',
    ],
    nights.map(({ night, result, usd }) => [
      byteSizeText(night.inputBytes),
      night.files,
      result.ranges,
      night.seed,
      toSql(result),
      dollars(usd),
      result.filesLost + result.filesNotStarted,
      result.stateTransitions,
      result.limits[0]?.name ?? 'none',
      result.limits[0] === undefined ? '' : secondsText(result.limits[0].firstAtSeconds),
    ]),
    [0, 8],
  );
}

/** Everything about one night. */
export function printNight({ night, result, costs, usd }: SimulatedNight, title: string): void {
  show(
    `A night of ${night.files} files, ${title}`,
    ['', 'figure'],
    [
      ['from the last byte to SQL', toSql(result)],
      ['US$ of the night', dollars(usd)],
      ['files loaded', result.filesLoaded],
      ['files lost: a person must redrive them', result.filesLost],
      ['files whose event became a dead letter', result.filesNotStarted],
      ['ranges', result.ranges],
      ['merged files', result.mergedFiles],
      ['parsers at once', result.parsersAtOnce],
      ['open map runs', result.openMapRuns],
      ['events of the longest history', result.historyEvents],
      ['state transitions', result.stateTransitions],
      ['EXPRESS children', result.expressRequests],
      ['S3 writes and copies', Math.round(result.s3Puts)],
      ['S3 reads', Math.round(result.s3Gets)],
      ...Object.entries(result.errors).map(([name, count]) => [`${name}, tried again or lost`, count]),
    ],
  );
  show(
    'Functions',
    ['function', 'from', 'until', 'calls', 'cold', 'throttled', 'failed', 'GB-seconds'],
    result.functions.map((one) => [
      one.name,
      secondsText(one.firstStartSeconds),
      secondsText(one.lastEndSeconds),
      ...[one.invocations, one.coldStarts, one.throttled, one.failed],
      Math.round((one.billedSeconds * one.memoryMb) / 1024),
    ]),
  );
  show(
    'Limits that bound, the first one first',
    ['limit', 'first at', 'waits', 'mean wait', 'turned away'],
    result.limits.map(({ name, firstAtSeconds, waits, waitedSeconds, refused }) => [
      ...[name, secondsText(firstAtSeconds), waits],
      waits === 0 ? '' : secondsText(waitedSeconds / waits),
      refused,
    ]),
  );
  show(
    'Costs',
    ['service', 'US$'],
    [...costs.map(({ service, usd: cost }) => [service, dollars(cost)]), ['total', dollars(usd)]],
  );
}

function toSql({ timeToSqlSeconds }: NightResult): string {
  return timeToSqlSeconds === null ? 'not published' : secondsText(timeToSqlSeconds);
}

function secondsText(seconds: number): string {
  return `${seconds.toFixed(seconds < 100 ? 1 : 0)} s`;
}

function dollars(amount: number): string {
  return amount.toFixed(amount < 10 ? 3 : 2);
}

function show(title: string, names: string[], rows: (string | number)[][], left: number[] = [0]): void {
  const columns = names.map((name, index) => ({ name, type: left.includes(index) ? 'VARCHAR' : 'BIGINT' }));
  console.log(`\n${title}\n`);
  console.log(printTable({ columns, rows }).join('\n'));
}
