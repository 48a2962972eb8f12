import { PipelineError } from '../../errors.ts';
import { StreamChecksum } from '../../kernel/stream-checksum.ts';
import { FileProof } from '../../parquet/file-proof.ts';
import { giveBackMemory, takeMemory } from '../../parquet/kernel-memory.ts';
import { PageContradiction } from '../../parquet/page-contradiction.ts';
import { type ProofStep, planProof } from '../../parquet/proof-plan.ts';
import { readSourceFile } from '../../parquet/source-file.ts';
import type { ObjectInfo, ObjectStore } from '../../ports/object-store.ts';
import type { ByteRange } from '../../ranges/byte-range.ts';
import { crc64ToBase64 } from '../../ranges/crc64nvme.ts';

/** What a data file says when all of it is read. */
interface ProvedFile {
  /** Why its pages cannot be read as footer and page index have them, as a clause. */
  problem: string | undefined;
  /** By its footer; undefined if that cannot be read. */
  rows: number | undefined;
}

type Plan = { steps: ProofStep[]; rows: number } | { problem: string; rows: undefined };

/** Proves a file whose bytes are in memory. */
export async function provePages(bytes: Uint8Array): Promise<ProvedFile> {
  const plan = await planOf(bytes.length, async (range) => bytes.subarray(range.startByte, range.endByte));
  if (plan.rows === undefined) return plan;
  const memory = takeMemory();
  try {
    const proof = new FileProof(memory.kernel, plan.steps);
    proof.add(bytes);
    return { problem: proof.contradiction?.why, rows: plan.rows };
  } finally {
    giveBackMemory(memory);
  }
}

/** Proves a file while all its bytes are summed, in the memory of its largest page. */
export async function proveStoredPages(
  lake: ObjectStore,
  { key, sizeBytes, pin }: ObjectInfo,
): Promise<ProvedFile & { checksum: string }> {
  const plan = await planOf(sizeBytes, (range) => lake.readRange(key, range, { pin }));
  const memory = takeMemory();
  try {
    const checksum = new StreamChecksum(memory.kernel);
    const proof = plan.rows === undefined ? undefined : new FileProof(memory.kernel, plan.steps);
    for await (const chunk of lake.streamRange(key, undefined, { pin })) {
      checksum.add(chunk);
      proof?.add(chunk);
    }
    const { rows } = plan;
    const problem = rows === undefined ? plan.problem : proof?.contradiction?.why;
    return { problem, rows, checksum: crc64ToBase64(checksum.finish()) };
  } finally {
    giveBackMemory(memory);
  }
}

const UNREADABLE_FOOTER = 'its footer cannot be read';

async function planOf(sizeBytes: number, read: (range: ByteRange) => Promise<Uint8Array>): Promise<Plan> {
  let reading: Promise<Uint8Array> | undefined;
  try {
    const file = await readSourceFile(sizeBytes, (range) => {
      reading = read(range);
      return reading;
    });
    return { steps: planProof(file, sizeBytes), rows: file.rowCount };
  } catch (error) {
    // What the store says is about the store.
    await reading;
    if (error instanceof PageContradiction) return { problem: error.why ?? error.message, rows: undefined };
    const isAboutBytes =
      error instanceof RangeError || error instanceof TypeError || error instanceof PipelineError;
    if (!isAboutBytes) throw error;
    return { problem: UNREADABLE_FOOTER, rows: undefined };
  }
}
