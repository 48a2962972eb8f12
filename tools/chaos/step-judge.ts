import { CommitJudge } from './commit-judge.ts';
import { lastShown, type RowModel, type SeenDay, type SeenTable } from './row-model.ts';
import { filesOfDay, idOf, possibleRuns, type StepContext, type StepKind, sameRuns } from './step-context.ts';
import type { ConvertFact, RollbackFact, StepFacts } from './step-facts.ts';

/**
 * Judges a day after a step: every change of ledger, commits and catalogs must follow from what was asked and answered, and readers must
 * have seen the rows of one commit or the next, each id once. Answers what is broken; then the model stands where the day does.
 */
export function judgeStep(model: RowModel, facts: StepFacts, seen: SeenDay, kind: StepKind): string[] {
  const judge = new Judge(model, facts, seen, kind);
  const broken = judge.broken();
  judge.moveOn();
  return [...new Set(broken)].map((what) => `day ${model.day}: ${what}`);
}

class Judge {
  private readonly model: RowModel;
  private readonly facts: StepFacts;
  private readonly seen: SeenDay;
  private readonly kind: StepKind;
  private readonly possible: StepContext['possible'];
  private readonly context: StepContext;

  constructor(model: RowModel, facts: StepFacts, seen: SeenDay, kind: StepKind) {
    this.model = model;
    this.facts = facts;
    this.seen = seen;
    this.kind = kind;
    this.possible = possibleRuns(model, facts);
    this.context = { model, facts, seen, kind, possible: this.possible };
  }

  broken(): string[] {
    return [
      ...this.brokenLedger(),
      ...new CommitJudge(this.context).broken(),
      ...this.brokenAnswers(),
      ...this.seen.meanwhile.flatMap((table) => this.brokenTable(table)),
      ...this.seen.now.flatMap((table) => this.brokenTable(table)),
      ...this.brokenShown(),
      ...(this.kind.isExact ? this.brokenExactly() : []),
    ];
  }

  moveOn(): void {
    const { model, seen, facts } = this;
    for (const [file, stack = []] of [...filesOfDay(this.model)].map(
      (file) => [file, model.stacks.has(file) ? model.stacks.get(file) : []] as const,
    )) {
      const [before, now] = [model.loaded.get(file), seen.loaded.get(file)];
      const committed = seen.commits.map(({ files }) => files.get(file));
      remember(model.everLoaded, file, [now, ...committed]);
      remember(model.maybeLoaded, file, [now, ...(this.possible.get(file) ?? [])]);
      if (before === now) continue;
      const isCertain = this.kind.isExact && !facts.rollbacks.some(({ file: one }) => one === undefined);
      if (!isCertain || !model.stacks.has(file)) model.stacks.set(file, isCertain && now ? [now] : undefined);
      else if (now === undefined) model.stacks.set(file, undefined);
      else if (facts.rollbacks.length === 0) model.stacks.set(file, [...stack, now]);
      else model.stacks.set(file, stack.includes(now) ? stack.slice(0, stack.indexOf(now) + 1) : undefined);
    }
    model.loaded = seen.loaded;
    model.commits = seen.commits;
    model.shown = seen.now.find(({ table }) => table === 'rows')?.commit ?? 0;
  }

  /** The ledger says loaded what was loaded. */
  private brokenLedger(): string[] {
    return filesOfDay(this.model).flatMap((file) => {
      const now = this.seen.loaded.get(file);
      const converts = this.facts.converts.filter((convert) => convert.file === file);
      const name = this.nameOf(file);
      if (!this.possible.get(file)?.has(now)) return [`${name}: the ledger says that run ${now} is loaded`];
      const [only] = converts;
      const isAlone = converts.length === 1 && this.facts.rollbacks.length === 0;
      if (!only || !isAlone || only.runs.length !== 1 || only.ends.some((end) => end !== 'loaded')) return [];
      const before = this.model.runs.get(this.model.settled().get(file) ?? '');
      if (now === only.runs[0] || (!only.force && before?.version === only.version)) return [];
      return [`${name}: its run ended loaded, and the ledger says ${now}`];
    });
  }

  /** Answers that are not true. */
  private brokenAnswers(): string[] {
    const { converts, rollbacks } = this.facts;
    const untrue = converts.flatMap((convert) => this.brokenConvert(convert));
    const numbers = rollbacks.flatMap(({ answer }) => answer?.commit ?? []);
    for (const number of numbers) {
      const isOne =
        this.seen.commits[number - 1]?.rollback !== undefined && number > this.model.commits.length;
      if (!isOne) untrue.push(`a rollback answered with commit ${number}, which is none of it`);
    }
    return untrue;
  }

  private brokenConvert({ file, version, ends, published }: ConvertFact): string[] {
    const isRight = this.model.files[file]?.versions[version]?.rows !== undefined;
    const others = this.facts.converts.filter((convert) => convert.file === file);
    const broken =
      !isRight && others.length === 1 && ends.includes('loaded') && this.model.loaded.get(file) === undefined
        ? [`${this.nameOf(file)} does not balance, and was called loaded`]
        : [];
    if (this.model.isSupplement(file) || this.facts.rollbacks.length > 0) return broken;
    const unfounded = published.filter((number) => !this.seen.commits[number - 1]?.files.has(file));
    return [
      ...broken,
      ...unfounded.map(
        (n) => `${this.nameOf(file)} was called published in commit ${n}, which does not hold it`,
      ),
    ];
  }

