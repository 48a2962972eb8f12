import type { WorkloadResult } from './bench-workload.ts';
import { ratiosOf } from './ratios.ts';

/** The table for people: contestants, floors, then ratios. */
export function reportText(result: WorkloadResult): string {
  const line = (name: string, ...cells: string[]) =>
    `  ${name.padEnd(44)}${cells.map((cell) => cell.padStart(14)).join('')}`;
  const lines = [
    `${result.title}: ${(result.inputBytes / 1e6).toFixed(0)} MB, ${result.records} records`,
    line('', 'MB/s', 'records/s', 'with start', 'MB written'),
  ];
  for (const { name, megabytesPerSecond, recordsPerSecond, wholeRecordsPerSecond, outputBytes } of [
    ...result.results,
    ...result.floors,
  ]) {
    const written = outputBytes === undefined ? '' : (outputBytes / 1e6).toFixed(1);
    const [records, whole] = [recordsPerSecond, wholeRecordsPerSecond].map(
      (speed) => `${(speed / 1e6).toFixed(2)} M`,
    );
    lines.push(line(name, megabytesPerSecond.toFixed(0), records!, whole!, written));
  }
  for (const { name, value } of ratiosOf(result)) lines.push(line(name, value.toFixed(2)));
  for (const { name, why } of result.skipped) lines.push(`  ${name}: skipped. ${why}`);
  return lines.join('\n');
}
