import type { WorkloadResult } from './bench-workload.ts';
import { POLARS, SPARK } from './python-contestants.ts';
import { SMALL_FILES } from './small-files.ts';

/** One figure of the report: two contestants of the same run compared. */
interface Ratio {
  name: string;
  value: number;
}

/** Both without their starts. */
const SPEEDS: [string, string][] = [
  ['kernel', 'DuckDB, 1 thread'],
  ['kernel, snappy', 'DuckDB, 1 thread'],
  ['kernel, no compression', 'DuckDB, 1 thread'],
  ['kernel', 'hyparquet-writer'],
  ['convert, 1 worker', 'DuckDB, 1 thread'],
  ['convert, 2 workers', 'DuckDB, 2 threads'],
  ['convert, 2 workers', SPARK.name],
  ['convert, 2 workers', POLARS.name],
];
/** Both with their starts. */
const WHOLE_SPEEDS: [string, string][] = [
  [SMALL_FILES, 'convert, 2 workers'],
  ['convert, 2 workers', 'convert, 1 worker'],
  ['convert, 2 workers', 'convert, 2 workers, --no-sync'],
  ['convert, 1 worker', 'DuckDB, 1 thread'],
  ['convert, 2 workers', 'DuckDB, 2 threads'],
  ['convert, 2 workers', SPARK.name],
  ['convert, 2 workers', POLARS.name],
];
/** Records for each second of processors, both with their starts: what other work on the machine changes least. */
const FRUGALITY: [string, string][] = [
  ['convert, 1 worker', 'convert, 2 workers'],
  ['convert, 1 worker', 'DuckDB, 1 thread'],
  ['convert, 2 workers', 'DuckDB, 2 threads'],
  ['convert, 2 workers', SPARK.name],
  ['convert, 2 workers', POLARS.name],
  [SMALL_FILES, 'convert, 2 workers'],
];
const OUTPUTS = ['DuckDB, 1 thread', SPARK.name, POLARS.name];

export function ratiosOf({ results }: WorkloadResult): Ratio[] {
  const find = (name: string) => results.find((result) => result.name === name);
  type Speed = 'recordsPerSecond' | 'wholeRecordsPerSecond';
  const compare = (pairs: [string, string][], more: string, of: Speed): Ratio[] =>
    pairs.flatMap(([ours, theirs]) => {
      const [a, b] = [find(ours), find(theirs)];
      return a && b ? [{ name: `${ours} ÷ ${theirs}${more}`, value: a[of] / b[of] }] : [];
    });
  const ratios = [
    ...compare(SPEEDS, '', 'recordsPerSecond'),
    ...compare(WHOLE_SPEEDS, ', with start', 'wholeRecordsPerSecond'),
  ];
  for (const [ours, theirs] of FRUGALITY) {
    const [a, b] = [find(ours), find(theirs)];
    if (!a?.cpuSeconds || !b?.cpuSeconds) continue;
    const perSecond = ({ wholeRecordsPerSecond, wholeMs, cpuSeconds = 0 }: typeof a) =>
      (wholeRecordsPerSecond * wholeMs) / cpuSeconds;
    ratios.push({ name: `${ours} ÷ ${theirs}, by CPU seconds`, value: perSecond(a) / perSecond(b) });
  }
  const [kernel, plain] = [find('kernel'), find('kernel, no compression')];
  if (kernel && plain) {
    ratios.push({ name: 'share of compression in the kernel', value: 1 - plain.workMs / kernel.workMs });
  }
  const { outputBytes: converted, diskBytes } = find('convert, 2 workers') ?? {};
  if (converted && diskBytes) {
    ratios.push({ name: 'bytes given to the disk ÷ bytes of the lake', value: diskBytes / converted });
  }
  for (const other of OUTPUTS) {
    const bytes = find(other)?.outputBytes;
    if (converted && bytes)
      ratios.push({ name: `bytes written ÷ those of ${other}`, value: converted / bytes });
  }
  return ratios;
}