  /** A reader sees the rows of the commit that the catalog names, all and no others. */
  private brokenTable({ table, commit, rows }: SeenTable): string[] {
    const named = this.seen.commits[commit - 1];
    if (!named)
      return commit === 0 && rows.length === 0
        ? []
        : [`the catalog names commit ${commit}, which is not there`];
    const wanted = this.model.rowsOf(named, table);
    if (JSON.stringify(rows) === JSON.stringify(wanted)) return [];
    return [
      `commit ${commit}: a reader sees ${rows.length} ${table} and not the right ${wanted.length} (${difference(rows, wanted)})`,
    ];
  }

  /** Readers never go back to an earlier commit, unless somebody put an older catalog there. */
  private brokenShown(): string[] {
    if (this.facts.catalogsReplaced > 0) return [];
    const broken: string[] = [];
    for (const table of ['rows', 'rejects'] as const) {
      let before = table === 'rows' ? this.model.shown : 0;
      for (const { table: of, commit } of [...this.seen.meanwhile, ...this.seen.now]) {
        if (of !== table) continue;
        if (commit < before) broken.push(`readers saw commit ${commit} of ${table} after ${before}`);
        before = Math.max(before, commit);
      }
    }
    return broken;
  }

  /** One deed without faults: it must have done its work, or said why not. */
  private brokenExactly(): string[] {
    const { model, facts, seen, kind } = this;
    const broken: string[] = [];
    const [convert] = facts.converts;
    const [rollback] = facts.rollbacks;
    const shows = [...facts.publishes, ...facts.shows];
    const worked =
      convert?.ends.includes('loaded') ||
      rollback?.answer ||
      shows.some(({ problem }) => problem === undefined);
    if (convert && !kind.isWorn) broken.push(...this.deadEnd(convert));
    if (rollback && !kind.isWorn) broken.push(...this.refusedRollback(rollback));
    if (facts.shows.some(({ problem }) => problem !== undefined) && !kind.isWorn) {
      broken.push(`a command that has nothing to fear failed: ${facts.shows[0]?.problem}`);
    }
    const isJudged = worked && !rollback && facts.shows.length === 0 && !this.onlyConfirms(convert);
    if (isJudged && this.mustBePublished()) {
      const shown = model.shownOf(seen.loaded);
      const latest = seen.commits.at(-1);
      if (!latest || !sameRuns(latest.files, shown))
        broken.push('is complete, and its last commit is not what is loaded');
    }
    const last = lastShown(seen.commits);
    const behind = seen.now.filter(({ commit }) => commit !== last);
    const isShown = last === 0 || (seen.now.some(({ table }) => table === 'rows') && behind.length === 0);
    const mustShow = worked && (rollback || facts.shows.length > 0 || this.mustBePublished());
    if (mustShow && !isShown) {
      const commits =
        behind.map(({ table, commit }) => `commit ${commit} of ${table}`).join(', ') || 'no rows';
      broken.push(`readers see ${commits}, and the last is ${last}`);
    }
    return broken;
  }

  /** A file that is loaded and published already does no more than it needs: what another one failed to publish is not its affair. */
  private onlyConfirms(convert: ConvertFact | undefined): boolean {
    if (!convert || convert.runs.length > 0) return false;
    const run = this.seen.loaded.get(convert.file);
    return run !== undefined && this.seen.commits.at(-1)?.files.get(convert.file) === run;
  }

  private mustBePublished(): boolean {
    const { converts, publishes } = this.facts;
    const isPartial = publishes.some((publish) => publish.isPartial && publish.problem === undefined);
    if (converts.length + publishes.length === 0) return false;
    if (isPartial) return this.model.shownOf(this.seen.loaded).size > 0;
    return this.model.isWhole(this.seen.loaded);
  }

  /** A right file that nobody took back is loaded if somebody insists. */
  private deadEnd({ file, version, force, ends, problem }: ConvertFact): string[] {
    const { model } = this;
    const { versions = [], corrects } = model.files[file] ?? {};
    const parent = corrects && model.runs.get(model.settled().get(corrects.file) ?? '');
    const isRight =
      versions[version]?.rows !== undefined && (!corrects || parent?.version === corrects.version);
    if (!isRight || !force || !model.isAnnounced(file, version) || ends.includes('loaded')) return [];
    if (ends.every((end) => end === 'failed') && problem === 'stopped') return [];
    return [`${this.nameOf(file)} is right, and is not loaded with force: ${problem}`];
  }

  private refusedRollback({ file, remove, toCommit, problem }: RollbackFact): string[] {
    const { model } = this;
    if (problem === undefined) return [];
    const name = file === undefined ? 'the day' : this.nameOf(file);
    const count = model.commits.length;
    const from = file === undefined ? undefined : model.last?.files.get(file);
    const stack = file === undefined ? undefined : model.stacks.get(file);
    const target = toCommit ?? (model.last?.rollback?.restores ?? count) - 1;
    const isPossible =
      file === undefined
        ? target >= 1 && target < count && !model.commits[target - 1]?.isBlank
        : from !== undefined && (remove || (stack !== undefined && stack.indexOf(from) > 0));
    return isPossible ? [`${name} could go back, and did not: ${problem}`] : [];
  }

  private nameOf(file: number): string {
    return this.model.nameOf(file);
  }
}

function difference(rows: string[], wanted: string[]): string {
  const tooMany = rows.filter((row, at) => !wanted.includes(row) || rows.indexOf(row) !== at);
  const missing = wanted.filter((row) => !rows.includes(row));
  const list = (of: string[]) => of.slice(0, 3).map(idOf).join(' ') || 'none';
  return `too many: ${list(tooMany)}; missing: ${list(missing)}`;
}

function remember(of: Map<number, Set<string>>, file: number, runs: (string | undefined)[]): void {
  const known = of.get(file) ?? new Set();
  of.set(file, known);
  for (const run of runs) if (run !== undefined) known.add(run);
}
