import { PreconditionFailed } from '../../shared/errors.ts';
import type { JournalEntry, NewEntry } from '../decide/journal-entry.ts';
import type { ConnectorPorts, UnshippedLines } from './connector-ports.ts';
import { patiently } from './patience.ts';

/** Writes the journal of one process: on this host at once, in the target after each round. */
export class Journal {
  private readonly ports: Pick<ConnectorPorts, 'journal' | 'clock' | 'owner' | 'chance' | 'state'>;
  private readonly connector: string;
  private readonly onEntry: (entry: JournalEntry) => void;
  private sequence = 0;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    ports: Pick<ConnectorPorts, 'journal' | 'clock' | 'owner' | 'chance' | 'state'>,
    connector: string,
    onEntry: (entry: JournalEntry) => void = () => undefined,
  ) {
    this.ports = ports;
    this.connector = connector;
    this.onEntry = onEntry;
  }

  /** Returns once the disk has the entry. */
  note(entry: NewEntry): Promise<void> {
    const { clock, owner, journal } = this.ports;
    const noting = this.turn.then(async () => {
      const at = clock.now().toISOString();
      const whole = { at, connector: this.connector, owner, sequence: this.sequence + 1, ...entry };
      await journal.append(whole);
      this.sequence++;
      this.onEntry(whole);
    });
    this.turn = noting.catch(() => undefined);
    return noting;
  }

  /** Brings to the target what it does not have yet, also of processes that were killed. Objects there are never replaced. */
  async ship(folder: string): Promise<void> {
    for (const lines of await this.ports.journal.unshipped()) await this.shipLines(folder, lines);
  }

  private async shipLines(folder: string, lines: UnshippedLines): Promise<void> {
    const { state } = this.ports;
    const { date, owner, firstSequence, text } = lines;
    const number = String(firstSequence).padStart(8, '0');
    const key = `${folder}journal/date=${date}/${owner}-${number}.jsonl`;
    const bytes = new TextEncoder().encode(text);
    const there = await patiently(this.ports, async () => {
      try {
        await state.putOnce(key, bytes);
        return bytes;
      } catch (error) {
        if (!(error instanceof PreconditionFailed)) throw error;
        return (await state.get(key))?.bytes ?? bytes;
      }
    });
    // A process that was killed may have shipped fewer lines than there are by now: the rest goes into an object of its own.
    const count = Buffer.from(there).toString().split('\n').length - 1;
    await this.ports.journal.shipped({ ...lines, lineCount: Math.min(count, lines.lineCount) });
  }
}

/** Entries as they stand in the journal, one a line. */
export function journalLine(entry: JournalEntry): string {
  return `${JSON.stringify(entry)}\n`;
}
