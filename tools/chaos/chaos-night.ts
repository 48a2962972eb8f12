import { createFileCatalog } from '../../local/adapters/catalog-file.ts';
import { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import type { StateMachineDefinition } from '../../local/state-machine/definition.ts';
import type { Notification } from '../../shared/ports/notifier.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';
import { type Chances, type FaultKind, FaultPlan } from './fault-plan.ts';
import { FunctionRuntime } from './function-runtime.ts';
import { LakeInvariants, lastRight } from './lake-invariants.ts';
import { type FileVersion, makeNightFiles, NIGHT_LAYOUT, type NightFile, PLANTED } from './night-files.ts';
import { NightLake } from './night-lake.ts';
import { type Ended, NightMachine } from './night-machine.ts';
import { VirtualTime } from './virtual-time.ts';

export const NIGHT_OUTCOMES = ['whole', 'in part', 'nothing published', 'broken'] as const;
type NightOutcome = (typeof NIGHT_OUTCOMES)[number];

/** How one night ended. */
export interface NightReport {
  seed: number;
  /** The state that readers saw in the morning, before the rerun; `broken` if an invariant was broken. */
  outcome: NightOutcome;
  faults: Map<FaultKind, number>;
  executions: Record<'loaded' | 'refused' | 'failed', number>;
  /** Empty when every invariant held. */
  broken: string[];
}

/** 02:00 in São Paulo. */
const NIGHT_STARTS_MS = Date.parse('2025-08-13T05:00:00Z');

/** Plays the night of `seed` with its faults, checks every invariant, runs it again without faults, and checks for the one right answer. */
export async function playNight(definition: StateMachineDefinition, seed: number): Promise<NightReport> {
  const plan = new FaultPlan(seed);
  const time = new VirtualTime(NIGHT_STARTS_MS);
  const random = plan.stream('Math.random');
  return time.run(
    () => new Night(definition, plan, time).play(),
    () => random.below(2 ** 32) / 2 ** 32,
  );
}

class Night {
  private readonly plan: FaultPlan;
  private readonly time: VirtualTime;
  private readonly chances: Chances;
  private readonly files: NightFile[];
  private readonly raw = new MemoryObjectStore();
  private readonly lake = new NightLake();
  private readonly notifications: Notification[] = [];
  private readonly metrics: unknown[] = [];
  private readonly machine: NightMachine;
  private readonly expectedFiles: number | undefined;

  constructor(definition: StateMachineDefinition, plan: FaultPlan, time: VirtualTime) {
    this.plan = plan;
    this.time = time;
    this.chances = plan.stream('night');
    this.files = makeNightFiles(plan.stream('files'));
    const good = this.files.filter(({ versions }) => versions.some(({ rows }) => rows !== undefined));
    this.expectedFiles = this.chances.happens(0.5) && good.length > 0 ? good.length : undefined;
    const runtime = new FunctionRuntime(plan, time, this.ports());
    this.machine = new NightMachine({ definition, plan, time, runtime, store: this.lake });
  }

  async play(): Promise<NightReport> {
    const executions = { loaded: 0, refused: 0, failed: 0 };
    const count = (ends: Ended[]) => {
      for (const { end } of ends) executions[end]++;
    };
    const broken: string[] = [];
    this.bring(({ first }) => first);
    if (this.chances.happens(0.4)) count(await this.inPeace('before'));
    const ends = await this.withFaults();
    count(ends);
    // By then every invocation that was given up but went on has ended.
    await this.time.sleep(3_600_000);

    const invariants = new LakeInvariants(this.lake, this.files, this.expectedFiles);
    broken.push(...(await invariants.broken()), ...this.machine.broken, ...(await this.untold(invariants)));
    broken.push(...(await invariants.unfounded(this.machine.published)));
    const succeeded = ends.filter(({ end }) => end === 'loaded').map(({ execution }) => execution);
    broken.push(...(await invariants.unpublished(new Set(succeeded))));
    const seen = await invariants.sourcesSeen();
    const right = this.files.filter(({ versions }) => versions.some(({ rows }) => rows)).length;

    this.bring(({ last }) => last);
    count(await this.inPeace('rerun'));
    // If the last version is refused, the right one before it is sent again.
    this.bring(({ last, right: good }) => good ?? last);
    count(await this.inPeace('sent again'));
    broken.push(...(await invariants.broken()), ...(await invariants.brokenAnswer()));
    this.lake.visibleWrites.length = 0;
    count(await this.inPeace('rerun again'));
    if (this.lake.visibleWrites.length > 0) {
      broken.push(`running again what is loaded wrote ${this.lake.visibleWrites.join(', ')}`);
    }
    broken.push(...this.leaks());
    const morning = seen === right ? 'whole' : seen > 0 ? 'in part' : 'nothing published';
    return {
      seed: this.plan.seed,
      outcome: broken.length > 0 ? 'broken' : morning,
      faults: this.plan.counts,
      executions,
      broken: [...new Set(broken)],
    };
  }

  /** Puts one version of each file where it is read from, unless its bytes are there already. */
  private bring(
    choose: (of: { first: FileVersion; last: FileVersion; right?: FileVersion | undefined }) => FileVersion,
  ): void {
    for (const { sourceKey, versions } of this.files) {
      const [first, last = first] = [versions[0], versions.at(-1)];
      if (!first || !last) continue;
      const { bytes } = choose({ first, last, right: lastRight(versions) });
      const isThere = this.raw.keys().includes(sourceKey);
      if (!isThere || !Buffer.from(bytes).equals(this.raw.bytesOf(sourceKey)))
        this.raw.replace(sourceKey, bytes);
    }
  }

  /** Converts every file once, one after the other, without faults. */
  private async inPeace(name: string): Promise<Ended[]> {
    const before = this.plan.calm;
    this.plan.calm = true;
    const ends: Ended[] = [];
    for (const { sourceKey } of this.files)
      ends.push(await this.machine.convert(`${name}-${sourceKey}`, sourceKey));
    this.plan.calm = before;
    return ends;
  }

  /** Events of all files: some twice, some late, in any order; corrected versions arrive in between. */
  private async withFaults(): Promise<Ended[]> {
    const events: { name: string; sourceKey: string; atMs: number; bytes?: Uint8Array }[] = [];
    for (const { sourceKey, versions } of this.files) {
      for (const [index, { bytes }] of versions.entries()) {
        const name = `${sourceKey}-${index}`;
        const arrivesMs = index * 20_000 + this.chances.below(2_000);
        const event = { name, sourceKey, atMs: arrivesMs };
        if (index > 0) events.push({ ...event, name: '', bytes });
        if (this.chances.happens(0.15)) event.atMs += this.drawn('event late', 60_000);
        else if (this.chances.happens(0.1)) event.atMs += this.drawn('event out of order', 5_000);
        events.push(event);
        if (this.chances.happens(0.3)) {
          events.push({
            ...event,
            name: `${name}-twice`,
            atMs: arrivesMs + this.drawn('event twice', 30_000),
          });
        }
      }
    }
    const ends = await Promise.all(
      events.map(async ({ name, sourceKey, atMs, bytes }): Promise<Ended[]> => {
        await this.time.sleep(atMs);
        if (bytes === undefined) return [await this.machine.convert(name, sourceKey)];
        this.plan.count('file replaced meanwhile');
        this.raw.replace(sourceKey, bytes);
        return [];
      }),
    );
    return ends.flat();
  }

  private drawn(kind: FaultKind, upToMs: number): number {
    this.plan.count(kind);
    return this.chances.below(upToMs);
  }

  /** Files that failed or were refused without a notification that names them; if another execution took over, it notifies. */
  private async untold(invariants: LakeInvariants): Promise<string[]> {
    const broken: string[] = [];
    for (const { name, sourceKey, execution } of this.machine.mustBeTold) {
      const entry = await invariants.entryOf(sourceKey);
      const isOver =
        entry?.execution !== execution && entry?.history.some((step) => step.execution === execution);
      // An execution may fail after it reported its success and before it noted that people know.
      const knows = entry?.state === 'loaded' && entry.told !== undefined;
      const told =
        knows ||
        this.notifications.some(({ kind, message }) => kind === 'failure' && message.includes(sourceKey));
      if (!told && !isOver) broken.push(`${name}: nobody was told that ${sourceKey} ended`);
    }
    return broken;
  }

  /** Record content in notifications, metrics, errors, the ledger or manifests, where there must be none. */
  private leaks(): string[] {
    const told = JSON.stringify([this.notifications, this.metrics, this.machine.messages]);
    const texts = new Map([['notifications, metrics and errors', told]]);
    for (const key of this.lake.keys().filter((name) => name.endsWith('.json'))) {
      texts.set(key, Buffer.from(this.lake.bytesOf(key)).toString('utf8'));
    }
    return [...texts].flatMap(([where, text]) =>
      PLANTED.filter((planted) => text.includes(planted)).map((planted) => `${where} shows ${planted}`),
    );
  }

  private ports(): PipelinePorts {
    return {
      raw: this.raw,
      lake: this.lake,
      publishedPrefix: 'processed/',
      catalog: createFileCatalog(this.lake),
      layouts: {
        load: async () => ({ file: 'chaos.json', text: NIGHT_LAYOUT }),
        loadBeside: async (_file, name) => ({ file: name, text: '' }),
      },
      metrics: { record: async (...args) => void this.metrics.push(args) },
      notifier: { notify: async (notification) => void this.notifications.push(notification) },
      clock: { now: () => this.time.now() },
      settings: { rangeSizeBytes: 2_000, wholePartBytes: 1_500, expectedFiles: this.expectedFiles },
    };
  }
}
