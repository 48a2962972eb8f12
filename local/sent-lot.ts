import type { DescribedColumn, DescribedObject } from '../shared/ports/object-store.ts';
import type { LoadedLotFile, LotFile } from './convert-lot.ts';
import type { EarlySum } from './early-sum.ts';

/**
 * The files of a lot as a thread sends them: what is asked of a file once its day is published stays a text until then, since thousands of
 * entries as objects would keep the collector busy.
 */
export interface SentLot {
  files: (SentFile | null)[];
  /** Of data files, each once. */
  schemas: DescribedColumn[][];
}

interface SentFile extends FileInBrief {
  /** Its data files that were settled with the lot. */
  settled: SentObject[];
}

/** `metrics` in base64; neither these nor a `schema`, which is an index, of an object that is no Parquet file. */
interface SentObject extends Partial<Omit<DescribedObject, 'columns' | 'metrics'>> {
  key: string;
  schema?: number;
  metrics?: string;
  early?: EarlySum;
}

/** A file of a lot that is loaded, and whose day is not published yet. */
export interface FileInBrief {
  /** `dataset` and business date. */
  day: string;
  sourceId: string;
  runId: string;
  rows: number;
  rejected: number;
  /** A `LoadedLotFile` as JSON. */
  loaded: string;
}

export function sentLot(files: (LotFile | undefined)[]): SentLot {
  const schemas: DescribedColumn[][] = [];
  const indexes = new Map<string, number>();
  const indexOf = (columns: DescribedColumn[]) => {
    const text = JSON.stringify(columns);
    const index = indexes.get(text) ?? schemas.push(columns) - 1;
    indexes.set(text, index);
    return index;
  };
  // Files of a lot mostly share the very same schema.
  const known = new Map<DescribedColumn[], number>();
  const sent = files.map((file): SentFile | null => {
    if (!file) return null;
    const { settled, ...loaded } = file;
    const { entry } = loaded;
    return {
      day: `${entry.dataset} ${entry.businessDate}`,
      sourceId: entry.sourceId,
      runId: entry.loaded?.runId ?? '',
      rows: entry.rows ?? 0,
      rejected: entry.records?.rejected ?? 0,
      loaded: JSON.stringify(loaded satisfies LoadedLotFile),
      settled: settled.map(({ key, described, early }) => {
        const summed = { key, ...(early && { early }) };
        if (!described) return summed;
        const { columns, metrics, ...figures } = described;
        const index = known.get(columns) ?? indexOf(columns);
        known.set(columns, index);
        return { ...summed, ...figures, schema: index, metrics: Buffer.from(metrics).toString('base64') };
      }),
    };
  });
  return { files: sent, schemas };
}

/** The files of a lot that a thread sent. What is known of their objects is given to `know`. */
export function receivedLot(
  { files, schemas }: SentLot,
  know: (key: string, file: DescribedObject | undefined, early: EarlySum | undefined) => void,
): (FileInBrief | undefined)[] {
  return files.map((file) => {
    if (!file) return undefined;
    const { settled, ...brief } = file;
    for (const { key, sizeBytes, recordCount, schema, metrics, early } of settled) {
      const columns = schema === undefined ? undefined : schemas[schema];
      const isKnown =
        columns && metrics !== undefined && sizeBytes !== undefined && recordCount !== undefined;
      const described = isKnown && {
        ...{ sizeBytes, recordCount, columns },
        metrics: Buffer.from(metrics, 'base64'),
      };
      know(key, described || undefined, early);
    }
    return brief;
  });
}

/** What a file of a lot came to. */
export function loadedOf({ loaded }: FileInBrief): LoadedLotFile {
  return JSON.parse(loaded) as LoadedLotFile;
}
