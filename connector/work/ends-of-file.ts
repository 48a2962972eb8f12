import { isCompressed } from '../decide/compressed-parts.ts';
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
  const tailBytes = Math.min(sizeBytes, await work.ports.layouts.tailBytes(layout));
  if (tailBytes === 0) return {};
  const range = { startByte: sizeBytes - tailBytes, endByte: sizeBytes };
  const tail = await patiently(
    work.ports,
    () => readPart(job, range, new Uint8Array(tailBytes)),
    work.retried,
  );
  return work.ports.layouts.figures(layout, tail);
}

/**
 * Why the records of a file do not state their lengths although its layout says so, as a clause. Without them nobody finds the records
 * again, so such a file must not arrive as if it were whole.
 */
export async function lostLengths(work: FileWork, job: FileJob): Promise<string | undefined> {
  const { layout } = job.rule;
  // What is compressed begins with something else.
  if (layout === undefined || isCompressed(job.seen.path)) return undefined;
  const { sizeBytes } = job.seen;
  const headBytes = Math.min(sizeBytes, await work.ports.layouts.headBytes(layout));
  if (headBytes === 0) return undefined;
  const range = { startByte: 0, endByte: headBytes };
  const head = await patiently(
    work.ports,
    () => readPart(job, range, new Uint8Array(headBytes)),
    work.retried,
  );
  return work.ports.layouts.lengthsProblem(layout, head, sizeBytes);
}
