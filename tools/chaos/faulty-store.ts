import { childrenOf } from '../../local/adapters/memory-object-store.ts';
import { OutputUnwritable, StoreUnavailable } from '../../shared/errors.ts';
import type { ObjectInfo, ObjectStore, ObjectWriter } from '../../shared/ports/object-store.ts';
import type { Chances, FaultKind, FaultPlan } from './fault-plan.ts';
import type { VirtualTime } from './virtual-time.ts';

/** Between an invocation and a port: may let a call wait, fail before or after its effect, or never return. */
export class Calls {
  readonly plan: FaultPlan;
  readonly chances: Chances;
  /** Decides at each call whether the invocation ends, before or after the effect of the call. */
  private readonly onCall: (ordinal: number) => 'go on' | 'die before' | 'die after';
  /** Longest wait of a call; longer once the invocation was given up but goes on. */
  longestMs = 40;
  private readonly time: VirtualTime;
  private readonly stopped: AbortSignal | undefined;
  private ordinal = 0;
  private dead = false;

  constructor(
    plan: FaultPlan,
    time: VirtualTime,
    chances: Chances,
    onCall: (ordinal: number) => 'go on' | 'die before' | 'die after',
    stopped?: AbortSignal,
  ) {
    this.stopped = stopped;
    this.plan = plan;
    this.time = time;
    this.chances = chances;
    this.onCall = onCall;
  }

  /** Makes one call. A dead process's calls have no effect and never return. */
  async make<T>(where: string, effect: () => Promise<T>, writes = false): Promise<T> {
    if (this.dead || this.stopped?.aborted) return never();
    const isSlow = !this.plan.calm && this.chances.happens(SLOW_CHANCE);
    await this.time.sleep(this.chances.below(isSlow ? SLOW_MS : this.longestMs));
    if (this.dead || this.stopped?.aborted) return never();
    const fate = this.plan.calm ? 'go on' : this.onCall(this.ordinal++);
    if (fate === 'die before') return this.die();
    const fault = this.draw(writes);
    if (fault === 'disk full') throw diskFull(where);
    const isAfter = fault === 'timed out after the effect' || fault === 'disk full in mid-rename';
    if (fault !== undefined && !isAfter) throw unavailable(where, fault);
    const result = await effect();
    if (fate === 'die after') return this.die();
    // The file has its new name already, and its folder could not be synced.
    if (fault === 'disk full in mid-rename') throw diskFull(where);
    if (fault !== undefined) throw unavailable(where, fault);
    return result;
  }

  /** Waits between a read and the conditional write that depends on it, so that others overtake. */
  async hold(): Promise<void> {
    if (this.plan.calm || !this.chances.happens(HOLD_CHANCE)) return;
    this.plan.count('held before a conditional write');
    await this.time.sleep(this.chances.below(HOLD_MS));
  }

  private draw(writes: boolean): FaultKind | undefined {
    if (this.plan.calm) return undefined;
    const { call, diskFull: full } = this.plan.roughness;
    const kind =
      writes && this.chances.happens(full)
        ? this.chances.of(['disk full', 'disk full in mid-rename'] as const)
        : this.chances.happens(call)
          ? this.chances.of(FAILED_CALLS)
          : undefined;
    if (kind) this.plan.count(kind);
    return kind;
  }

  private die(): Promise<never> {
    this.dead = true;
    return never();
  }
}

/** Some calls take long, so that others overtake them. */
const SLOW_CHANCE = 0.1;
const SLOW_MS = 3_000;
const HOLD_CHANCE = 0.3;
const HOLD_MS = 12_000;

const FAILED_CALLS = [
  'throttled',
  'server error',
  'timed out before the effect',
  'timed out after the effect',
] as const satisfies FaultKind[];

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

function unavailable(where: string, kind: FaultKind): StoreUnavailable {
  return new StoreUnavailable({ what: 'the store did not answer', where, why: kind, next: 'Try again.' });
}

