import type { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import type { StateMachineDefinition } from '../../local/state-machine/definition.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';
import type { FaultPlan } from './fault-plan.ts';
import { FunctionRuntime } from './function-runtime.ts';
import { NightDeeds } from './night-deeds.ts';
import { BUSINESS_DATES, type NightFile } from './night-files.ts';
import type { NightLake } from './night-lake.ts';
import { type Ended, NightMachine } from './night-machine.ts';
import type { Deed, NightStep } from './night-steps.ts';
import type { RowModel, Run } from './row-model.ts';
import { type ConvertFact, noFacts, type StepFacts } from './step-facts.ts';
import type { VirtualTime } from './virtual-time.ts';

interface PlayerSetup {
  definition: StateMachineDefinition;
  plan: FaultPlan;
  time: VirtualTime;
  raw: MemoryObjectStore;
  lake: NightLake;
  ports: PipelinePorts;
  files: NightFile[];
  /** Filled with every run that is planned. */
  runs: Map<string, Run>;
  models: RowModel[];
  /** How far the clock of each host is ahead. */
  hostOffMs: number[];
}

/** Plays the deeds of a step on the hosts, and notes what was asked and answered. */
export class StepPlayer {
  readonly deeds = new Map<Deed['do'], number>();
  readonly executions = { loaded: 0, refused: 0, failed: 0 };
  private readonly of: PlayerSetup;
  private readonly machines: NightMachine[];
  private readonly runtimes: FunctionRuntime[];
  private readonly people: NightDeeds;
  /** The version of a file, by the version that the store gave its object. */
  private readonly sent = new Map<string, { file: number; version: number }>();
  /** Files that are being converted. */
  private readonly busy = new Set<number>();

  constructor(of: PlayerSetup) {
    this.of = of;
    const { definition, plan, time, ports, lake } = of;
    this.people = new NightDeeds(of.files);
    this.runtimes = of.hostOffMs.map((aheadMs) => new FunctionRuntime(plan, time, ports, aheadMs));
    this.machines = this.runtimes.map(
      (runtime) => new NightMachine({ definition, plan, time, runtime, store: lake }),
    );
  }

  broken(): string[] {
    return this.machines.flatMap(({ broken }) => broken);
  }

  mustBeTold(): Ended[] {
    return this.machines.flatMap(({ mustBeTold }) => mustBeTold);
  }

  /** Has the execution ended, and was its end heard of? */
  isOver(execution: string): boolean {
    return this.machines.some(({ over }) => over.has(execution));
  }

  messages(): string[] {
    return this.machines.flatMap(({ messages }) => messages);
  }

  async play(step: NightStep): Promise<StepFacts> {
    const facts = noFacts();
    this.of.lake.beginStep();
    const waits = step.deeds.map(({ waitMs }) => waitMs);
    if (waits.some((waitMs, index) => waits.slice(index + 1).some((later) => later < waitMs))) {
      this.of.plan.count('event out of order');
    }
    await Promise.all(
      step.deeds.map(async ({ id, host, waitMs, deed }) => {
        this.deeds.set(deed.do, (this.deeds.get(deed.do) ?? 0) + 1);
        if (this.of.hostOffMs[host] !== 0) this.of.plan.count('host clock off');
        if (waitMs > 20_000) this.of.plan.count('event late');
        if (waitMs > 0) await this.of.time.sleep(waitMs);
        await this.perform(`${step.id}.${id}`, host, deed, facts);
      }),
    );
    return facts;
  }

  /** The steps that bring every day to its one right answer. */
  stepsToTheEnd(): NightStep[] {
    const { files, models } = this.of;
    const deeds: Deed[] = [];
    for (const { day, awaitsManifest, stated } of models) {
      const isUsed = files.some((file) => file.day === day);
      if (isUsed && awaitsManifest && !stated) deeds.push({ do: 'publish', day });
    }
    const right = (file: number) => files[file]!.versions.findLastIndex(({ rows }) => rows !== undefined);
    for (const file of files.keys()) {
      const version = right(file);
      const corrects = files[file]!.corrects;
      if (corrects && right(corrects.file) !== corrects.version) {
        // Nobody can convert it again for the version that there is; what was damaged of it would stay.
        if (this.deeds.has('damage')) deeds.push({ do: 'roll back a file', file, remove: true });
        continue;
      }
      if (version < 0) continue;
      deeds.push({ do: 'convert', file, version, force: true, isTwice: false });
    }
    for (const { day, awaitsManifest, commits, loaded } of models) {
      if (commits.length === 0 && loaded.size === 0 && !files.some((file) => file.day === day)) continue;
      if (awaitsManifest) deeds.push({ do: 'day manifest late', day, statesSizes: false });
    }
    // What is damaged of a run that no file needs any more is not mended by converting one.
    if (this.deeds.has('damage')) deeds.push({ do: 'repair' });
    deeds.push({ do: 'clean', runsOlderThanMs: 0, generationsOlderThanMs: 0 }, { do: 'verify' });
    return inPeace(
      deeds.filter(({ do: what }) => what !== 'publish'),
      1000,
    );
  }

  /** Everything once more, as it was sent: nothing may change. */
  stepsAgain(): NightStep[] {
    const { files } = this.of;
    const deeds = this.stepsToTheEnd().flatMap(({ deeds: [only] }) => {
      const deed = only?.deed;
      return deed?.do === 'convert' && files[deed.file] ? [{ ...deed, force: false }] : [];
    });
    return inPeace(deeds, 2000);
  }

  private async perform(name: string, host: number, deed: Deed, facts: StepFacts): Promise<void> {
    const runtime = this.runtimes[host]!;
    switch (deed.do) {
      case 'convert':
        facts.converts.push(await this.convert(name, host, deed));
        return;
      case 'roll back a file': {
        const { file, remove } = deed;
        const day = this.of.files[file]!.day;
        facts.rollbacks.push(
          await this.people.rollBack(runtime, name, { day, file, remove, toCommit: undefined }),
        );
        return;
      }
      case 'roll back a day': {
        const { day, back } = deed;
        const toCommit =
          back === undefined ? undefined : Math.max(1, this.of.models[day]!.commits.length - back);
        const asked = { day, file: undefined, remove: false, toCommit };
        facts.rollbacks.push(await this.people.rollBack(runtime, name, asked));
        return;
      }
      case 'publish':
      case 'publish in part': {
        const isPartial = deed.do === 'publish in part';
        facts.publishes.push(await this.people.publish(runtime, name, { day: deed.day, isPartial }));
        return;
      }
      case 'day manifest late':
        return this.sendManifest(name, runtime, deed, facts);
      case 'clean':
        facts.cleaned++;
        facts.shows.push(await this.people.clean(runtime, name, deed));
        return;
      case 'catch up':
        facts.shows.push(await this.people.catchUp(runtime, name));
        return;
      case 'verify':
        facts.findings.push(...(await this.people.verify(runtime, name)));
        return;
      case 'repair':
        facts.findings.push(...(await this.people.repair(runtime, name)));
        return;
      case 'older catalog':
        for (const key of this.of.lake.catalogTexts.keys()) {
          if (this.of.lake.takeBackCatalog(key, deed.back)) facts.catalogsReplaced++;
        }
        return;
      case 'damage':
        if (this.damage(deed)) facts.damaged++;
    }
  }

  private async convert(name: string, host: number, deed: Deed & { do: 'convert' }): Promise<ConvertFact> {
    const { files, plan, time } = this.of;
    const { file, version, force, isTwice, stopAfterMs } = deed;
    const { sourceKey, day, corrects } = files[file]!;
    this.send(file, version);
    const noted = { runs: [] as string[], published: [] as number[], planned: (id: string) => this.plan(id) };
    const asked = {
      ...{ sourceKey, force, stopAfterMs },
      supplementOf: corrects && files[corrects.file]!.sourceKey,
      businessDate: corrects && BUSINESS_DATES[day],
    };
    const machine = this.machines[host]!;
    this.busy.add(file);
    const twice = async () => {
      plan.count('event twice');
      await time.sleep(plan.stream(`${name} twice`).below(30_000));
      return machine.convert({ ...asked, name: `${name}-twice` }, noted);
    };
    const ended = await Promise.all([
      machine.convert({ ...asked, name }, noted),
      ...(isTwice ? [twice()] : []),
    ]);
    this.busy.delete(file);
    for (const { end } of ended) this.executions[end]++;
    const { runs, published } = noted;
    const ends = ended.map(({ end }) => end);
    return {
      day,
      file,
      version,
      force,
      ends,
      runs,
      published,
      problem: ended.find(({ problem }) => problem)?.problem,
    };
  }

  /** Puts a version where it is read from, unless its bytes are there already. */
  private send(file: number, version: number): void {
    const { raw, files, plan } = this.of;
    const { sourceKey, versions } = files[file]!;
    const { bytes } = versions[version]!;
    if (raw.keys().includes(sourceKey) && Buffer.from(bytes).equals(raw.bytesOf(sourceKey))) return;
    if (this.busy.has(file)) plan.count('file replaced meanwhile');
    this.sent.set(raw.replace(sourceKey, bytes), { file, version });
  }

  /** Notes a run as its plan names it. */
  private plan(runId: string): void {
    const { lake, runs } = this.of;
    const { version, supplementOf } = JSON.parse(lake.textOf(`runs/${runId}/plan.json`));
    const sent = this.sent.get(version);
    if (sent) runs.set(runId, { ...sent, corrects: supplementOf?.runId });
  }

  private async sendManifest(
    name: string,
    runtime: FunctionRuntime,
    { day, statesSizes }: Deed & { do: 'day manifest late' },
    facts: StepFacts,
  ): Promise<void> {
    const stated = this.people.stated(day, statesSizes);
    if (stated.versions.size === 0) return;
    const fact = await this.people.publish(runtime, name, { day, isPartial: false, stated });
    facts.manifests.push(fact);
    facts.publishes.push(fact);
    // The day is held to it from the moment that the ledger has it, whether or not the command lived to say so.
    const date = BUSINESS_DATES[day]!.split('-');
    const prefix = `ledger/chaos/year=${date[0]}/month=${date[1]}/day=${date[2]}/_terms/`;
    const numberOf = (key: string) => Number(/(\d+)\.json$/.exec(key)?.[1]);
    const terms = this.of.lake.keys().filter((key) => key.startsWith(prefix));
    const last = terms.sort((a, b) => numberOf(a) - numberOf(b)).at(-1);
    const { manifest } = last === undefined ? {} : JSON.parse(this.of.lake.textOf(last));
    // A command that failed may have left the manifest before.
    const hasSizes = JSON.stringify(manifest ?? {}).includes('"sizeBytes"');
    if (manifest) this.of.models[day]!.stated = this.people.stated(day, hasSizes);
  }

  /** Damages an object of the loaded run of a file; answers whether there was one. */
  private damage({ file, object, how }: Deed & { do: 'damage' }): boolean {
    const { lake, models, files } = this.of;
    const run = models[files[file]!.day]!.loaded.get(file);
    const keys = lake.keys().filter((key) => run !== undefined && key.startsWith(`runs/${run}/`));
    const key = keys[object % Math.max(1, keys.length)];
    if (key === undefined) return false;
    const bytes = lake.bytesOf(key);
    const flipped = bytes.map((byte, at) => (at === object % bytes.length ? byte ^ 4 : byte));
    if (how === 'removed') lake.harm(key, undefined);
    else lake.harm(key, how === 'flipped' ? flipped : bytes.slice(0, bytes.length >> 1));
    return true;
  }
}

/** One step for each deed, without faults. */
function inPeace(deeds: Deed[], firstId: number): NightStep[] {
  return deeds.map((deed, index) => ({
    id: firstId + index,
    rough: 0,
    deeds: [{ id: 0, host: 0, waitMs: 0, deed }],
  }));
}
