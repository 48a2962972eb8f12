import { createFileCatalog } from '../../local/adapters/catalog-file.ts';
import { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import type { StateMachineDefinition } from '../../local/state-machine/definition.ts';
import type { Notification } from '../../shared/ports/notifier.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';
import { type FaultKind, FaultPlan } from './fault-plan.ts';
import { NIGHT_TABLES } from './iceberg-readers.ts';
import { LakeInvariants } from './lake-invariants.ts';
import { BUSINESS_DATES, makeNightFiles, NIGHT_LAYOUT, type NightFile } from './night-files.ts';
import { NightLake } from './night-lake.ts';
import { type Deed, drawSteps, type NightStep, onlyDeeds } from './night-steps.ts';
import { lastShown, RowModel, type Run } from './row-model.ts';
import type { StepKind } from './step-context.ts';
import { factsOfDay, type StepFacts } from './step-facts.ts';
import { judgeStep } from './step-judge.ts';
import { StepPlayer } from './step-player.ts';
import { VirtualTime } from './virtual-time.ts';

export const NIGHT_OUTCOMES = ['whole', 'in part', 'nothing published', 'broken'] as const;
type NightOutcome = (typeof NIGHT_OUTCOMES)[number];

/** How one night ended. */
export interface NightReport {
  seed: number;
  /** What readers saw before everything was sent again; `broken` if an invariant was broken. */
  outcome: NightOutcome;
  faults: Map<FaultKind, number>;
  deeds: Map<Deed['do'], number>;
  executions: Record<'loaded' | 'refused' | 'failed', number>;
  /** Empty if every invariant held. */
  broken: string[];
  steps: NightStep[];
}

/** 02:00 in São Paulo. */
const NIGHT_STARTS_MS = Date.parse('2025-08-13T05:00:00Z');
/** By then every invocation that was given up but went on has ended. */
const LAST_CALL_MS = 3_600_000;
const MOST_HOST_OFF_MS = 30 * 60_000;

/**
 * Plays the night of `seed`, step by step, and checks every invariant after each step; then sends everything again without faults, and
 * checks for the one right answer. With `only`, the deeds with other ids are left out.
 */
export async function playNight(
  definition: StateMachineDefinition,
  seed: number,
  only?: string[],
): Promise<NightReport> {
  const plan = new FaultPlan(seed);
  const time = new VirtualTime(NIGHT_STARTS_MS);
  const random = plan.stream('Math.random');
  return time.run(
    () => new Night(definition, plan, time, only).play(),
    () => random.below(2 ** 32) / 2 ** 32,
  );
}

class Night {
  private readonly plan: FaultPlan;
  private readonly time: VirtualTime;
  private readonly files: NightFile[];
  private readonly steps: NightStep[];
  private readonly lake = new NightLake();
  private readonly notifications: Notification[] = [];
  private readonly metrics: unknown[] = [];
  private readonly runs = new Map<string, Run>();
  private readonly models: RowModel[];
  private readonly player: StepPlayer;
  private readonly invariants: LakeInvariants;
  private isWorn = false;
  private hadOldCatalog = false;
  /** Do readers of a table not see the last commit of a day? */
  private isBehind = false;
  /** A step failed and was told: other programs may see less than our own readers until the day is shown again. */
  private hasFailed = false;
  private isEnding = false;

  constructor(
    definition: StateMachineDefinition,
    plan: FaultPlan,
    time: VirtualTime,
    only: string[] | undefined,
  ) {
    this.plan = plan;
    this.time = time;
    const chances = plan.stream('night');
    this.files = makeNightFiles(plan.stream('files'));
    const all = drawSteps(plan.stream('steps'), this.files);
    this.steps = only ? onlyDeeds(all, only) : all;
    const good = this.files.filter(
      ({ versions, corrects, day }) => day === 0 && !corrects && versions.some(({ rows }) => rows),
    );
    const isOneDay = this.files.every(({ day }) => day === 0);
    const expectedFiles = isOneDay && chances.happens(0.4) && good.length > 0 ? good.length : undefined;
    const awaitsManifest = expectedFiles === undefined && chances.happens(0.2);
    this.models = BUSINESS_DATES.map(
      (_, day) => new RowModel(this.files, day, this.runs, { expectedFiles, awaitsManifest }),
    );
    const raw = new MemoryObjectStore();
    const hostOffMs = [0, chances.below(2 * MOST_HOST_OFF_MS) - MOST_HOST_OFF_MS];
    this.player = new StepPlayer({
      ...{ definition, plan, time, raw, hostOffMs },
      ...{ files: this.files, lake: this.lake, runs: this.runs, models: this.models },
      ports: this.ports(raw, expectedFiles, awaitsManifest),
    });
    this.invariants = new LakeInvariants(this.lake, this.files);
  }

  async play(): Promise<NightReport> {
    const broken: string[] = [];
    let outcome: NightOutcome = 'broken';
    try {
      for (const step of this.steps) {
        broken.push(...(await this.playStep(step)).map((what) => `after step ${step.id}: ${what}`));
        if (broken.length > 0) break;
      }
      broken.push(...this.player.broken(), ...this.untold());
      outcome = this.outcomeNow();
      if (broken.length === 0) broken.push(...(await this.end()));
    } catch (error) {
      // The seed must be told, whatever a wrong change does to the night.
      broken.push(`the night could not go on: ${(error as Error).stack}`);
    }
    const told = JSON.stringify([this.notifications, this.metrics, this.player.messages()]);
    broken.push(...this.invariants.leaks(told));
    return {
      seed: this.plan.seed,
      outcome: broken.length > 0 ? 'broken' : outcome,
      faults: this.plan.counts,
      deeds: this.player.deeds,
      executions: this.player.executions,
      broken: [...new Set(broken)],
      steps: this.steps,
    };
  }

  private async playStep(step: NightStep): Promise<string[]> {
    const oldListings = this.plan.counts.get('older listing') ?? 0;
    this.plan.become(step.rough);
    const facts = await this.player.play(step);
    const isExact = step.deeds.length === 1 && step.rough === 0;
    await this.time.sleep(isExact ? 60_000 : LAST_CALL_MS);
    this.plan.become(0);
    this.isWorn ||= facts.damaged + facts.cleaned > 0;
    this.hadOldCatalog ||= facts.catalogsReplaced > 0;
    // In a lake without damage, `verify` finds none; in the end everything is healed.
    const isSound = isExact && (!(this.isWorn || this.hadOldCatalog) || this.isEnding);
    // A publication that failed was told of; until the next one, `verify` says what it left behind.
    const wasBehind = this.isBehind || (this.hasFailed && !this.isEnding);
    this.hasFailed ||= hasFailure(facts);
    const found = (isSound ? facts.findings : []).flatMap((finding) =>
      wasBehind && showsLast(finding) ? [] : [`verify: ${finding}`],
    );
    const broken = await this.judge(facts, {
      isExact: isExact && !facts.converts.some(({ ends }) => ends.length > 1),
      hasOldListing: (this.plan.counts.get('older listing') ?? 0) > oldListings,
      isWorn: this.isWorn,
    });
    return [...broken, ...found];
  }

  private async judge(facts: StepFacts, kind: StepKind): Promise<string[]> {
    const days = await this.invariants.seenDays();
    this.isBehind = days.some(({ now, commits }) => now.some(({ commit }) => commit < lastShown(commits)));
    const broken = this.models.flatMap((model, day) =>
      judgeStep(model, factsOfDay(facts, day), days[day]!, kind),
    );
    const isOver = (execution: string) => this.player.isOver(execution);
    return [...broken, ...this.invariants.brokenLedger(isOver)];
  }

  /** Everything is sent again, insisted on and published: readers must see the one right answer, and nothing more may change. */
  private async end(): Promise<string[]> {
    const broken: string[] = [];
    for (const step of this.player.stepsToTheEnd()) {
      broken.push(...(await this.playStep(step)).map((what) => `at the end: ${what}`));
      this.isEnding = true;
    }
    for (const model of this.models) {
      const right = this.files.flatMap((file) => (file.day === model.day ? rightRows(file, this.files) : []));
      const rows = model.last ? model.rowsOf(model.last, 'rows') : [];
      if (model.shown !== lastShown(model.commits))
        broken.push(`day ${model.day}: readers do not see the last commit`);
      if (JSON.stringify(rows) !== JSON.stringify(right.sort())) {
        broken.push(
          `day ${model.day}: in the end there are ${rows.length} rows and not the right ${right.length}`,
        );
      }
    }
    if (broken.length > 0) return broken;
    this.lake.visibleWrites.length = 0;
    for (const step of this.player.stepsAgain()) broken.push(...(await this.playStep(step)));
    if (this.lake.visibleWrites.length > 0) {
      broken.push(`running again what is loaded wrote ${this.lake.visibleWrites.join(', ')}`);
    }
    return broken;
  }

  private outcomeNow(): NightOutcome {
    const right = this.files.filter(
      (file) => !file.corrects && rightRows(file, this.files).length > 0,
    ).length;
    const seen = this.models.reduce(
      (sum, { commits, shown }) =>
        sum +
        [...(commits[shown - 1]?.files.keys() ?? [])].filter((file) => !this.files[file]?.corrects).length,
      0,
    );
    return seen >= right ? 'whole' : seen > 0 ? 'in part' : 'nothing published';
  }

  /** Files that failed or were refused without a notification that names them; if another execution took over, it notifies. */
  private untold(): string[] {
    const broken: string[] = [];
    for (const { name, sourceKey, execution } of this.player.mustBeTold()) {
      const entry = this.invariants.entryOf(sourceKey);
      const isOver =
        entry?.execution !== execution && entry?.history.some((step) => step.execution === execution);
      // An execution may fail after it reported its success and before it noted that people know.
      const knows = entry?.state === 'loaded' && entry.told !== undefined;
      // Whoever took back what it had loaded knew of it; the entry is that of an earlier version since.
      const wasLoaded = entry?.history.some(
        (step) => step.execution === execution && step.state === 'loaded',
      );
      const isTakenBack = wasLoaded === true && (entry?.rolledBack ?? []).length > 0;
      const told =
        knows ||
        isTakenBack ||
        this.notifications.some(({ kind, message }) => kind === 'failure' && message.includes(sourceKey));
      if (!told && !isOver) broken.push(`${name}: nobody was told that ${sourceKey} ended`);
    }
    return broken;
  }

  private ports(
    raw: MemoryObjectStore,
    expectedFiles: number | undefined,
    awaitsManifest: boolean,
  ): PipelinePorts {
    const text = awaitsManifest
      ? JSON.stringify({ ...JSON.parse(NIGHT_LAYOUT), day: { manifest: 'manifesto.json' } })
      : NIGHT_LAYOUT;
    return {
      raw,
      lake: this.lake,
      publishedPrefix: 'processed/',
      catalog: createFileCatalog(this.lake, {
        iceberg: { ...NIGHT_TABLES, now: () => this.time.now() },
        mostDays: 1,
      }),
      layouts: {
        load: async () => ({ file: 'chaos.json', text }),
        loadBeside: async (_file, name) => ({ file: name, text: '' }),
      },
      metrics: { record: async (...args) => void this.metrics.push(args) },
      notifier: { notify: async (notification) => void this.notifications.push(notification) },
      clock: { now: () => this.time.now() },
      settings: { rangeSizeBytes: 800, wholePartBytes: 1_500, expectedFiles, softwareVersion: '0' },
    };
  }
}

/** The rows of the last right version of a file; those of corrected records, if that version rejected them. */
function rightRows({ versions, corrects }: NightFile, files: NightFile[]): string[] {
  const last = (all: NightFile['versions']) => all.findLastIndex(({ rows }) => rows !== undefined);
  if (corrects && last(files[corrects.file]!.versions) !== corrects.version) return [];
  return versions[last(versions)]?.rows ?? [];
}

/** A finding that a commit is written and not shown. */
function hasFailure({ converts, publishes, rollbacks, shows }: StepFacts): boolean {
  const asked = [...publishes, ...rollbacks, ...shows];
  return (
    converts.some(({ ends }) => ends.includes('failed')) || asked.some(({ problem }) => problem !== undefined)
  );
}

function showsLast(finding: string): boolean {
  // A table that its first publication did not reach is missing as a whole; a rollback that died copied nothing, and the ledger does not know
  // it; readers see neither.
  return /"do":"(apply|settle)"|"level":"note"|"what":"it is missing".*("do":"restore-table"|"effect":"operations".*"do":"copy")/.test(
    finding,
  );
}
