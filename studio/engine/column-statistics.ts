import type { ShownRecord } from './record-window.ts';

/** What a sample holds in one column. Counts are of the records of its type. */
export interface ColumnStatistics {
  name: string;
  values: number;
  nulls: number;
  /** Values that do not decode, by reason. */
  invalid: Record<string, number>;
  least: string | undefined;
  greatest: string | undefined;
  /** Different values; at most `MOST_DISTINCT` are told apart. */
  distinct: number;
  isDistinctCut: boolean;
  frequent: { value: string; count: number }[];
  pictures: { picture: string; count: number }[];
}

export interface TypeStatistics {
  kind: string;
  records: number;
  /** Records that are rejected as a whole, by reason. */
  rejected: Record<string, number>;
  columns: ColumnStatistics[];
}

const MOST_DISTINCT = 10_000;
const MOST_SHOWN = 5;

/** Counts what shown records hold, by record type and column. */
export class StatisticsOfSample {
  private readonly types = new Map<string, TypeCount>();
  readonly lengths = new Map<number, number>();
  recordCount = 0;

  add({ kind, reason, fields, raw }: Pick<ShownRecord, 'kind' | 'reason' | 'fields' | 'raw'>): void {
    this.recordCount++;
    this.lengths.set(raw.length, (this.lengths.get(raw.length) ?? 0) + 1);
    const type = this.types.get(kind) ?? { records: 0, rejected: new Map(), columns: new Map() };
    this.types.set(kind, type);
    type.records++;
    if (reason !== undefined) {
      type.rejected.set(reason, (type.rejected.get(reason) ?? 0) + 1);
      return;
    }
    for (const { name, value, problem } of fields) {
      const column = type.columns.get(name) ?? new ColumnCount();
      type.columns.set(name, column);
      column.add(value, problem);
    }
  }

  byType(): TypeStatistics[] {
    return [...this.types].map(([kind, { records, rejected, columns }]) => ({
      kind,
      records,
      rejected: Object.fromEntries(rejected),
      columns: [...columns].map(([name, column]) => column.statistics(name)),
    }));
  }
}

interface TypeCount {
  records: number;
  rejected: Map<string, number>;
  columns: Map<string, ColumnCount>;
}

class ColumnCount {
  private values = 0;
  private nulls = 0;
  private readonly invalid = new Map<string, number>();
  private least: string | undefined;
  private greatest: string | undefined;
  private readonly counts = new Map<string, number>();
  private readonly pictures = new Map<string, number>();
  private isCut = false;

  add(value: string | null, problem: string | undefined): void {
    if (problem !== undefined) this.invalid.set(problem, (this.invalid.get(problem) ?? 0) + 1);
    else if (value === null) this.nulls++;
    else this.addValue(value);
  }

  statistics(name: string): ColumnStatistics {
    const { values, nulls, least, greatest } = this;
    return {
      ...{ name, values, nulls, least, greatest },
      invalid: Object.fromEntries(this.invalid),
      distinct: this.counts.size,
      isDistinctCut: this.isCut,
      frequent: mostFrequent(this.counts).map(([value, count]) => ({ value, count })),
      pictures: mostFrequent(this.pictures).map(([picture, count]) => ({ picture, count })),
    };
  }

  private addValue(value: string): void {
    this.values++;
    if (this.least === undefined || comesBefore(value, this.least)) this.least = value;
    if (this.greatest === undefined || comesBefore(this.greatest, value)) this.greatest = value;
    const count = this.counts.get(value);
    if (count !== undefined || this.counts.size < MOST_DISTINCT) this.counts.set(value, (count ?? 0) + 1);
    else this.isCut = true;
    const picture = pictureOf(value);
    this.pictures.set(picture, (this.pictures.get(picture) ?? 0) + 1);
  }
}

function mostFrequent(counts: Map<string, number>): [string, number][] {
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, MOST_SHOWN);
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?$/;

/** Numbers by their size, exactly; everything else as text, in which dates and times are in order too. */
function comesBefore(a: string, b: string): boolean {
  const [left, right] = [NUMBER.exec(a), NUMBER.exec(b)];
  if (!left || !right) return a < b;
  const digits = Math.max(left[3]?.length ?? 0, right[3]?.length ?? 0);
  return scaled(left, digits) < scaled(right, digits);
}

function scaled([, sign, whole, fraction = '']: RegExpExecArray, digits: number): bigint {
  return BigInt(`${sign}${whole}${fraction.padEnd(digits, '0')}`);
}

/** `2025-08-12` → `9(4)-99-99`, `AB 12` → `AA␣99`; letters and digits of all scripts count as such. */
function pictureOf(value: string): string {
  const signs = value
    .slice(0, 120)
    .replace(/\p{Nd}/gu, '9')
    .replace(/\p{Lu}/gu, 'A')
    .replace(/\p{L}/gu, 'a')
    .replace(/ /g, '␣');
  return signs.replace(/(.)\1{2,}/gu, (run, sign: string) => `${sign}(${[...run].length})`);
}
