import type { WorkloadResult } from './bench-workload.ts';

/** One figure of the report: two contestants of the same run compared. */
interface Ratio {
  name: string;
  value: number;
}

const SPEEDS: [string, string][] = [
  ['kernel', 'DuckDB, 1 thread'],
  ['kernel, no compression', 'DuckDB, 1 thread'],
  ['convert, 1 worker', 'DuckDB, 1 thread'],
  ['convert, 2 workers', 'DuckDB, 2 threads'],
  ['kernel', 'hyparquet-writer'],
  ['convert, 2 workers', 'convert, 2 workers, --no-sync'],
];

export function ratiosOf({ results }: WorkloadResult): Ratio[] {
  const find = (name: string) => results.find((result) => result.name === name);
  const ratios = SPEEDS.flatMap(([ours, theirs]) => {
    const [a, b] = [find(ours), find(theirs)];
    return a && b ? [{ name: `${ours} ÷ ${theirs}`, value: a.recordsPerSecond / b.recordsPerSecond }] : [];
  });
  const [kernel, plain] = [find('kernel'), find('kernel, no compression')];
  if (kernel && plain) {
    ratios.push({ name: 'share of compression in the kernel', value: 1 - plain.medianMs / kernel.medianMs });
  }
  const [converted, duckdb] = [find('convert, 1 worker')?.outputBytes, find('DuckDB, 1 thread')?.outputBytes];
  if (converted && duckdb) ratios.push({ name: 'bytes written ÷ DuckDB’s', value: converted / duckdb });
  return ratios;
}
