import { readSettings } from '../../connector/decide/read-settings.ts';
import type { Settings } from '../../connector/decide/settings.ts';
import { type Chances, FaultPlan } from '../chaos/fault-plan.ts';
import { Mainframe, REST_MS, type Story, WAYS, type Way } from './mainframe.ts';
import { ROUGHNESS, type Roughness, type RunFault } from './run-faults.ts';
import { RunJudge } from './run-judge.ts';
import { bucketTarget, folderTarget, type RunTarget } from './run-target.ts';
import { SimulatedFolder } from './simulated-folder.ts';
import { SimulatedHost } from './simulated-host.ts';
import { SimulatedTime, turn } from './simulated-time.ts';

export interface RunReport {
  seed: number;
  target: 'bucket' | 'folder';
  way: Way;
  hosts: number;
  /** Files are compressed on their way. */
  compresses: boolean;
  stories: Story[];
  /** Objects of files that became visible. */
  arrivals: number;
  faults: Map<RunFault, number>;
  broken: string[];
  /** How often each event stands in the journal. */
  events: Map<string, number>;
  /** The journal of all processes, for people who look for a cause. */
  journal: string[];
}

const LARGE_PART = 5 * 1024 * 1024;
const SMALL_PART = 4_096;
/** Rounds without faults, after which everything must have arrived. */
const CALM_ROUNDS = 60;
/** So many after everything has arrived: what comes then came twice. */
const QUIET_ROUNDS = 5;

/** No round without faults takes so long, on any machine. */
const SETTLED_MS = 120_000;

/** What a run must be like; the seed chooses the rest. */
interface RunWishes {
  target?: RunReport['target'] | undefined;
  way?: Way | undefined;
  story?: Story | undefined;
  compresses?: boolean | undefined;
}

/** Plays one run from its seed: a night of the mainframe, one or two connectors, faults; then calm, and the judgement. */
export async function playRun(
  seed: number,
  {
    target: kind,
    way,
    story,
    compresses = new FaultPlan(seed).stream('compress').happens(0.3),
  }: RunWishes = {},
): Promise<RunReport> {
  const plan = new FaultPlan(seed);
  const chances = plan.stream('run');
  const target = kind ?? (chances.happens(0.5) ? 'bucket' : 'folder');
  const isLarge = chances.happens(0.01);
  const partBytes = isLarge ? LARGE_PART : SMALL_PART;
  const made = target === 'bucket' ? await bucketTarget(partBytes) : await folderTarget();
  try {
    return await new Run(seed, chances, target, made, partBytes, {
      ...{ way, story, compresses },
    }).play();
  } finally {
    await made.close();
  }
}

class Run {
  private readonly time = new SimulatedTime();
  private readonly faults = new Map<RunFault, number>();
  private readonly folder = new SimulatedFolder(this.time);
  private readonly way: Way;
  private readonly compresses: boolean;
  private readonly mainframe: Mainframe;
  private readonly judge: RunJudge;
  private readonly hosts: SimulatedHost[];
  private roughness: Roughness;
  /** How much time passes between rounds, at most. */
  private readonly pace: number;
  private readonly seed: number;
  private readonly chances: Chances;
  private readonly kind: RunReport['target'];
  private readonly made: RunTarget;

  constructor(
    seed: number,
    chances: Chances,
    kind: RunReport['target'],
    made: RunTarget,
    partBytes: number,
    wishes: Pick<RunWishes, 'way' | 'story' | 'compresses'>,
  ) {
    this.seed = seed;
    this.chances = chances;
    this.kind = kind;
    this.made = made;
    this.way = wishes.way ?? chances.of(WAYS);
    this.pace = chances.of([4_000, 12_000, 30_000]);
    this.roughness = ROUGHNESS[chances.of([0, 1, 2, 3, 3])]!;
    const sizeLimit = partBytes === LARGE_PART ? 3 * LARGE_PART : 40_000;
    this.mainframe = new Mainframe(this.folder, this.time, chances, this.way, sizeLimit, wishes.story);
    this.mainframe.plan(1 + chances.below(partBytes === LARGE_PART ? 2 : 5));
    this.compresses = wishes.compresses === true;
    this.judge = new RunJudge(this.mainframe.files, this.compresses);
    const settings = this.settings(partBytes);
    // Changes within a second that keep the size cannot be seen without strict pins, so those stories want them.
    const hasStrictPins =
      !this.mainframe.files.every(({ story }) => story === 'plain') || chances.happens(0.5);
    const world = {
      ...{ time: this.time, chances, settings, target: made.target, isFolder: kind === 'folder' },
      roughness: () => this.roughness,
      count: (fault: RunFault) => this.count(fault),
      source: (own: Chances) =>
        this.folder.source(
          own,
          () => ({ failure: this.roughness.source, stale: this.roughness.stale, race: this.roughness.race }),
          hasStrictPins,
          (fault) => this.count(fault),
        ),
    };
    this.hosts = Array.from(
      { length: 1 + chances.below(2) },
      (_, index) => new SimulatedHost(`host${index + 1}`, world),
    );
  }

