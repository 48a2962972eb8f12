import type { Sending } from '../decide/transfer-record.ts';
import type { FileJob } from './file-job.ts';
import type { FileWork } from './file-work.ts';
import { patiently } from './patience.ts';
import { readPart } from './read-part.ts';

/** What the trailer of a file counts, if its layout has one. */
export async function trailerOf(work: FileWork, job: FileJob): Promise<Pick<Sending, 'records' | 'details'>> {
  const { layout } = job.rule;
  if (layout === undefined) return {};
  const { sizeBytes } = job.seen;
  const tailBytes = Math.min(sizeBytes, await work.ports.trailers.tailBytes(layout));
  if (tailBytes === 0) return {};
  const range = { startByte: sizeBytes - tailBytes, endByte: sizeBytes };
  const tail = await patiently(
    work.ports,
    () => readPart(job, range, new Uint8Array(tailBytes)),
    work.retried,
  );
  return work.ports.trailers.figures(layout, tail);
}
