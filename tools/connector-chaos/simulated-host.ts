import type { JournalEntry } from '../../connector/decide/journal-entry.ts';
import type { Settings } from '../../connector/decide/settings.ts';
import { Connector } from '../../connector/work/connector.ts';
import type {
  ConnectorPorts,
  FileMemory,
  LocalJournal,
  UnshippedLines,
} from '../../connector/work/connector-ports.ts';
import { journalLine } from '../../connector/work/journal.ts';
import { OutputUnwritable } from '../../shared/errors.ts';
import type { TransferSource } from '../../shared/ports/transfer-source.ts';
import type { TransferTarget } from '../../shared/ports/transfer-target.ts';
import type { Chances } from '../chaos/fault-plan.ts';
import { type Gate, gatedTarget, type Roughness, type RunFault, targetGate } from './run-faults.ts';
import { type SimulatedTime, turn } from './simulated-time.ts';

/** What all hosts of a run have in common. */
interface HostWorld {
  time: SimulatedTime;
  chances: Chances;
  roughness(): Roughness;
  count(fault: RunFault): void;
  settings: Settings;
  target: TransferTarget;
  isFolder: boolean;
  source(chances: Chances): TransferSource;
}

const NEVER = new Promise<never>(() => undefined);
/** Longer than a lease: somebody else takes the file over meanwhile. */
const LONGEST_HOLD_MS = 300_000;

/** A host: its disk survives the processes of the connector, of which it has one at a time. */
export class SimulatedHost {
  readonly skew = { skewMs: 0 };
  readonly name: string;
  /** The journal on its disk. */
  readonly lines = new Map<string, JournalEntry[]>();
  private readonly shippedLines = new Map<string, number>();
  private readonly world: HostWorld;
  private memory: FileMemory[] = [];
  private processes = 0;
  private readonly ended = new Set<string>();
  private process:
    | { connector: Connector; kill: () => void; isDead: () => boolean; started: boolean }
    | undefined;
  /** Calls that wait for time to pass. */
  heldCalls = 0;
  /** The round that is under way, if it has not ended yet. */
  busy: Promise<void> | undefined;

  constructor(name: string, world: HostWorld) {
    this.name = name;
    this.world = world;
  }

  /** Begins a round unless one is under way. It ends, or its process does. */
  beginRound(): void {
    if (this.busy) return;
    const process = this.process ?? this.newProcess();
    this.process = process;
    const round = async () => {
      try {
        if (!process.started) await process.connector.start();
        process.started = true;
        await process.connector.round();
      } catch (error) {
        // The service goes on after a round that a full disk ended.
        if (!(error instanceof OutputUnwritable)) throw error;
      }
    };
    const died = new Promise<void>((resolve) => {
      this.onDeath = resolve;
    });
    this.busy = Promise.race([round(), died]).finally(() => {
      this.busy = undefined;
    });
    this.busy.catch(() => undefined);
  }

  private onDeath: () => void = () => undefined;

  private newProcess() {
    const owner = `${this.name}-${++this.processes}`;
    let dead = false;
    const kill = () => {
      dead = true;
      this.ended.add(owner);
      this.process = undefined;
      this.onDeath();
    };
    const connector = new Connector(
      this.ports(owner, () => dead, kill),
      this.world.settings,
    );
    return { connector, kill, isDead: () => dead, started: false };
  }

  private ports(owner: string, isDead: () => boolean, kill: () => void): ConnectorPorts {
    const { world } = this;
    const alive = this.alive(isDead, kill);
    const faulty = targetGate(world.chances, world.roughness, world.count, world.isFolder);
    const gate: Gate = (call, kind) => alive(() => faulty(call, kind), kind);
    const target = gatedTarget(world.target, gate);
    return {
      sources: [aliveSource(world.source(world.chances), alive)],
      target,
      state: target.documents,
      journal: this.journal(alive),
      memory: {
        load: () => alive(async () => structuredClone(this.memory)),
        save: (files) =>
          alive(async () => {
            this.memory = structuredClone(files);
          }),
      },
      notifier: { notify: async () => undefined },
      clock: world.time.clockOf(this.skew),
      owner,
      hasEnded: (other) => this.ended.has(other),
      chance: () => world.chances.below(1_000) / 1_000,
      layouts: {
        headBytes: async () => 0,
        lengthsProblem: async () => undefined,
        tailBytes: async () => 0,
        figures: async () => ({}),
      },
      conversion: undefined,
    };
  }

  /** Any call may be a process's last, before or after it took effect; and any may take minutes. */
  private alive(isDead: () => boolean, kill: () => void): Gate {
    const { world } = this;
    const { chances, time } = world;
    return async (call, kind) => {
      if (isDead()) return NEVER;
      const { killed, held } = world.roughness();
      const more = kind === 'last' ? 10 : 1;
      const dies = chances.happens(killed * more);
      if (dies && chances.happens(0.5)) return this.die(kill);
      if (chances.happens(held * more)) {
        world.count('held for minutes');
        const untilMs = time.nowMs + chances.below(LONGEST_HOLD_MS);
        this.heldCalls++;
        while (time.nowMs < untilMs) await turn();
        this.heldCalls--;
      }
      const answer = await call().catch((error) => (isDead() ? NEVER : Promise.reject(error)));
      if (dies) return this.die(kill);
      return isDead() ? NEVER : answer;
    };
  }

  private die(kill: () => void): Promise<never> {
    const { chances, count } = this.world;
    const restarts = chances.happens(0.3);
    count(restarts ? 'killed and the host restarted' : 'killed');
    // The stop watch begins anew with the host, so looks from before count nothing.
    if (restarts) this.memory = [];
    kill();
    return NEVER;
  }

  private journal(alive: Gate): LocalJournal {
    const { world } = this;
    return {
      append: (entry) =>
        alive(async () => {
          if (world.chances.happens(world.roughness().journal)) {
            world.count('journal disk full');
            throw new OutputUnwritable({ what: 'the journal cannot be written', why: 'The disk is full.' });
          }
          const entries = this.lines.get(entry.owner) ?? [];
          this.lines.set(entry.owner, [...entries, entry]);
        }),
      unshipped: () => alive(async () => this.unshipped()),
      shipped: ({ owner, firstSequence, lineCount }) =>
        alive(async () => {
          this.shippedLines.set(owner, firstSequence - 1 + lineCount);
        }),
    };
  }

  private unshipped(): UnshippedLines[] {
    return [...this.lines].flatMap(([owner, entries]) => {
      const done = this.shippedLines.get(owner) ?? 0;
      const left = entries.slice(done);
      if (left.length === 0) return [];
      const text = left.map(journalLine).join('');
      return { owner, date: '2025-08-12', firstSequence: done + 1, text, lineCount: left.length };
    });
  }
}

function aliveSource(source: TransferSource, alive: Gate): TransferSource {
  return {
    ...source,
    async *list() {
      yield* await alive(() => Array.fromAsync(source.list()));
    },
    look: (path) => alive(() => source.look(path)),
    readInto: (path, range, pin, buffer) => alive(() => source.readInto(path, range, pin, buffer)),
    remove: (path, pin) => alive(() => source.remove(path, pin)),
  };
}