  async play(): Promise<RunReport> {
    const { time, mainframe } = this;
    while (time.nowMs < time.lastDueMs || this.chances.happens(0.7))
      await this.step(this.chances.below(this.pace));
    this.roughness = ROUGHNESS[0]!;
    this.calmS3();
    for (let round = 0, quiet = 0; round < CALM_ROUNDS && quiet < QUIET_ROUNDS; round++) {
      this.beginRounds(20_000);
      await this.settle();
      quiet = this.judge.isDone((path) => this.folder.bytesOf(path)) ? quiet + 1 : 0;
    }
    // A call that was held may end its process only now: each host has one more round, without faults.
    for (let round = 0; round < 2; round++) {
      this.beginRounds(1_000);
      await this.settle();
    }
    const entries = this.hosts.flatMap(({ lines }) => [...lines.values()].flat());
    this.judge.end((path) => this.folder.bytesOf(path), entries);
    return {
      ...{ seed: this.seed, way: this.way, faults: this.faults, compresses: this.compresses },
      ...{ target: this.kind, hosts: this.hosts.length },
      stories: mainframe.files.map(({ story }) => story),
      arrivals: [...this.judge.seen.values()].flat().length,
      broken: this.judge.broken,
      events: countsOf(entries.map(({ event }) => event)),
      journal: entries
        .sort((a, b) => (a.at < b.at ? -1 : 1))
        .map(({ at, owner, event, path, detail }) => `${at} ${owner} ${event} ${path ?? ''} ${detail ?? ''}`),
    };
  }

  /** Time passes, every host that is idle begins a round, and what became visible is judged. */
  private async step(ms: number): Promise<void> {
    this.beginRounds(ms);
    // A host that is held for minutes is left behind: the others and the night go on.
    const all = this.hosts.flatMap(({ busy }) => busy ?? []);
    let isOver = false;
    const over = Promise.all(all).finally(() => {
      isOver = true;
    });
    over.catch(() => undefined);
    for (let waits = 0; !isOver && waits < 400; waits++) {
      await turn();
      if (waits % 4 === 3) await this.look();
      if (waits % 50 === 49) this.time.pass(1_000);
    }
    if (isOver) await over;
    await this.look();
  }

  private beginRounds(ms: number): void {
    this.time.pass(ms);
    this.disturb();
    for (const host of this.hosts) host.beginRound();
  }

  /**
   * Waits until every round has ended, however slow the machine is. Time passes only for calls that wait for it: else a busy machine would
   * let leases end under connectors that are alive.
   */
  private async settle(): Promise<void> {
    const giveUpAt = performance.now() + SETTLED_MS;
    for (let waits = 0; this.hosts.some(({ busy }) => busy) && performance.now() < giveUpAt; waits++) {
      if (waits < 400) await turn();
      else await new Promise((resolve) => setTimeout(resolve, 1));
      if (this.hosts.some(({ heldCalls }) => heldCalls > 0)) this.time.pass(1_000);
    }
    await this.look();
  }

  private async look(): Promise<void> {
    for (const object of await this.made.appeared()) this.judge.see(object);
  }

  private disturb(): void {
    const { chances, made, roughness } = this;
    for (const { skew } of this.hosts) {
      if (roughness.target === 0 || !chances.happens(0.05)) continue;
      this.count('clock jumped');
      skew.skewMs += (chances.below(48) - 24) * 3_600_000;
    }
    const { s3 } = made;
    if (!s3 || roughness.target === 0) return;
    const happens = (fault: RunFault) => {
      const now = chances.happens(roughness.target);
      if (now) this.count(fault);
      return now ? 1 + chances.below(2) : 0;
    };
    s3.cutsBefore += happens('connection cut');
    s3.cutsAfter += happens('connection cut');
    s3.lostAnswers += happens('answer lost in S3');
    s3.conflicts += happens('conflict in S3');
    s3.lateErrors += happens('error after 200 in S3');
  }

  private calmS3(): void {
    const { s3 } = this.made;
    if (s3)
      Object.assign(s3, {
        cutsBefore: 0,
        cutsAfter: 0,
        lostAnswers: 0,
        conflicts: 0,
        lateErrors: 0,
        throttle: 0,
      });
  }

  private count(fault: RunFault): void {
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
  }

  private settings(partBytes: number): Settings {
    const finished = {
      marker: { by: 'marker', name: '{name}.ok' },
      manifest: { by: 'manifest', name: 'sent.json' },
      rename: { by: 'rename' },
      rest: { by: 'rest', minutes: REST_MS / 60_000 },
    }[this.way];
    const expected = this.mainframe.files
      .filter(({ story }) => !story.startsWith('vanishes'))
      .map(({ name }) => name);
    const config = {
      sources: [{ folder: '/mnt/night' }],
      files: [
        {
          ...{ pattern: '{yyyyMMdd}/contratos_{yyyyMMdd}_*', except: ['*.tmp', '*.ok'], finished },
          ...(expected.length > 0 ? { expected } : {}),
          ...(this.compresses ? { compress: 'zstd' } : {}),
          dayManifest: 'contratos_{yyyyMMdd}.ctl',
        },
      ],
      target: { bucket: 'raw' },
      stateFolder: '/state',
      upload: { partsAtOnce: 1 + this.chances.below(4), filesAtOnce: 1 + this.chances.below(3) },
    };
    const settings = readSettings(JSON.stringify(config), 'chaos');
    return { ...settings, upload: { ...settings.upload, partMiB: partBytes / 1024 ** 2 } };
  }
}

function countsOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
