import { parquetReadObjects } from 'hyparquet';
import type { DayCommit } from '../../day/day-commit.ts';
import { rejectsDataset } from '../../keys/lake-keys.ts';
import { fileNameOf } from '../../keys/name-pattern.ts';
import { runKeys } from '../../keys/run-keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { dayEntries, lastCommit } from '../store/day-ledger.ts';

/** A record that became no row, as the rejects datasets hold it. */
export interface RejectedRecord {
  sourceKey: string;
  byteOffset: number;
  recordLengthBytes: number;
  reason: string;
  field: string | null;
  /** As it stands in the file, without terminator. */
  raw: Uint8Array;
}

export interface RejectFilter {
  dataset: string;
  businessDate: string;
  /** Source key or name of one file. */
  file?: string | undefined;
  reason?: string | undefined;
  field?: string | undefined;
}

/** Rejects are read a slice at a time: a night of nothing but rejects must not fill the memory. */
const SLICE_ROWS = 10_000;

/**
 * The rejects of a day that match, file by file: of loaded files those that go with their rows, published or not; of refused files those
 * that their run left.
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
    if (state === 'refused' && runId !== null && runId !== loaded?.runId) {
      for await (const { key } of lake.list(`${runKeys(runId).root}rejects/`)) keys.push(key);
    } else {
      for (const { mergedKey } of loaded?.rejectOutputs ?? []) {
        keys.push(publishedKey(ports.publishedPrefix, last, dataset, mergedKey) ?? mergedKey);
      }
    }
    for (const key of keys) {
      for await (const reject of rejectsOf(lake, key)) {
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

async function* rejectsOf(lake: ObjectStore, key: string): AsyncIterable<RejectedRecord> {
  const info = await lake.head(key);
  if (!info) return;
  const file = {
    byteLength: info.sizeBytes,
    slice: async (startByte: number, endByte = info.sizeBytes) => {
      const bytes = await lake.readRange(key, { startByte, endByte }, { pin: info.pin });
      return bytes.slice().buffer as ArrayBuffer;
    },
  };
  for (let rowStart = 0; ; rowStart += SLICE_ROWS) {
    // `raw` is bytes: nothing may be taken for text.
    const options = { file, rowStart, rowEnd: rowStart + SLICE_ROWS, utf8: false };
    const rows = await parquetReadObjects(options);
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

/** By reason and field, the most frequent first, each with its first examples. */
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
