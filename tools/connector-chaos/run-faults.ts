import { OutputUnwritable, StoreThrottled, StoreUnavailable } from '../../shared/errors.ts';
import type { TransferTarget } from '../../shared/ports/transfer-target.ts';
import type { Chances } from '../chaos/fault-plan.ts';

/** Everything that can go wrong in a run, by the name the table shows. */
export const RUN_FAULTS = [
  'source failed',
  'stale listing',
  'changed while it was read',
  'throttled',
  'failed before the effect',
  'failed after the effect',
  'disk full',
  'connection cut',
  'answer lost in S3',
  'conflict in S3',
  'error after 200 in S3',
  'journal disk full',
  'killed',
  'killed and the host restarted',
  'held for minutes',
  'clock jumped',
] as const;
export type RunFault = (typeof RUN_FAULTS)[number];

/** Chances of a run, by how rough it is. */
export interface Roughness {
  source: number;
  stale: number;
  race: number;
  target: number;
  /** Of a call of a host: it is the last one of its process, or it takes minutes. */
  killed: number;
  held: number;
  journal: number;
}

export const ROUGHNESS: readonly Roughness[] = [
  { source: 0, stale: 0, race: 0, target: 0, killed: 0, held: 0, journal: 0 },
  { source: 0.01, stale: 0.2, race: 0.05, target: 0.01, killed: 0.002, held: 0.001, journal: 0.001 },
  { source: 0.03, stale: 0.4, race: 0.1, target: 0.04, killed: 0.008, held: 0.004, journal: 0.004 },
  { source: 0.08, stale: 0.5, race: 0.2, target: 0.1, killed: 0.02, held: 0.01, journal: 0.01 },
];

/** Runs every call of a host: some of them fail, never end, or take minutes. The `last` ones make an object visible: there it matters most. */
export type Gate = <T>(call: () => Promise<T>, kind?: 'write' | 'last') => Promise<T>;

/** A gate for calls to the target, which may fail before or after they took effect. */
export function targetGate(
  chances: Chances,
  roughness: () => Roughness,
  count: (fault: RunFault) => void,
  isFolder: boolean,
): Gate {
  return async (call, kind) => {
    const { target } = roughness();
    if (chances.happens(target / 3)) {
      count('throttled');
      throw new StoreThrottled({ what: 'SlowDown' });
    }
    if (chances.happens(target / 3)) {
      count('failed before the effect');
      throw new StoreUnavailable({ what: 'the connection broke' });
    }
    if (isFolder && kind && chances.happens(target / 3)) {
      count('disk full');
      throw new OutputUnwritable({ what: 'this cannot be written', why: 'The disk is full.' });
    }
    const answer = await call();
    if (chances.happens(target / 3)) {
      count('failed after the effect');
      throw new StoreUnavailable({ what: 'the answer was lost' });
    }
    return answer;
  };
}

/** A target each of whose calls goes through gates. */
export function gatedTarget(target: TransferTarget, gate: Gate): TransferTarget {
  const { documents } = target;
  return {
    ...{ name: target.name, leastPartBytes: target.leastPartBytes, mostParts: target.mostParts },
    documents: {
      get: (key) => gate(() => documents.get(key)),
      putOnce: (key, bytes) => gate(() => documents.putOnce(key, bytes), 'write'),
      putIf: (key, bytes, tag) => gate(() => documents.putIf(key, bytes, tag), 'write'),
      async *list(prefix) {
        const listed = await gate(async () => Array.fromAsync(documents.list(prefix)));
        yield* listed;
      },
    },
    find: (key) => gate(() => target.find(key)),
    put: (key, bytes, crc, replaces) => gate(() => target.put(key, bytes, crc, replaces), 'last'),
    begin: (key) => gate(() => target.begin(key), 'write'),
    // The memory of the bytes is the connector's: a call that goes on after its process was killed must not see what comes next.
    send: (upload, part, bytes, crc) => {
      const copy = Buffer.from(bytes);
      return gate(() => target.send(upload, part, copy, crc), 'write');
    },
    parts: (upload) => gate(() => target.parts(upload)),
    complete: (upload, parts, whole, replaces) =>
      gate(() => target.complete(upload, parts, whole, replaces), 'last'),
    abort: (upload) => gate(() => target.abort(upload), 'write'),
  };
}
