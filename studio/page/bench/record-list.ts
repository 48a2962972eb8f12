import { batch, signal } from '@preact/signals';
import type { RecordPlace } from '../../engine/record-places.ts';
import type { RecordWindow, ShownRecord } from '../../engine/record-window.ts';
import type { Wanted } from '../../engine/workbench.ts';
import type { WorkerClient } from '../worker-client.ts';

/** How many records are asked for at once, and how near to an end of what is there the next are asked for. */
const PAGE = 100;
const MARGIN = 100;
const MOST_KEPT = 800;
/** What is not seen yet is read when the page has nothing to draw, or after this at the latest. */
const READ_ON_WITHIN_MS = 150;

/** The records around what is shown. Only these are in memory, whatever the size of the file. */
export class RecordList {
  /** Index in `records` of the first one that is shown. */
  readonly top = signal(0);
  readonly selected = signal<RecordPlace | undefined>(undefined);
  records: readonly ShownRecord[] = [];
  /** Where the chain of lengths breaks off. */
  readonly brokenAt = signal<number | undefined>(undefined);
  /** Is counted up whenever `records` changes. */
  readonly version = signal(0);
  visibleCount = 20;

  private readonly worker: WorkerClient;
  private next: RecordPlace | undefined;
  private isAtStart = true;
  /** Counts records of `records` through, also when some before them were let go of. */
  private firstOrdinal = 0;
  private isFillWaiting = false;
  private loading: Promise<void> | undefined;
  /** Counts what was shown: an answer that belongs to something earlier is thrown away. */
  private shownCount = 0;

  constructor(worker: WorkerClient) {
    this.worker = worker;
  }

  async show(wanted: Wanted | { kind: 'place'; place: RecordPlace }): Promise<void> {
    const shown = ++this.shownCount;
    // Only what is seen: whoever drags the bar passes by hundreds of places.
    const { records, next, brokenAt } = await this.worker.call('records', wanted, this.visibleCount + 1);
    if (shown !== this.shownCount) return;
    this.records = records;
    this.next = next;
    this.brokenAt.value = brokenAt;
    this.isAtStart = wanted.kind === 'first';
    this.firstOrdinal = 0;
    this.top.value = wanted.kind === 'last' ? this.lastTop() : 0;
    this.changed();
    this.fillSoon();
  }

  /** Decodes what is there again, after a change of the layout; it stays where it is. */
  async decodeAgain(): Promise<void> {
    const first = this.records[this.top.value];
    const { isAtStart } = this;
    const isFirst = isAtStart && this.top.value === 0;
    await this.show(isFirst || !first ? { kind: 'first' } : { kind: 'place', place: first.place });
  }

  clear(): void {
    this.shownCount++;
    this.records = [];
    this.next = undefined;
    this.top.value = 0;
    this.selected.value = undefined;
    this.changed();
  }

  /** Moves by whole records; what is missing is read first. */
  async scrollBy(rows: number): Promise<void> {
    const wanted = this.top.value + rows;
    if (wanted > this.lastTop() && this.next) await this.fill(true);
    if (wanted < 0 && !this.isAtStart) {
      const before = this.records[0];
      await this.fill(true);
      const moved = before ? this.records.indexOf(before) : 0;
      this.top.value = Math.max(0, Math.min(this.top.value, moved) + rows);
    } else this.top.value = Math.max(0, Math.min(this.top.value + rows, this.lastTop()));
    this.fillSoon();
  }

  /** Of the first record that is shown: it grows by one from record to record, also when those before are let go of. */
  get ordinal(): number {
    return this.firstOrdinal + this.top.value;
  }

  /** The record with the cursor, and its index; the first one that is shown if there is none. */
  selectedIndex(): number {
    const place = this.selected.value;
    const index = this.records.findIndex((record) => place && isSame(record.place, place));
    return index < 0 ? this.top.value : index;
  }

  /** Name of the row of the record with the cursor, if that is loaded. */
  selectedId(): string | undefined {
    const place = this.selected.value;
    const record = place && this.records.find((one) => isSame(one.place, place));
    return record && `record-${record.byteOffset}`;
  }

  async moveSelection(rows: number): Promise<void> {
    const from = this.selectedIndex();
    const wanted = from + rows;
    if (wanted < 0 || wanted >= this.records.length) await this.scrollBy(rows);
    const index = Math.max(0, Math.min(this.selectedIndex() + rows, this.records.length - 1));
    this.selected.value = this.records[index]?.place;
    if (index < this.top.value) await this.scrollBy(index - this.top.value);
    if (index >= this.top.value + this.visibleCount)
      await this.scrollBy(index - this.top.value - this.visibleCount + 1);
  }

  private lastTop(): number {
    return Math.max(0, this.records.length - this.visibleCount);
  }

  /** Reads on at an end that is near, when there is nothing to draw. */
  private fillSoon(): void {
    if (this.isFillWaiting) return;
    this.isFillWaiting = true;
    requestIdleCallback(
      () => {
        this.isFillWaiting = false;
        this.fill().catch(() => undefined);
      },
      { timeout: READ_ON_WITHIN_MS },
    );
  }

  /** Reads on at an end that is near. */
  private async fill(isNeeded = false): Promise<void> {
    if (this.loading) {
      if (!isNeeded) return;
      await this.loading;
    }
    const needsAfter = this.next && this.top.value + this.visibleCount + MARGIN > this.records.length;
    const needsBefore = !this.isAtStart && this.top.value < MARGIN;
    if (!needsAfter && !needsBefore) return;
    this.loading = this.read(Boolean(needsAfter), needsBefore);
    try {
      await this.loading;
    } finally {
      this.loading = undefined;
    }
  }

  private async read(after: boolean, before: boolean): Promise<void> {
    const shown = this.shownCount;
    // What is seen does not change, unless it was not whole.
    const wasWhole = this.records.length >= this.top.value + this.visibleCount + 1;
    if (after && this.next) {
      const found = await this.worker.call('records', { kind: 'place', place: this.next }, PAGE);
      if (shown !== this.shownCount) return;
      this.append(found);
      if (!wasWhole) this.changed();
    }
    const first = this.records[0];
    if (before && first) {
      const { records } = await this.worker.call('recordsBefore', first.place, PAGE);
      if (shown !== this.shownCount) return;
      if (records.length === 0) this.isAtStart = true;
      else this.prepend(records);
    }
  }

  private append({ records, next, brokenAt }: RecordWindow): void {
    this.next = next;
    this.brokenAt.value = brokenAt;
    const surplus = Math.min(this.records.length + records.length - MOST_KEPT, this.top.value - MARGIN);
    if (surplus <= 0) this.records = [...this.records, ...records];
    else {
      batch(() => {
        this.records = [...this.records.slice(surplus), ...records];
        this.firstOrdinal += surplus;
        this.top.value -= surplus;
      });
      this.isAtStart = false;
    }
  }

  private prepend(records: readonly ShownRecord[]): void {
    batch(() => {
      this.records = [...records, ...this.records];
      this.firstOrdinal -= records.length;
      this.top.value += records.length;
    });
    const last = this.records[MOST_KEPT];
    if (last && this.top.value + this.visibleCount + MARGIN < MOST_KEPT) {
      this.next = last.place;
      this.records = this.records.slice(0, MOST_KEPT);
    }
  }

  private changed(): void {
    this.version.value++;
  }
}

export function isSame(a: RecordPlace, b: RecordPlace): boolean {
  return a.linkByte === b.linkByte && a.skippedRecords === b.skippedRecords;
}
