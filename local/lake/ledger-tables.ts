import { readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import * as z from 'zod';
import type { ObjectDamaged } from '../../shared/errors.ts';
import { businessDateOfKey } from '../../shared/keys/business-date.ts';
import { commitOfKey, daysDataset } from '../../shared/keys/lake-keys.ts';
import { damagedDocument } from '../../shared/pipeline/store/damaged-document.ts';
import { isTooDeep } from '../../shared/pipeline/store/json-depth.ts';
import { sealOf } from '../../shared/pipeline/store/sealed-json.ts';
import type { CatalogFile } from '../../shared/ports/catalog.ts';
import { nulledTexts } from '../../shared/run/invalid-values.ts';
import { unreadable as closedFile, isCode } from '../adapters/file-error.ts';
import { misfitText } from '../adapters/misfit-text.ts';
import type { ReadStep } from '../adapters/read-catalog.ts';
import type { LedgerPaths } from './ledger-paths.ts';

/** Columns of the `ledger` table with their DuckDB types, in order. */
export const LEDGER_COLUMNS = {
  dataset: 'VARCHAR',
  source_id: 'VARCHAR',
  source_key: 'VARCHAR',
  business_date: 'DATE',
  version: 'VARCHAR',
  state: 'VARCHAR',
  run_id: 'VARCHAR',
  input_bytes: 'BIGINT',
  records_read: 'BIGINT',
  records_header: 'BIGINT',
  records_detail: 'BIGINT',
  records_trailer: 'BIGINT',
  records_rejected: 'BIGINT',
  records_short: 'BIGINT',
  rows: 'BIGINT',
  nulled_values: 'BIGINT',
  nulled_fields: 'VARCHAR',
  reason: 'VARCHAR',
  updated_at: 'TIMESTAMP',
} as const;

/** Columns of a `<layout>_days` table with their DuckDB types, in order. */
export const DAY_COLUMNS = {
  business_date: 'DATE',
  commit: 'BIGINT',
  published_at: 'TIMESTAMP',
  files: 'BIGINT',
  rows: 'BIGINT',
  rejected_rows: 'BIGINT',
} as const;

export type LedgerRow = Record<keyof typeof LEDGER_COLUMNS, string | number | null>;
type DayRow = Record<keyof typeof DAY_COLUMNS, string | number | null>;

/** What the ledger says of days. */
export interface LedgerDays {
  /** Layout → every commit written, published yet or not. */
  commits: Map<string, DayRow[]>;
  /** Table → the layout whose commits have it. */
  layoutOf: Map<string, string>;
}

const count = z.number().nullish();
const text = z.string().nullish();

/** A document in the ledger's folders that names a source file; other documents there are ignored. */
const ledgerEntry = z.object({
  sourceId: z.string(),
  dataset: text,
  sourceKey: text,
  businessDate: text,
  version: text,
  state: text,
  runId: text,
  inputBytes: count,
  records: z
    .object({ read: count, header: count, detail: count, trailer: count, rejected: count, short: count })
    .nullish(),
  rows: count,
  nulled: z.record(z.string(), z.number()).nullish(),
  nulledExamples: z.record(z.string(), z.object({ hex: z.string(), byteOffset: z.number() })).nullish(),
  refusal: z.object({ code: text, message: text }).nullish(),
  failure: z.object({ name: text, message: text }).nullish(),
  updatedAt: text,
});

const dayCommit = z.object({
  businessDate: z.string(),
  commit: z.number().int(),
  committedAt: text,
  files: z.array(z.object({ rows: count, rejectedRows: count })),
  tables: z.array(z.object({ dataset: z.string() })).nullish(),
});

/** Reads the day commits of a ledger. Each document is read in `step`, which may pass over one that is not valid: `ObjectDamaged`. */
export async function readDays(root: string, { commits }: LedgerPaths, step: ReadStep): Promise<LedgerDays> {
  const ledger: LedgerDays = { commits: new Map(), layoutOf: new Map() };
  for (const path of commits) {
    const [layout = ''] = path.split(sep);
    await step([daysDataset(layout)], () => {
      const document = readDocument(root, path);
      if (document !== undefined) takeCommit(ledger, layout, checked(dayCommit, document, join(root, path)));
    });
  }
  return ledger;
}

/**
 * The entries of a ledger, one row a source file, read as they are asked for: a ledger has far more of them than of anything else, and few
 * questions need them.
 */
export class LedgerEntries {
  readonly #root: string;
  readonly #step: ReadStep;
  readonly #paths: Map<string, string[]>;
  readonly #known = new Map<string, Promise<LedgerRow[]>>();

  constructor(root: string, { entries }: LedgerPaths, step: ReadStep) {
    this.#root = root;
    this.#step = step;
    this.#paths = entries;
  }

  /** The layouts that have entries, in the order of their folders. */
  get layouts(): string[] {
    return [...this.#paths.keys()];
  }

  async all(): Promise<LedgerRow[]> {
    const rows: LedgerRow[] = [];
    for (const layout of this.#paths.keys()) for (const row of await this.of(layout)) rows.push(row);
    return rows;
  }

  of(layout: string): Promise<LedgerRow[]> {
    const known = this.#known.get(layout) ?? this.#read(layout);
    this.#known.set(layout, known);
    return known;
  }

  async #read(layout: string): Promise<LedgerRow[]> {
    const rows: LedgerRow[] = [];
    for (const path of this.#paths.get(layout) ?? []) {
      await this.#step(['ledger'], () => {
        const document = readDocument(this.#root, path);
        if (isRecord(document) && typeof document.sourceId === 'string')
          rows.push(ledgerRow(checked(ledgerEntry, document, join(this.#root, path)), layout));
      });
    }
    return rows;
  }
}

/** Layout → the commit of each day that all of its tables show. */
export function shownDays(
  catalogs: Pick<CatalogFile, 'dataset' | 'days'>[],
  { layoutOf }: Pick<LedgerDays, 'layoutOf'>,
): Map<string, Record<string, number>> {
  const shown = new Map<string, Record<string, number>>();
  for (const { dataset, days } of catalogs) {
    const layout = layoutOf.get(dataset) ?? dataset;
    const known = shown.get(layout) ?? {};
    shown.set(layout, known);
    for (const [day, commit] of Object.entries(days)) known[day] = Math.min(known[day] ?? commit, commit);
  }
  return shown;
}

/** The commit of each day that the catalog shows; a higher one is written but not published yet. */
export function publishedDays(commits: DayRow[], days: Record<string, number>): DayRow[] {
  const highest = new Map<string, DayRow>();
  for (const row of commits) {
    const date = String(row.business_date);
    const published = days[date];
    if (published === undefined || Number(row.commit) > published) continue;
    const best = highest.get(date);
    if (best === undefined || Number(row.commit) > Number(best.commit)) highest.set(date, row);
  }
  return [...highest.values()].sort((a, b) => (String(a.business_date) < String(b.business_date) ? -1 : 1));
}

/** Is it the place of a commit that another one replaced? Nobody who reads needs it. */
export function isReplacedCommit(place: string, published: CatalogFile[]): boolean {
  const key = keyOfPlace(place);
  const commit = commitOfKey(key);
  const of = published.find(({ dataset }) => dataset === key.split('/')[1]);
  return commit !== undefined && commit < (of?.days[businessDateOfKey(key) ?? ''] ?? 0);
}

function takeCommit(ledger: LedgerDays, layout: string, commit: z.infer<typeof dayCommit>): void {
  const rows = ledger.commits.get(layout) ?? [];
  ledger.commits.set(layout, rows);
  rows.push(dayRow(commit));
  for (const table of commit.tables ?? []) ledger.layoutOf.set(table.dataset, layout);
}

function dayRow({ businessDate, commit, committedAt, files }: z.infer<typeof dayCommit>): DayRow {
  return {
    business_date: businessDate,
    commit,
    published_at: utc(committedAt),
    files: files.length,
    rows: files.reduce((sum, file) => sum + (file.rows ?? 0), 0),
    rejected_rows: files.reduce((sum, file) => sum + (file.rejectedRows ?? 0), 0),
  };
}

function ledgerRow(entry: z.infer<typeof ledgerEntry>, dataset: string): LedgerRow {
  const { records, refusal, failure } = entry;
  return {
    dataset: entry.dataset ?? dataset,
    source_id: entry.sourceId,
    source_key: entry.sourceKey ?? null,
    business_date: entry.businessDate ?? null,
    version: entry.version ?? null,
    state: entry.state ?? null,
    run_id: entry.runId ?? null,
    input_bytes: entry.inputBytes ?? null,
    records_read: records?.read ?? null,
    records_header: records?.header ?? null,
    records_detail: records?.detail ?? null,
    records_trailer: records?.trailer ?? null,
    records_rejected: records?.rejected ?? null,
    records_short: records ? (records.short ?? 0) : null,
    rows: entry.rows ?? null,
    nulled_values: entry.nulled ? Object.values(entry.nulled).reduce((sum, values) => sum + values, 0) : null,
    nulled_fields: nulledTexts(entry.nulled ?? {}, entry.nulledExamples ?? {}).join('; ') || null,
    reason: reason(refusal?.code, refusal?.message) ?? reason(failure?.name, failure?.message) ?? null,
    updated_at: utc(entry.updatedAt),
  };
}

/** In UTC, because DuckDB would drop an offset; what is not a time stays as it is, for DuckDB to refuse. */
function utc(time: string | null | undefined): string | null {
  if (!time) return null;
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : date.toISOString();
}

function reason(name: string | null | undefined, message: string | null | undefined): string | undefined {
  return [name, message].filter(Boolean).join(': ') || undefined;
}

function checked<T>(schema: z.ZodType<T>, document: unknown, where: string): T {
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  throw unreadable(where, misfitText(result.error));
}

/** Undefined if the document has gone since it was listed: the ledger may be written while it is read. */
function readDocument(root: string, below: string): unknown {
  const path = join(root, below);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw closedFile(error, path);
  }
  if (sealOf(`ledger/${below.split(sep).join('/')}`, bytes) === 'broken') {
    throw unreadable(path, 'Its bytes are not those that were written');
  }
  if (isTooDeep(bytes)) throw unreadable(path, 'It is nested deeper than any document of a lake');
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // The parser's own error would quote the text.
    throw unreadable(path, 'It is not JSON');
  }
}

function unreadable(where: string, why: string): ObjectDamaged {
  return damagedDocument(keyOfPlace(where), why, where);
}

function keyOfPlace(path: string): string {
  const place = path.split(sep).join('/');
  return place.slice(place.lastIndexOf('/ledger/') + 1);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
