import { PipelineError, PreconditionFailed, RunInconsistent } from '../../shared/errors.ts';
import { fits } from '../../shared/json-shape.ts';
import { type TransferRecord, transferRecordShape } from '../decide/transfer-record.ts';
import type { ConnectorPorts } from './connector-ports.ts';
import { patiently } from './patience.ts';

/** Another connector took the key over: whatever this one still does on it changes nothing. */
export class LeaseLost extends PipelineError {
  override readonly name = 'LeaseLost';
  readonly retryable = false;

  constructor(key: string, cause?: unknown) {
    super({ what: 'another connector works on this key by now', where: key, cause });
  }
}

interface ReadRecord {
  record: TransferRecord;
  tag: string;
}

/** The record of a key, or undefined if nobody has worked on it. */
export async function readRecord(
  ports: ConnectorPorts,
  documentKey: string,
): Promise<ReadRecord | undefined> {
  const stored = await patiently(ports, () => ports.state.get(documentKey));
  if (!stored) return undefined;
  return { record: parseRecord(stored.bytes, documentKey), tag: stored.tag };
}

export function parseRecord(bytes: Uint8Array, documentKey: string): TransferRecord {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw damagedRecord(documentKey, cause);
  }
  if (!fits(transferRecordShape, json)) throw damagedRecord(documentKey);
  return json;
}

/** A record that this process has the lease of. Each change is a conditional write, so a lease that was lost is noticed by the next. */
export class HeldRecord {
  private readonly ports: ConnectorPorts;
  private readonly documentKey: string;
  private current: TransferRecord;
  private tag: string | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  private savedMs: number;

  private constructor(ports: ConnectorPorts, documentKey: string, current: TransferRecord, tag?: string) {
    this.ports = ports;
    this.documentKey = documentKey;
    this.current = current;
    this.tag = tag;
    this.savedMs = ports.clock.steadyMs();
  }

  /** Takes the lease of a record that nobody holds, or whose holder may be replaced. Fails with `LeaseLost` if somebody was faster. */
  static async take(
    ports: ConnectorPorts,
    documentKey: string,
    free: TransferRecord,
    tag: string | undefined,
  ): Promise<HeldRecord> {
    const held = new HeldRecord(ports, documentKey, free, tag);
    await held.save((record) => record);
    return held;
  }

  get record(): TransferRecord {
    return this.current;
  }

  /** Changes the record; changes of several lanes come one after the other. */
  save(change: (record: TransferRecord) => TransferRecord): Promise<void> {
    const saving = this.turn.then(() => this.write(change(this.current)));
    this.turn = saving.catch(() => undefined);
    return saving;
  }

  /** Shows that this process is alive, if the last sign of it is old. */
  async beat(afterMs: number): Promise<void> {
    if (this.ports.clock.steadyMs() - this.savedMs >= afterMs) await this.save((record) => record);
  }

  /** Lets others work on the key. */
  async release(): Promise<void> {
    await this.save((record) => ({ ...record, lease: null }));
  }

  private async write(changed: TransferRecord): Promise<void> {
    const { owner } = this.ports;
    const beat = (this.current.lease?.beat ?? 0) + 1;
    const isReleased = changed.lease === null && this.current.lease?.owner === owner;
    const record = { ...changed, lease: isReleased ? null : { owner, beat } };
    const bytes = new TextEncoder().encode(`${JSON.stringify(record)}\n`);
    this.tag = await patiently(this.ports, () => this.put(bytes));
    this.current = record;
    this.savedMs = this.ports.clock.steadyMs();
  }

  private async put(bytes: Uint8Array): Promise<string> {
    const { state } = this.ports;
    try {
      return this.tag === undefined
        ? await state.putOnce(this.documentKey, bytes)
        : await state.putIf(this.documentKey, bytes, this.tag);
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) throw error;
      // An earlier try may have taken effect although its answer was lost.
      const stored = await state.get(this.documentKey);
      if (stored && Buffer.compare(stored.bytes, bytes) === 0) return stored.tag;
      const isOurs = stored && parseRecord(stored.bytes, this.documentKey).lease?.owner === this.ports.owner;
      if (!isOurs) throw new LeaseLost(this.documentKey, error);
      // Nobody but this process writes its name: that was an earlier change, which this one follows.
      return state.putIf(this.documentKey, bytes, stored.tag);
    }
  }
}

function damagedRecord(where: string, cause?: unknown): RunInconsistent {
  return new RunInconsistent({
    what: 'the record of a transfer cannot be read',
    where,
    why: 'It was cut off or changed by somebody else.',
    next: 'Look at the object at its key in the target; remove the record to let the connector compare the file with it anew.',
    cause,
  });
}
