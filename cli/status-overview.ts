import { RunInconsistent } from '../shared/errors.ts';
import { type DayStatus, dayStatus } from '../shared/pipeline/operate/day-status.ts';
import { ledgerDays } from '../shared/pipeline/store/day-ledger.ts';
import type { PipelinePorts } from '../shared/ports/pipeline-ports.ts';
import { counted } from '../terminal/counted.ts';
import { outputColumns, type Style, say } from '../terminal/print.ts';
import { tableLines } from '../terminal/print-table.ts';

/** More days than people look at, each of which is read from the ledger. */
const MOST_DAYS = 20;

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

/** One line for each of the last days of every dataset, or of one. False if a day cannot be read. */
export async function printOverview(ports: PipelinePorts, dataset: string | undefined): Promise<boolean> {
  const days = [...(await ledgerDays(ports.lake))]
    .filter(([name]) => dataset === undefined || name === dataset)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = [];
  let isWhole = true;
  for (const [name, dates] of days) {
    for (const date of [...dates].sort().reverse().slice(0, MOST_DAYS)) {
      const status = await dayStatus(ports, name, date).catch((error: unknown) => {
        if (!(error instanceof RunInconsistent)) throw error;
        return undefined;
      });
      isWhole = isWhole && status !== undefined && status.damaged === undefined;
      rows.push(status ? rowOf(status) : [name, date, 'damaged', '', null, null, null]);
    }
  }
  const columns = [
    ...['dataset', 'day', 'state', 'files'].map((column) => ({ name: column, type: 'VARCHAR' })),
    ...['rows', 'rejected', 'commit'].map((column) => ({ name: column, type: 'BIGINT' })),
  ];
  const style = (text: string, column: string) => (column === 'state' ? stateStyle(text) : undefined);
  const table = tableLines({ columns, rows }, { width: outputColumns(), leaveOut: 'last', style });
  const older = days.reduce((sum, [, dates]) => sum + Math.max(0, dates.size - MOST_DAYS), 0);
  say(...table.slice(0, -1));
  if (older > 0) say(`(${counted(older, 'earlier day')}: --business-date shows one, history lists them)`);
  return isWhole;
}

function rowOf(status: DayStatus) {
  const { dataset, businessDate, totals, published } = status;
  return [
    dataset,
    businessDate,
    dayState(status),
    filesText(status),
    BigInt(totals.rows),
    BigInt(totals.rejected),
    published ? BigInt(published.commit) : null,
  ];
}

/** The state of a day in a word or two. */
export function dayState({ damaged, published, pending, waitingFor, counts }: DayStatus): string {
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