function diskFull(where: string): OutputUnwritable {
  return new OutputUnwritable({ what: 'this cannot be written', where, why: 'The disk is full.' });
}

/** An object store whose calls go through `calls`. */
export class FaultyStore implements ObjectStore {
  private readonly inner: ObjectStore;
  private readonly calls: Calls;

  constructor(inner: ObjectStore, calls: Calls) {
    this.inner = inner;
    this.calls = calls;
  }

  head(key: string) {
    return this.calls.make(key, () => this.inner.head(key));
  }

  async *streamRange(...args: Parameters<ObjectStore['streamRange']>): AsyncIterable<Uint8Array> {
    const [key, range] = args;
    await this.calls.make(key, async () => undefined);
    const { plan, chances } = this.calls;
    const isCut = !plan.calm && chances.happens(plan.roughness.call);
    let left = isCut ? chances.below((range?.endByte ?? 1000) - (range?.startByte ?? 0)) : Infinity;
    for await (const chunk of this.inner.streamRange(...args)) {
      if (chunk.length > left) {
        plan.count('body cut short');
        yield chunk.subarray(0, left);
        throw unavailable(key, 'body cut short');
      }
      left -= chunk.length;
      yield chunk;
      await this.calls.make(key, async () => undefined);
    }
  }

  readRange(...args: Parameters<ObjectStore['readRange']>) {
    return this.calls.make(args[0], () => this.inner.readRange(...args));
  }

  get(key: string) {
    return this.calls.make(key, () => this.inner.get(key));
  }

  put(key: string, bytes: Uint8Array) {
    return this.calls.make(key, () => this.inner.put(key, bytes), true);
  }

  async putOnce(key: string, bytes: Uint8Array) {
    await this.calls.hold();
    return this.calls.make(key, () => this.inner.putOnce(key, bytes), true);
  }

  async putIf(key: string, bytes: Uint8Array, tag: string) {
    await this.calls.hold();
    return this.calls.make(key, () => this.inner.putIf(key, bytes, tag), true);
  }

  createWriter(key: string): ObjectWriter {
    const writer = this.inner.createWriter(key);
    return {
      write: (bytes) => this.calls.make(key, () => writer.write(bytes), true),
      close: () => this.calls.make(key, () => writer.close(), true),
      abort: () => writer.abort(),
    };
  }

  compose(...args: Parameters<ObjectStore['compose']>) {
    return this.calls.make(args[0], () => this.inner.compose(...args), true);
  }

  copy(...args: Parameters<ObjectStore['copy']>) {
    return this.calls.make(args[1], () => this.inner.copy(...args), true);
  }

  hasChecksum(...args: Parameters<ObjectStore['hasChecksum']>) {
    return this.calls.make(args[0], () => this.inner.hasChecksum(...args));
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    yield* await this.listed(prefix);
  }

  async *listFolder(folder: string): AsyncIterable<string> {
    const keys = (await this.listed(folder)).map(({ key }) => key);
    yield* childrenOf(folder, keys);
  }

  /** An older listing lacks the objects that were written last. */
  private async listed(prefix: string): Promise<ObjectInfo[]> {
    const { plan, chances } = this.calls;
    const found = await this.calls.make(prefix, () => Array.fromAsync(this.inner.list(prefix)));
    const isOld = !plan.calm && found.length > 0 && chances.happens(2 * plan.roughness.call);
    if (isOld) plan.count('older listing');
    return isOld ? withoutNewest(found, 1 + chances.below(2)) : found;
  }

  delete(keys: string[]) {
    return this.calls.make(keys[0] ?? '', () => this.inner.delete(keys), true);
  }
}

/** Versions of the store in memory count up. */
function withoutNewest(found: ObjectInfo[], count: number): ObjectInfo[] {
  const age = ({ version }: ObjectInfo) => Number(version.slice(1));
  const newest = [...found].sort((a, b) => age(b) - age(a)).slice(0, count);
  return found.filter((info) => !newest.includes(info));
}
