import type { RowModel, SeenCommit, SeenDay } from './row-model.ts';
import { filesOfDay, idOf, type StepContext, type StepKind, sameRuns } from './step-context.ts';
import type { RollbackFact, StepFacts } from './step-facts.ts';

/** Judges the commits of a step: each must follow from the commit before, from what is loaded and from what was asked. */
export class CommitJudge {
  private readonly model: RowModel;
  private readonly facts: StepFacts;
  private readonly seen: SeenDay;
  private readonly kind: StepKind;
  private readonly possible: StepContext['possible'];

  constructor({ model, facts, seen, kind, possible }: StepContext) {
    this.model = model;
    this.facts = facts;
    this.seen = seen;
    this.kind = kind;
    this.possible = possible;
  }

  /** What is wrong with the commits that the step wrote. */
  broken(): string[] {
    const known = this.model.commits.length;
    return this.seen.commits
      .slice(known)
      .flatMap((commit, index) => this.brokenCommit(commit, known + index));
  }

  private brokenCommit(commit: SeenCommit, index: number): string[] {
    const say = (what: string) => `commit ${index + 1} ${what}`;
    const ids = this.model.rowsOf(commit, 'rows').map(idOf);
    const doubled = ids.find((id, at) => ids.indexOf(id) !== at);
    const broken = doubled === undefined ? [] : [`shows ${doubled} twice`];
    for (const [file, run] of commit.files) {
      const isKnown = this.model.maybeLoaded.get(file)?.has(run) || this.possible.get(file)?.has(run);
      if (!isKnown) broken.push(`has a run of ${this.nameOf(file)} that was never loaded`);
      if (!this.model.isVisibleBeside(run, commit.files)) {
        broken.push(`shows ${this.nameOf(file)} beside a version that it does not correct`);
      }
    }
    const before = this.seen.commits[index - 1];
    broken.push(
      ...(commit.rollback ? this.brokenRollback(commit, index) : this.brokenPublication(commit, before)),
    );
    return broken.map(say);
  }

  /** A publication shows what is loaded: nothing else, and all of it. */
  private brokenPublication(commit: SeenCommit, before: SeenCommit | undefined): string[] {
    const { model, facts, kind } = this;
    const broken: string[] = [];
    for (const file of filesOfDay(this.model)) {
      const run = commit.files.get(file);
      const possible = this.possible.get(file) ?? new Set();
      if (run !== undefined && !possible.has(run)) broken.push(`has an old run of ${this.nameOf(file)}`);
      if (run !== undefined && !model.isSound(file, run) && facts.manifests.length === 0) {
        broken.push(`has ${this.nameOf(file)}, which the day manifest does not let in`);
      }
      if (run !== undefined || possible.has(undefined)) continue;
      const mayHide = [...possible].some(
        (candidate) => !model.isVisibleBeside(candidate!, commit.files) || !model.isSound(file, candidate!),
      );
      const isUnlisted = kind.hasOldListing && !before?.files.has(file);
      if (!mayHide && !isUnlisted && facts.manifests.length === 0) {
        broken.push(`lacks ${this.nameOf(file)}, which is loaded`);
      }
    }
    if (commit.isPartial && !facts.publishes.some(({ isPartial }) => isPartial)) {
      broken.push('is published in part, and nobody asked for it');
    }
    if (!commit.isPartial && !model.isComplete(commit.files) && facts.manifests.length === 0) {
      broken.push('is published as a whole day, and files are missing');
    }
    return broken;
  }

  private brokenRollback(commit: SeenCommit, index: number): string[] {
    const before = this.seen.commits[index - 1];
    if (this.isTakeOut(commit, before)) return [];
    if (!before || before.isBlank) return ['is a rollback of nothing'];
    const asked = this.facts.rollbacks.filter(({ answer }) => !answer || answer.commit === index + 1);
    const problems = asked.map((rollback) =>
      rollback.file === undefined
        ? this.brokenWholeDay(rollback, commit, index)
        : this.brokenOneFile(rollback, rollback.file, commit, before),
    );
    if (problems.some((list) => list.length === 0)) return [];
    return problems[0] ?? ['is a rollback that nobody asked for'];
  }

  /** Does it change nothing for readers, and note that a file was taken out which no commit had? */
  private isTakeOut({ files, isBlank, rollback }: SeenCommit, before: SeenCommit | undefined): boolean {
    const [taken, another] = rollback?.files ?? [];
    const isSame = sameRuns(files, before?.files ?? new Map()) && isBlank === (before?.isBlank ?? true);
    if (!taken || another || !isSame || taken.to !== null || files.has(taken.file)) return false;
    const isPossible = taken.from !== null && this.possible.get(taken.file)?.has(taken.from);
    const asked = this.facts.rollbacks.filter(({ answer }) => !answer || answer.commit === null);
    return isPossible === true && asked.some(({ file, remove }) => remove && file === taken.file);
  }

  private brokenWholeDay({ toCommit }: RollbackFact, commit: SeenCommit, index: number): string[] {
    const before = this.seen.commits[index - 1];
    const target = toCommit ?? (before?.rollback?.restores ?? index) - 1;
    const wanted = this.seen.commits[target - 1];
    if (!wanted || !sameRuns(wanted.files, commit.files)) return [`is not the day as of commit ${target}`];
    const waiting = filesOfDay(this.model).filter(
      (file) => !this.model.isSupplement(file) && !before?.files.has(file) && !wanted.files.has(file),
    );
    const settled = this.model.settled();
    const lost = waiting.filter((file) => settled.get(file) !== this.seen.loaded.get(file));
    return this.kind.isExact
      ? lost.map((file) => `takes back ${this.nameOf(file)}, which only waits for its day`)
      : [];
  }

  private brokenOneFile(
    { remove }: RollbackFact,
    file: number,
    commit: SeenCommit,
    before: SeenCommit,
  ): string[] {
    const { model } = this;
    const broken: string[] = [];
    const [from, to] = [before.files.get(file), commit.files.get(file)];
    const stack = model.stacks.get(file);
    if (from === undefined) broken.push(`takes back ${this.nameOf(file)}, which was not there`);
    if (remove !== (to === undefined)) broken.push(`does not do what was asked with ${this.nameOf(file)}`);
    if (to !== undefined && to === from) broken.push(`leaves ${this.nameOf(file)} as it was`);
    const wanted = stack && from !== undefined ? stack[stack.indexOf(from) - 1] : undefined;
    if (this.kind.isExact && !remove && wanted !== undefined && wanted !== to) {
      broken.push(`does not bring back the version of ${this.nameOf(file)} before`);
    }
    const family = model.withSupplements(file);
    for (const other of filesOfDay(this.model)) {
      if (family.includes(other)) continue;
      if (before.files.get(other) !== commit.files.get(other)) broken.push(`changes ${this.nameOf(other)}`);
    }
    for (const supplement of family.slice(1)) {
      const isLoaded = this.model.settled().has(supplement);
      const fits = [...(model.everLoaded.get(supplement) ?? [])].some((run) => model.correctsRun(run, to));
      if (this.kind.isExact && isLoaded && fits && !commit.files.has(supplement)) {
        broken.push(`lacks ${this.nameOf(supplement)}, which corrects the version that is back`);
      }
    }
    return broken;
  }

  private nameOf(file: number): string {
    return this.model.nameOf(file);
  }
}
