import { isBusinessDate } from '../shared/keys/business-date.ts';
import { type HistoryLine, lakeHistory } from '../shared/pipeline/operate/lake-history.ts';
import { defineCommand, isSet, text, usageError } from '../terminal/command-line.ts';
import { outputColumns, say, sayJson, sayMany, warn } from '../terminal/print.ts';
import { tableLines } from '../terminal/print-table.ts';
import { LAKE_FLAGS, lakePorts } from './lake-arguments.ts';

const COMMAND = {
  does: 'Lists the commits of a lake: what was published when, by whom, and which states can be read back.',
  usage: 'positional-lake history --lake DIR [flags]',
  flags: {
    ...LAKE_FLAGS,
    dataset: text('NAME', 'only of this dataset'),
    'business-date': text('D', 'yyyy-MM-dd, only of this day'),
    json: isSet('all commits as one object, with the snapshots of every table'),
  },
  notes: `current: readers see it. pending: they do not see it yet. replaced: rollback returns to it. expired: files of it are no longer stored, since clean removed them or repair moved them aside.
query --as-of 2025-08-12/1 reads all days back as they were after that commit, unless one of them stood at an expired commit then.
A snapshot is what other programs read it by.
Exit codes: 0 shown, 1 a commit cannot be read (the rest is shown), 2 usage.`,
};

const COLUMNS = [
  ...['dataset', 'commit', 'committed at', 'by'].map((name) => ({ name, type: 'VARCHAR' })),
  ...['files', 'records', 'rows', 'rejected', 'snapshot'].map((name) => ({ name, type: 'BIGINT' })),
  ...['state', 'note'].map((name) => ({ name, type: 'VARCHAR' })),
];

export const command = defineCommand(COMMAND, async (values) => {
  const businessDate = values['business-date'];
  if (businessDate !== undefined && !isBusinessDate(businessDate))
    throw usageError(`--business-date '${businessDate}' is not a day as yyyy-MM-dd`);
  const ports = await lakePorts(values.lake);
  const { lines, damaged } = await lakeHistory(ports, { dataset: values.dataset, businessDate });
  if (values.json) sayJson({ commits: lines, damaged });
  else if (lines.length === 0) say('Nothing was published.');
  else {
    const table = { columns: COLUMNS, rows: lines.map(rowOf) };
    await sayMany(tableLines(table, { width: outputColumns(), allColumns: '--json has them' }));
  }
  for (const { why } of damaged) warn(`cannot be read: ${why}`);
  return damaged.length > 0 ? 1 : 0;
});

function rowOf(line: HistoryLine) {
  const { dataset, businessDate, commit, committedAt, by, kind, reason, snapshots } = line;
  const rows = snapshots.findLast(({ table }) => table === dataset) ?? snapshots.at(-1);
  return [
    ...[dataset, `${businessDate}/${commit}`, committedAt.replace(/\.\d+Z$/, 'Z'), by],
    ...[line.files, line.records, line.rows, line.rejectedRows].map(BigInt),
    rows === undefined ? null : BigInt(rows.id),
    line.state,
    kind === 'publication' ? null : `${kind === 'partial' ? 'in part' : kind}: ${reason}`,
  ];
}
