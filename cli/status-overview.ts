import { RunInconsistent } from '../shared/errors.ts';
import { type DayStatus, dayStatus } from '../shared/pipeline/operate/day-status.ts';
import { ledgerDays } from '../shared/pipeline/store/day-ledger.ts';
import type { PipelinePorts } from '../shared/ports/pipeline-ports.ts';
import { counted } from '../terminal/counted.ts';
import { outputColumns, type Style, say } from '../terminal/print.ts';
import { tableLines } from '../terminal/print-table.ts';

/** More days than people look at, each of which is read from the ledger. */
export const MOST_DAYS = 20;

const STYLES: Record<string, Style> = {
  published: 'good',
  loaded: 'good',
  'published in part': 'busy',
  'waiting for files': 'busy',
  running: 'busy',
  'not published': 'busy',
  missing: 'busy',
  refused: 'bad',
  failed: 'bad',
  stalled: 'bad',
  damaged: 'bad',
};

/** How a state looks on a terminal with colours. */
export function stateStyle(text: string): Style | undefined {
  return STYLES[text.replace(/ \(.*$/, '')];
}

/** The name of a dataset and its days, the latest first. */
export type DaysOfDataset = [name: string, dates: string[]];

/** The days of every dataset, or of one, by their names. */
export async function daysShown(ports: PipelinePorts, dataset: string | undefined): Promise<DaysOfDataset[]> {
  return [...(await ledgerDays(ports.lake))]
    .filter(([name]) => dataset === undefined || name === dataset)
    .map(([name, dates]): DaysOfDataset => [name, [...dates].sort().reverse()])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The status of a day, or why nothing of it can be read. */
export async function readableStatus(
  ports: PipelinePorts,
  dataset: string,
  businessDate: string,
  versions?: boolean,
): Promise<DayStatus | { key: string; why: string }> {
  try {
    return await dayStatus(ports, dataset, businessDate, { versions });
  } catch (error) {
    if (!(error instanceof RunInconsistent)) throw error;
    return { key: error.where ?? '', why: error.message };
  }
}

/** One line for each of the last `most` days of every dataset. False if a day cannot be read. */
export async function printOverview(
  ports: PipelinePorts,
  days: DaysOfDataset[],
  most: number,
): Promise<boolean> {
  const rows = [];
  let isWhole = true;
  for (const [name, dates] of days) {
    for (const date of dates.slice(0, most)) {
      const status = await readableStatus(ports, name, date);
      const isRead = !('why' in status);
      isWhole &&= isRead && status.damaged === undefined;
      rows.push(isRead ? rowOf(status) : [name, date, 'damaged', '', null, null, null]);
    }
  }
  const columns = [
    ...['dataset', 'day', 'state', 'files'].map((column) => ({ name: column, type: 'VARCHAR' })),
    ...['rows', 'rejected', 'commit'].map((column) => ({ name: column, type: 'BIGINT' })),
  ];
  const style = (text: string, column: string) => (column === 'state' ? stateStyle(text) : undefined);
  const table = tableLines({ columns, rows }, { width: outputColumns(), leaveOut: 'last', style });
  const older = days.reduce((sum, [, dates]) => sum + Math.max(0, dates.length - most), 0);
  say(...table.slice(0, -1));
  if (older > 0) say(`(${counted(older, 'earlier day')}: --all shows them, --business-date one)`);
  return isWhole;
}

function rowOf(status: DayStatus) {
  const { dataset, businessDate, totals, published } = status;
  return [
    dataset,
    businessDate,
    stateOf(status),
    filesText(status),
    BigInt(totals.rows),
    BigInt(totals.rejected),
    published ? BigInt(published.commit) : null,
  ];
}

function stateOf({ damaged, published, pending, waitingFor, counts }: DayStatus): string {
  if (damaged) return 'damaged';
  if (published?.partial) return 'published in part';
  if (published && waitingFor === undefined && !pending) return 'published';
  if (counts.running > 0) return 'running';
  if (counts.failed > 0) return 'failed';
  if (counts.refused > 0) return 'refused';
  return waitingFor === undefined ? 'not published' : 'waiting for files';
}

/** `3 loaded, 1 refused`: what there is none of is left out. */
function filesText({ counts }: DayStatus): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  return parts.map(([state, count]) => `${count} ${state}`).join(', ') || 'none';
}
