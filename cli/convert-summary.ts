import type { FileSummary } from '../local/file-summary.ts';
import { nulledTexts } from '../shared/run/invalid-values.ts';
import { shortText } from '../shared/totals/record-counts.ts';
import { byteSizeText } from '../terminal/byte-size.ts';
import { counted } from '../terminal/counted.ts';
import { EXIT_FAILED, EXIT_LOADED, EXIT_REFUSED, exitCodeOf } from '../terminal/exit.ts';
import { say, warn } from '../terminal/print.ts';

/** The exit code of a file. */
export function codeOf({ status, errorName }: FileSummary): number {
  if (status === 'refused') return EXIT_REFUSED;
  // It was there when the command began: whatever step misses it first, it went away meanwhile.
  if (errorName === 'SourceNotFound') return EXIT_FAILED;
  return status === 'failed' ? exitCodeOf(errorName) : EXIT_LOADED;
}

/** Prints the outcome of a file. */
export function printSummary(summary: FileSummary, lakeDir: string, dryGeometry?: string): void {
  const { sourceKey, status, records, rows, rowGroups, seconds, inputBytes } = summary;
  if (status === 'refused' || status === 'failed') {
    const code = summary.refusalCode === undefined ? '' : ` (${summary.refusalCode})`;
    warn([{ style: 'bad', text: `${status}${code}` }, `: ${summary.reason}`]);
    for (const text of nulledTexts(summary.nulled, summary.nulledExamples)) warn(`  ${text}`);
    for (const warning of summary.warnings ?? []) warn(`  warning: ${warning}`);
    return;
  }
  // Below a megabyte the time is mostly that of starting the workers, and says nothing of speed.
  const speed = seconds > 0 && inputBytes >= 1e6 ? `, ${(inputBytes / 1e6 / seconds).toFixed(0)} MB/s` : '';
  const took = status === 'already-loaded' ? '' : ` in ${seconds.toFixed(1)} s${speed}`;
  say([
    { style: 'good', text: dryGeometry === undefined ? status : 'would be loaded' },
    `: ${sourceKey} (${byteSizeText(inputBytes)})${took}`,
  ]);
  say(
    `  ${counted(records.read, 'record')}: ${records.header} header, ${counted(records.detail, 'detail')}, ${records.trailer} trailer; ${counted(rows, 'row')}, ${records.rejected.toLocaleString('en')} rejected`,
  );
  if (records.short) say(`  ${shortText(records.short)}`);
  for (const text of nulledTexts(summary.nulled, summary.nulledExamples)) say(`  ${text}`);
  for (const total of summary.controlTotals) {
    const stated = total.pending ? 'its control file has not arrived' : `as stated (${total.expected})`;
    say(`  ${total.name}: ${total.actual}, ${stated}`);
  }
  const outputBytes = summary.outputs.reduce((sum, output) => sum + output.bytes, 0);
  say(
    `  ${counted(summary.outputs.length, 'Parquet file')}, ${byteSizeText(outputBytes)}; ${rowGroupsText(rowGroups)}`,
  );
  if (dryGeometry !== undefined) say(`  ${dryGeometry}`);
  else {
    const unseen = summary.hidden
      ? 'loaded, and not shown'
      : 'loaded, and waiting for the other files of its day';
    say(`  ${summary.published ? `published for ${summary.businessDate}` : unseen} in ${lakeDir}`);
  }
  for (const warning of summary.warnings ?? []) warn(`  warning: ${warning}`);
}

function rowGroupsText({ count, min, median, max }: FileSummary['rowGroups']): string {
  const groups = counted(count, 'row group');
  if (count <= 1) return `${groups} of ${counted(max, 'row')}`;
  return `${groups} of ${min.toLocaleString('en')} to ${counted(max, 'row')}, median ${median.toLocaleString('en')}`;
}
