import { computed, signal } from '@preact/signals';
import { boot } from '../boot.ts';
import { trying } from '../messages.ts';
import { ask, command } from '../server.ts';

export interface LakeDay {
  dataset: string;
  businessDate: string;
  state: string;
  rows: number;
  rejected: number;
}

interface LakeFacts {
  lake: string;
  days: LakeDay[];
  tables: Record<string, { name: string; type: string }[]>;
}

/** An answer of SQL. Decimals and integers beyond 2^53 are texts. */
export interface QueryAnswer {
  columns: { name: string; type: string }[];
  rows: unknown[][];
  isCut: boolean;
  damage: string[];
}

const MOST_ROWS = 2000;

export const chosenLake = signal(boot.lake ?? '');
export const lake = signal<LakeFacts | undefined>(undefined);
export const chosenDay = signal<{ dataset: string; businessDate: string } | undefined>(undefined);
/** Which part of the lake is shown. */
export const lakePart = signal<'report' | 'rejects' | 'sql'>('sql');
export const sql = signal('');
export const answer = signal<QueryAnswer | undefined>(undefined);
export const seconds = signal(0);

export const datasets = computed(() => [...new Set(lake.value?.days.map(({ dataset }) => dataset))]);

export async function openLake(folder: string): Promise<void> {
  const found = await trying('Opening the lake', () => ask<LakeFacts>('lake', { lake: folder }));
  if (!found) return;
  chosenLake.value = found.lake;
  lake.value = found;
  if (sql.value === '') {
    const [table] = Object.keys(found.tables).filter((name) =>
      found.days.some(({ dataset }) => name.startsWith(dataset)),
    );
    if (table !== undefined) sql.value = `SELECT *\nFROM ${table}\nLIMIT 100`;
  }
}

export async function runQuery(): Promise<void> {
  const begun = performance.now();
  const found = await trying('Asking', () =>
    command<QueryAnswer>('query', { lake: chosenLake.value, sql: sql.value, rows: MOST_ROWS }),
  );
  if (!found) return;
  seconds.value = (performance.now() - begun) / 1000;
  answer.value = found;
}
