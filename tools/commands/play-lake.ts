import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Chances } from '../chaos/fault-plan.ts';
import { CARDS } from './cards-form.ts';
import { CommandRunner, runAlone } from './command-runner.ts';
import { Contents } from './content.ts';
import { CONTRACTS } from './contracts-form.ts';
import { damageFile } from './damage-file.ts';
import { drawCommand, drawPlace, drawWriter, type Scene } from './draw-command.ts';
import { adviceOf } from './follow-advice.ts';
import type { Form } from './form.ts';
import { cleanCommand, LAKE, lookCommand } from './lake-commands.ts';
import { LakeWatch } from './lake-watch.ts';
import { mendLake } from './mend-lake.ts';
import { OPS } from './ops-form.ts';
import { type Judged, judgeCommand, judgeKilled, judgePair } from './play-step.ts';
import { Transcript } from './transcript.ts';
import type { Said, TypedCommand } from './typed-command.ts';
import { emptyWorld, Meaning, type World } from './world.ts';

const FORMS: readonly Form[] = [OPS, CARDS, CONTRACTS];
const MOST_FORMS = 2;

export interface LakeReport {
  seed: number;
  /** Steps that were played, by number. */
  steps: number[];
  counts: Map<string, number>;
  /** Empty if everything held. */
  broken: string[];
  /** What was typed, to paste. */
  script: string;
}

/** How likely a step is something else than one command. */
const ODDS = { pair: 0.12, kill: 0.04, move: 0.015, damage: 0.6, advice: 0.5 };
const KILL_MS = { least: 150, most: 900 };

/** With `inTurn` no command is killed and none runs beside another: the machine has no part in what happens. */
export interface PlayOptions {
  inTurn: boolean;
}

/** Plays random commands on one lake, and compares what they say and what readers see with what must be, after each. */
export class LakePlay {
  readonly seed: number;
  private readonly folder: string;
  private readonly inTurn: boolean;
  private readonly runners: [CommandRunner, CommandRunner];
  private readonly scene: Scene;
  private readonly watch: LakeWatch;
  private readonly transcript = new Transcript();
  private readonly counts = new Map<string, number>();
  private worlds: World[] = [emptyWorld()];
  /** What the last command said that was typed alone. */
  private last: Said | undefined;

  constructor(seed: number, folder: string, { inTurn }: PlayOptions) {
    this.seed = seed;
    this.folder = folder;
    this.inTurn = inTurn;
    this.runners = [new CommandRunner(folder), new CommandRunner(folder)];
    const chances = new Chances(seed, 'forms');
    const forms = [...FORMS].sort(() => chances.below(3) - 1).slice(0, 1 + chances.below(MOST_FORMS));
    this.scene = { meaning: new Meaning(new Contents(seed)), forms, layouts: new Map() };
    this.watch = new LakeWatch(this.scene, (words) => this.run(words));
  }

  /** Plays these steps of a lake; a step is drawn from its number and from what is there, so that others may be left out. */
  async play(steps: readonly number[]): Promise<LakeReport> {
    const played: number[] = [];
    try {
      await mkdir(this.folder, { recursive: true });
      for (const step of steps) {
        played.push(step);
        const broken = await this.step(step);
        if (broken.length > 0) return this.report(played, broken);
      }
      return this.report(played, await this.end());
    } finally {
      for (const runner of this.runners) runner.end();
      await rm(this.folder, { recursive: true, force: true });
    }
  }

  private report(steps: number[], broken: string[]): LakeReport {
    return { seed: this.seed, steps, counts: this.counts, broken, script: this.transcript.script() };
  }

  private async step(number: number): Promise<string[]> {
    const chances = new Chances(this.seed, `step ${number}`);
    this.transcript.note(`step ${number}`);
    const [world = emptyWorld()] = this.worlds;
    const isEmpty = Object.keys(world.days).length === 0;
    const kind = chances.below(1000) / 1000;
    const place = drawPlace(chances, this.scene);
    if (!isEmpty && kind < ODDS.move) return this.move();
    const isRough = !isEmpty && !this.inTurn;
    const isPair = isRough && kind < ODDS.move + ODDS.pair;
    const isKill = isRough && !isPair && kind < ODDS.move + ODDS.pair + ODDS.kill;
    if (!isPair && !isKill) {
      const command = drawCommand(chances, world, this.scene, place);
      const broken = await this.judge(command.name, [command], await this.type(command));
      const follows = broken.length === 0 && !isEmpty && chances.happens(ODDS.advice);
      return follows && this.last ? this.follow(command, this.last) : broken;
    }
    const first = drawWriter(chances, world, this.scene, place);
    if (isKill) return this.kill(first, chances);
    const another = drawCommand(chances, world, this.scene, place);
    // Of two forced conversions of one file one may give up.
    const isTwice = chances.happens(0.15) && !first.words.includes('--force');
    const second = isTwice ? first : another;
    if (!isTwice && touchSame(first, second)) return [];
    return this.pair(first, second);
  }

  private async type(command: TypedCommand): Promise<Judged> {
    await this.prepare(command);
    const said = await this.run(command.words);
    this.last = said;
    this.transcript.typed(command, said);
    return judgeCommand(this.worlds, command, said);
  }

  private async kill(command: TypedCommand, chances: Chances): Promise<string[]> {
    const signal = chances.of(['SIGKILL', 'SIGTERM'] as const);
    const afterMs = KILL_MS.least + chances.below(KILL_MS.most - KILL_MS.least);
    await this.prepare(command);
    const said = await runAlone(this.folder, command.words, { signal, afterMs });
    this.transcript.typed(command, said, `${signal} after ${afterMs} ms`);
    const wasKilled = said.signal !== null || said.code === 130 || said.code === 143;
    this.count(wasKilled ? `killed by ${signal}` : 'ended before it was killed');
    const judged = wasKilled ? judgeKilled(this.worlds, command) : judgeCommand(this.worlds, command, said);
    return this.judge(`kill: ${command.name}`, [command], judged);
  }

