import { type DayStatus, dayStatus, type FileStatusLine } from '../shared/pipeline/operate/day-status.ts';
import type { PipelinePorts } from '../shared/ports/pipeline-ports.ts';
import { nulledTexts } from '../shared/run/invalid-values.ts';
import { LAKE_WORD } from '../shared/run/rejects-refusal.ts';
import { shellWord } from '../shared/shown-text.ts';
import { shortText } from '../shared/totals/record-counts.ts';
import { byteSizeText } from '../terminal/byte-size.ts';
import { defineCommand, isSet, usageError } from '../terminal/command-line.ts';
import { counted } from '../terminal/counted.ts';
import type { FlagValues } from '../terminal/parse-flags.ts';
import { outputColumns, say, sayJson, warn } from '../terminal/print.ts';
import { tableLines } from '../terminal/print-table.ts';
import { chosenDay, DAY_FLAGS, lakePorts } from './lake-arguments.ts';
import {
  type DaysOfDataset,
  daysShown,
  MOST_DAYS,
  printOverview,
  readableStatus,
  stateStyle,
} from './status-overview.ts';

const COMMAND = {
  does: 'Shows the state of a day: files expected, loaded, refused, running, missing; records and totals; published, or why not.',
  usage: 'positional-lake status --lake DIR [flags]',
  flags: {
    ...DAY_FLAGS,
    all: isSet('every day of every dataset, or of one: at a glance, or with --json one object for each'),
    versions: isSet('every version of every ledger entry, for an audit'),
    json: isSet('one object with everything that is known'),
  },
  notes:
    'Without --business-date: the last days at a glance, and the latest one if the lake has one dataset.\nExit codes: 0 shown, 1 something of the day cannot be read (the rest is shown), 2 usage.',
};

export const command = defineCommand(COMMAND, async (values) => {
  if (values.all && values['business-date'] !== undefined)
    throw usageError('--all shows every day, and --business-date one', 'Give one of the two');
  const ports = await lakePorts(values.lake);
  const days = await daysShown(ports, values.dataset);
  if (values.all) return (await showAll(ports, days, values)) ? 0 : 1;
  let overviewIsWhole = true;
  if (!values.json && values['business-date'] === undefined) {
    const isOneDay = days.length === 1 && days[0]?.[1].length === 1;
    if (days.length > 0 && !isOneDay) {
      overviewIsWhole = await printOverview(ports, days, MOST_DAYS);
      if (days.length > 1) {
        say('', '--dataset and --business-date show one day of them.');
        return overviewIsWhole ? 0 : 1;
      }
      say('');
    }
  }
  const { dataset, businessDate } = await chosenDay(ports, values.dataset, values['business-date']);
  const status = await dayStatus(ports, dataset, businessDate, { versions: values.versions });
  if (values.json) sayJson(statusJson(status));
  else printStatus(status, values.lake ?? 'LAKE');
  for (const { why } of status.damaged ?? []) warn(`cannot be read: ${why}`);
  return status.damaged || !overviewIsWhole ? 1 : 0;
});

/** All days of all datasets; false if one cannot be read. A day of which nothing can be read has only its names and `damaged`. */
async function showAll(
  ports: PipelinePorts,
  days: DaysOfDataset[],
  { json, versions, dataset }: Pick<FlagValues<typeof COMMAND.flags>, 'json' | 'versions' | 'dataset'>,
): Promise<boolean> {
  if (days.length === 0) await chosenDay(ports, dataset, undefined);
  if (!json) return printOverview(ports, days, Number.POSITIVE_INFINITY);
  let isWhole = true;
  for (const [name, dates] of days) {
    for (const businessDate of dates) {
      const status = await readableStatus(ports, name, businessDate, versions);
      sayJson('why' in status ? { dataset: name, businessDate, damaged: [status] } : statusJson(status));
      isWhole &&= !('why' in status) && status.damaged === undefined;
    }
  }
  return isWhole;
}

function statusJson({ expectation, ...status }: DayStatus) {
  // The old name of `awaitedManifest`.
  return { ...status, expectation: { ...expectation, awaitedControlFile: expectation.awaitedManifest } };
}

