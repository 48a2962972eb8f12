import { createMerger, readMergerEvent } from '../functions/merger/handler.ts';
import { createParser, readParserEvent } from '../functions/parser/handler.ts';
import { fileChecksum } from './adapters/file-checksum.ts';
import type { Lot } from './convert-lot.ts';
import { whileCollecting } from './garbage-collection.ts';
import { createLocalPorts, type LocalSetup } from './local-ports.ts';

/**
 * The functions that run on worker threads, called by name as Lambda would call them. A thread is stopped from outside; in the main thread
 * a parser stops at its next read after the signal.
 */
export async function invokeFunction(
  functionName: string,
  input: unknown,
  setup: unknown,
  signal?: AbortSignal,
): Promise<unknown> {
  // Not of the pipeline: the thread that publishes leaves it to these.
  if (functionName === 'checksums') {
    return await Promise.all((input as { paths: string[] }).paths.map(fileChecksum));
  }
  const local = setup as LocalSetup;
  // Input files may lie in different folders: each call says in which one.
  const { rawRoot = local.rawRoot } = input as { rawRoot?: string };
  const { bytesRead } = local;
  const count = (bytes: number) => {
    signal?.throwIfAborted();
    if (bytesRead) Atomics.add(bytesRead, 0, BigInt(bytes));
  };
  if (functionName === 'lot') {
    // Few conversions have many small files, and a thread starts faster without the state machine.
    const { convertLot } = await import('./convert-lot.ts');
    const { sentLot } = await import('./sent-lot.ts');
    return sentLot(await convertLot(local, input as Lot, count));
  }
  const ports = createLocalPorts({ ...local, rawRoot }, undefined, count);
  return whileCollecting(async () => {
    if (functionName === 'parser') return await createParser(ports)(readParserEvent(input));
    if (functionName === 'merger') return await createMerger(ports)(readMergerEvent(input));
    throw new Error(`no function '${functionName}'`);
  });
}
