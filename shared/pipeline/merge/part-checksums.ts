import { Interrupted, ObjectDamaged, OutputUnwritable, PipelineError } from '../../errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { StreamChecksum } from '../../kernel/stream-checksum.ts';
import { MAGIC } from '../../parquet/format.ts';
import type { MergePart } from '../../parquet/merge-plan.ts';
import type { SourceFile } from '../../parquet/source-file.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { ByteRange } from '../../ranges/byte-range.ts';
import {
  combineCrc64,
  crc64FromBase64,
  crc64nvme,
  crc64ToBase64,
  firstOfCombinedCrc64,
} from '../../ranges/crc64nvme.ts';
import { convertAgain } from '../../run/convert-again.ts';
import type { FilePlan } from '../../run/file-plan.ts';

/** A part, and what its footer says. */
export interface SourcePart extends SourceFile {
  key: string;
  /** CRC-64/NVME of the whole part, from its manifest; earlier versions did not take it. */
  checksum?: string | undefined;
}

const MAGIC_CRC64 = crc64nvme(MAGIC);

/** The row groups of a part: where they are, and their checksum, which follows from that of the part without reading them. */
function rowGroupsOf({
  checksum,
  rowGroups,
  tail,
}: SourcePart): { range: ByteRange; crc64: bigint } | undefined {
  const [first, last] = [rowGroups[0], rowGroups.at(-1)];
  const whole = checksum === undefined ? undefined : crc64FromBase64(checksum);
  // Before the first row group a file of ours has its magic number and nothing else.
  if (!first || !last || whole === undefined || first.startByte !== MAGIC.length) return undefined;
  const range = { startByte: first.startByte, endByte: last.endByte };
  const withMagic = firstOfCombinedCrc64(whole, tail.crc64, tail.lengthBytes);
  return { range, crc64: withMagic ^ combineCrc64(MAGIC_CRC64, 0n, range.endByte - range.startByte) };
}

/**
 * The checksum that a file made of the row groups of `sources` and then `tail` must have, if no part was altered since it was written. So
 * whoever copies the row groups proves the parts, and nobody reads them twice. Undefined if an earlier version wrote a part.
 */
export function composedChecksum(sources: SourcePart[], tail: Uint8Array): string | undefined {
  let crc = MAGIC_CRC64;
  for (const source of sources) {
    if (source.rowGroups.length === 0) continue;
    const groups = rowGroupsOf(source);
    if (!groups) return undefined;
    crc = combineCrc64(crc, groups.crc64, groups.range.endByte - groups.range.startByte);
  }
  return crc64ToBase64(combineCrc64(crc, crc64nvme(tail), tail.length));
}

/** Sums the row groups of parts as they are read, each part from its first row group to its last. */
export class PartSums {
  private readonly lake: ObjectStore;
  private readonly sums: Map<string, StreamChecksum>;

  constructor(lake: ObjectStore, kernel: Kernel, sources: SourcePart[]) {
    this.lake = lake;
    this.sums = new Map(sources.map(({ key }) => [key, new StreamChecksum(kernel)]));
  }

  async *read(key: string, range: ByteRange): AsyncIterable<Uint8Array> {
    const sum = this.sums.get(key);
    for await (const chunk of this.lake.streamRange(key, range)) {
      sum?.add(chunk);
      yield chunk;
    }
  }

  /** Fails with `ObjectDamaged` if the bytes of a part were not those of its checksum. */
  finish(sources: SourcePart[]): void {
    for (const source of sources) {
      const read = this.sums.get(source.key)?.finish();
      const groups = rowGroupsOf(source);
      if (groups && read !== groups.crc64) throw new ObjectDamaged(altered(source.key));
    }
  }
}

function altered(key: string) {
  return {
    what: 'this part was altered after it was written',
    where: key,
    why: 'Its bytes do not have the checksum that its manifest holds.',
  };
}

/**
 * The error to throw for one of a merge: if a part is damaged, that is why, whatever it looked like. Parts are read again to find out
 * which; nothing else of the merge is lost by that.
 */
export async function partError(
  lake: ObjectStore,
  plan: FilePlan,
  parts: MergePart[],
  error: unknown,
): Promise<unknown> {
  if (error instanceof PipelineError && error.retryable) return error;
  if (error instanceof Interrupted || error instanceof OutputUnwritable) return error;
  for (const part of parts) {
    const damage = await damageOf(lake, part);
    if (damage) {
      const next = `Nothing of the file was published by this run. ${convertAgain(plan)}`;
      return new ObjectDamaged({ ...damage, next, cause: error });
    }
  }
  return error;
}

async function damageOf(
  lake: ObjectStore,
  { key, bytes, checksum }: MergePart,
): Promise<ReturnType<typeof altered> | undefined> {
  const info = await lake.head(key);
  if (info?.sizeBytes !== bytes) {
    const why = info ? `It has ${info.sizeBytes} bytes, and its manifest says ${bytes}.` : 'It was removed.';
    return { what: 'this part is not as it was written', where: key, why };
  }
  if (checksum === undefined) return undefined;
  const isWhole = (await lake.hasChecksum(key, checksum)) ?? (await readChecksum(lake, key)) === checksum;
  return isWhole ? undefined : altered(key);
}

async function readChecksum(lake: ObjectStore, key: string): Promise<string> {
  let crc = 0n;
  for await (const chunk of lake.streamRange(key)) crc = crc64nvme(chunk, crc);
  return crc64ToBase64(crc);
}
