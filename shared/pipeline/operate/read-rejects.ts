import { parquetReadObjects } from 'hyparquet';
import type { DayCommit } from '../../day/day-commit.ts';
import { ObjectDamaged, PipelineError } from '../../errors.ts';
import { rejectsDataset } from '../../keys/lake-keys.ts';
import { fileNameOf } from '../../keys/name-pattern.ts';
import { runKeys } from '../../keys/run-keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { convertAgain } from '../../run/convert-again.ts';
import { dayEntries, lastCommit } from '../store/day-ledger.ts';

/** A record that did not become a row, as the rejects datasets hold it. */
export interface RejectedRecord {
  sourceKey: string;
  byteOffset: number;
  recordLengthBytes: number;
  reason: string;
  field: string | null;
  /** Its bytes in the file, without terminator. */
  raw: Uint8Array;
}

interface RejectFilter {
  dataset: string;
  businessDate: string;
  /** Source key or file name. */
  file?: string | undefined;
  reason?: string | undefined;
  field?: string | undefined;
}

/** Rejects are read in slices, so that a night of nothing but rejects does not fill the memory. */
const SLICE_ROWS = 10_000;

/**
 * The rejects of a day that match the filter, file by file: for a loaded file those of its loaded version, published or not; for a refused
 * file those of the refused run.
 */
export async function* readRejects(
  ports: Pick<PipelinePorts, 'lake' | 'publishedPrefix'>,
  filter: RejectFilter,
): AsyncIterable<RejectedRecord> {
  const { lake } = ports;
  const { dataset, businessDate, file, reason, field } = filter;
  const last = await lastCommit(lake, dataset, businessDate);
  for (const entry of await dayEntries(lake, dataset, businessDate)) {
    const { sourceKey, runId, state, loaded } = entry;
    if (file !== undefined && file !== sourceKey && file !== fileNameOf(sourceKey)) continue;
    const keys: string[] = [];
    if (state === 'refused' && runId !== null) {
      for await (const { key } of lake.list(`${runKeys(runId).root}rejects/`)) keys.push(key);
    } else {
      for (const { mergedKey } of loaded?.rejectOutputs ?? []) {
        keys.push(publishedKey(ports.publishedPrefix, last, dataset, mergedKey) ?? mergedKey);
      }
    }
    for (const key of keys) {
      const damaged = () => damagedRejects(key, { dataset, sourceKey, businessDate });
      for await (const reject of rejectsOf(lake, key, damaged)) {
        if (reason !== undefined && reject.reason !== reason) continue;
        if (field !== undefined && reject.field !== field) continue;
        yield reject;
      }
    }
  }
}

function publishedKey(
  publishedPrefix: string,
  last: DayCommit | undefined,
  dataset: string,
  mergedKey: string,
): string | undefined {
  const object = last?.tables
    .find((table) => table.dataset === rejectsDataset(dataset))
    ?.partitions.flatMap(({ objects }) => objects)
    .find((candidate) => candidate.mergedKey === mergedKey);
  return object && `${publishedPrefix}${object.key}`;
}

function damagedRejects(where: string, file: Parameters<typeof convertAgain>[0]): ObjectDamaged {
  return new ObjectDamaged({
    what: 'these rejects cannot be read',
    where,
    why: 'The object is not a whole Parquet file.',
    next: convertAgain(file),
  });
}

async function* rejectsOf(
  lake: ObjectStore,
  key: string,
  damaged: () => ObjectDamaged,
): AsyncIterable<RejectedRecord> {
  const info = await lake.head(key);
  if (!info) return;
  const file = {
    byteLength: info.sizeBytes,
    slice: async (startByte: number, endByte = info.sizeBytes) => {
      const bytes = await lake.readRange(key, { startByte, endByte }, { pin: info.pin });
      return bytes.slice().buffer;
    },
  };
  for (let rowStart = 0; ; rowStart += SLICE_ROWS) {
    // `raw` holds bytes, which must not be decoded as text.
    const options = { file, rowStart, rowEnd: rowStart + SLICE_ROWS, utf8: false };
    const rows = await parquetReadObjects(options).catch((error) => {
      // The library's errors name neither the object nor what to do.
      throw error instanceof PipelineError ? error : damaged();
    });
    for (const row of rows) {
      yield {
        sourceKey: row.source_key as string,
        byteOffset: Number(row.byte_offset),
        recordLengthBytes: Number(row.record_length_bytes),
        reason: row.reason as string,
        field: (row.field as string | null | undefined) ?? null,
        raw: row.raw as Uint8Array,
      };
    }
    if (rows.length < SLICE_ROWS) return;
  }
}

export interface RejectGroup {
  reason: string;
  field: string | null;
  count: number;
  examples: RejectedRecord[];
}

/** Groups rejects by reason and field, the most frequent group first, each with its first examples. */
export async function groupRejects(
  rejects: AsyncIterable<RejectedRecord>,
  examples: number,
): Promise<RejectGroup[]> {
  const groups = new Map<string, RejectGroup>();
  for await (const reject of rejects) {
    const name = JSON.stringify([reject.reason, reject.field]);
    const group = groups.get(name) ?? { reason: reject.reason, field: reject.field, count: 0, examples: [] };
    groups.set(name, group);
    group.count++;
    if (group.examples.length < examples) group.examples.push(reject);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
}
