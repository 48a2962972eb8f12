import type { FilePlan } from '../../shared/run/file-plan.ts';

/** A whole plan of a small file, for code that reads only a part of it. */
export function samplePlan(changes: Partial<FilePlan> = {}): FilePlan {
  return {
    runId: 'run',
    dataset: 'small',
    sourceKey: 'in/a.txt',
    sourceId: 'a-1',
    version: 'v1',
    pin: 'v1',
    sizeBytes: 10,
    compression: null,
    businessDate: '2025-08-12',
    ledgerKey: 'ledger/small/a-1.json',
    attempt: 0,
    softwareVersion: '1',
    layout: { file: 'small.json', text: '{}', fingerprint: 'f' },
    geometry: { terminatorBytes: 1, strideBytes: null },
    chain: null,
    leadingBytes: 0,
    header: null,
    trailer: null,
    controlFile: null,
    remainder: { startByte: 10, endByte: 10 },
    rangeCount: 1,
    wholePartBytes: 1,
    startedAt: '2025-08-12T00:00:00.000Z',
    ...changes,
  };
}