  private async pair(first: TypedCommand, second: TypedCommand): Promise<string[]> {
    for (const command of [first, second]) await this.prepare(command);
    const [one, other] = await Promise.all([
      this.runners[0].run(first.words),
      this.runners[1].run(second.words),
    ]);
    this.transcript.typed(first, one, 'at the same time as the next');
    this.transcript.typed(second, other);
    const judged = judgePair(this.worlds, [first, second], [one, other]);
    return this.judge(`pair: ${[first.name, second.name].sort().join(' + ')}`, [first, second], judged);
  }

  /** The lake is copied to another place and back, as by a backup: nothing may depend on where it lies. */
  private async move(): Promise<string[]> {
    const [here, there] = [join(this.folder, LAKE), join(this.folder, 'moved')];
    await cp(here, there, { recursive: true, preserveTimestamps: true });
    await rm(here, { recursive: true });
    await cp(there, here, { recursive: true, preserveTimestamps: true });
    await rm(there, { recursive: true });
    this.transcript.shell(`cp -a ${LAKE} moved && rm -r ${LAKE} && mv moved ${LAKE}`);
    return this.judge('move the lake', [], { worlds: this.worlds, complaints: [] });
  }

  /** What a message tells people to type is tried on a copy of the lake. */
  private async follow(command: TypedCommand, said: Said): Promise<string[]> {
    const broken: string[] = [];
    for (const { words, exits } of adviceOf(command, said)) {
      this.count(`advice: ${words[0]}`);
      const copy = join(this.folder, 'copy');
      await cp(join(this.folder, LAKE), copy, { recursive: true });
      const tried = await this.run(words.map((word) => (word === LAKE ? 'copy' : word)));
      await rm(copy, { recursive: true });
      if (tried.code === null || !exits.includes(tried.code))
        broken.push(
          `${command.words[0]} says: ${said.err || said.out}\n  but ${words.join(' ')} ends with ${tried.code}: ${tried.err}${tried.out}`,
        );
    }
    return broken;
  }

  /** One file of the lake is damaged, some people do not notice, and then `repair` and what it asks for must make it whole. */
  private async damage(chances: Chances): Promise<string[]> {
    const lake = join(this.folder, LAKE);
    const done = damageFile(lake, chances);
    if (done === undefined) return [];
    this.count(`damage: ${done.split(': ')[1]!.split(' (')[0]}`);
    this.transcript.note(`damage: ${done}`);
    const unaware = chances.below(4);
    if (unaware === 0) {
      const wrong = await this.watch.checked(this.worlds);
      if (wrong.length > 0) return wrong;
    }
    if (unaware === 1) await this.silently(cleanCommand(chances.happens(0.5) ? ['--older-than', '0'] : []));
    if (unaware === 2)
      await this.silently(lookCommand('status', ['status', '--lake', LAKE, '--all', '--json']));
    const type = (command: TypedCommand) => this.silently(command);
    const { worlds, broken } = await mendLake(this.scene.meaning, type, this.worlds);
    if (broken.length > 0) return broken.map((what) => `after damage of ${done}: ${what}`);
    const looked = await this.watch.lookAtFiles(lake, worlds);
    const wrong = [...looked.complaints, ...(await this.watch.checked(looked.worlds))];
    return wrong.map((what) => `after damage of ${done}, once it is mended: ${what}`);
  }

  private async silently(command: TypedCommand): Promise<Said> {
    await this.prepare(command);
    const said = await this.run(command.words);
    this.transcript.typed(command, said);
    return said;
  }

  /** Every day is published once more, and nothing may be damaged; then something is. */
  private async end(): Promise<string[]> {
    const broken: string[] = [];
    this.transcript.note('the end');
    for (const command of this.watch.lastCommands(this.worlds)) {
      broken.push(...(await this.judge(command.name, [command], await this.type(command))));
      if (broken.length > 0) return broken;
    }
    const chances = new Chances(this.seed, 'damage');
    const isThere = this.worlds.some(({ loads }) => loads.length > 0);
    return isThere && chances.happens(ODDS.damage) ? this.damage(chances) : [];
  }

  private async judge(name: string, commands: readonly TypedCommand[], judged: Judged): Promise<string[]> {
    this.count(name);
    const named = commands.map((command) => command.words[0]).join(' and ');
    if (judged.complaints.length > 0) return judged.complaints.map((complaint) => `${named}: ${complaint}`);
    const { worlds, complaints } = await this.watch.look(join(this.folder, LAKE), judged.worlds);
    this.worlds = worlds;
    return complaints.map((complaint) => `after ${named}: ${complaint}`);
  }

  private async prepare({ files }: TypedCommand): Promise<void> {
    for (const { path, bytes } of files) {
      await mkdir(dirname(join(this.folder, path)), { recursive: true });
      await writeFile(join(this.folder, path), bytes);
    }
  }

  private run(words: readonly string[]): Promise<Said> {
    return this.runners[0].run(words);
  }

  private count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }
}

/** Two people do not send other bytes under one name at the same moment, nor change the layout under the other's hands. */
function touchSame(first: TypedCommand, second: TypedCommand): boolean {
  const written = new Map(first.files.map(({ path, bytes }) => [path, bytes]));
  return second.files.some(({ path, bytes }) => {
    const before = written.get(path);
    return before !== undefined && !(path.startsWith('layouts/') && before === bytes);
  });
}