function printStatus(status: DayStatus, lake: string): void {
  const { counts, totals, published, pending } = status;
  say(`${status.dataset} of ${status.businessDate}`);
  say(
    `  expected: ${expectedText(status)}; loaded ${counts.loaded}, running ${counts.running}, refused ${counts.refused}, failed ${counts.failed}, missing ${counts.missing}`,
  );
  const corrected = totals.corrected > 0 ? `, ${count(totals.corrected)} of them corrected` : '';
  say(
    `  ${counted(totals.records, 'record')}, ${counted(totals.rows, 'row')}, ${count(totals.rejected)} rejected${corrected}`,
  );
  for (const [figure, total] of Object.entries(totals.sums)) say(`  ${figure}: ${total}`);
  const unpublished = status.damaged ? 'what is published is not known' : 'not published';
  say(`  ${published ? publishedText(published) : unpublished}`);
  const [snapshot, ...earlier] = status.snapshots
    .filter(({ table }) => table === status.dataset)
    .toReversed();
  if (snapshot) {
    const rest = earlier.length > 0 ? `; ${counted(earlier.length, 'earlier one')} of the day: history` : '';
    say(`  other programs read ${snapshot.table} by snapshot ${snapshot.id}${rest}`);
  }
  if (pending) {
    say(
      `  commit ${pending.commit} of ${pending.committedAt} is written, and readers do not see it; this shows it to them, or says why it cannot:`,
      `    npx positional-lake publish --lake ${shellWord(lake)} --dataset ${status.dataset} --business-date ${status.businessDate}`,
    );
  }
  if (status.waitingFor !== undefined) say(`  waiting for ${status.waitingFor}`);
  for (const warning of published?.warnings ?? []) say(`  warning: ${warning}`);
  say('');
  const columns = [
    ...['file', 'status'].map((name) => ({ name, type: 'VARCHAR' })),
    ...['records', 'rows', 'rejected'].map((name) => ({ name, type: 'BIGINT' })),
    ...['input', 'run', 'updated'].map((name) => ({ name, type: 'VARCHAR' })),
  ];
  const style = (text: string, column: string) => (column === 'status' ? stateStyle(text) : undefined);
  const rows = status.files.map(fileRow);
  say(
    ...tableLines(
      { columns, rows },
      { width: outputColumns(), leaveOut: 'last', keepEnds: ['file'], style, allColumns: '--json has them' },
    ),
  );
  for (const file of status.files) printNotes(file, lake);
}

function fileRow(file: FileStatusLine) {
  return [
    file.name,
    file.status +
      (file.supplementOf ? ` (supplement${file.hidden ? ', not shown' : ''})` : '') +
      (file.unexpected ? ' (unexpected)' : ''),
    file.records === undefined ? null : BigInt(file.records.read),
    file.rows === undefined ? null : BigInt(file.rows),
    file.records === undefined ? null : BigInt(file.records.rejected),
    file.inputBytes === undefined ? null : byteSizeText(file.inputBytes),
    file.runId ?? null,
    file.updatedAt ?? null,
  ];
}

function printNotes(file: FileStatusLine, lake: string): void {
  const {
    name,
    status,
    reason,
    refusalCode,
    records,
    nulled,
    nulledExamples,
    warnings = [],
    versions,
  } = file;
  if (reason !== undefined)
    say([
      { style: 'bad', text: `${status}${refusalCode ? ` (${refusalCode})` : ''}` },
      `: ${reason.replaceAll(LAKE_WORD, () => `--lake ${shellWord(lake)}`)}`,
    ]);
  if (records?.short) say(`${name}: ${shortText(records.short)}`);
  for (const text of nulledTexts(nulled, nulledExamples)) say(`${name}: ${text}`);
  for (const warning of warnings) say(`${name}: warning: ${warning}`);
  if (!versions) return;
  say(`versions of ${name}:`);
  for (const { revision, state, updatedAt, version, runId, execution, loaded } of versions) {
    const holds = loaded ? `, loaded run ${loaded.runId}` : '';
    say(
      `  ${revision}: ${state} at ${updatedAt}, version ${version}, run ${runId ?? 'none'}${holds}, ${execution}`,
    );
  }
}

function expectedText({ expectation: { files, origin, awaitedManifest } }: DayStatus): string {
  if (awaitedManifest !== undefined) return `what the day manifest ${awaitedManifest} will say`;
  if (files === undefined) return 'an unknown number of files';
  const text =
    typeof files === 'number' ? counted(files, 'file') : `${counted(files.length, 'file')} by name`;
  return `${text} (by ${origin})`;
}

function publishedText({
  commit,
  committedAt,
  files,
  rows,
  partial,
  rollback,
}: NonNullable<DayStatus['published']>) {
  const notes = [
    ...(partial ? [`IN PART, without ${partial.missing}: ${partial.reason}`] : []),
    ...(rollback ? [`by a rollback: ${rollback.reason}`] : []),
  ];
  const text = `published as commit ${commit} at ${committedAt}: ${counted(files, 'file')}, ${counted(rows, 'row')}`;
  return [text, ...notes].join('; ');
}

function count(number: number): string {
  return number.toLocaleString('en');
}
