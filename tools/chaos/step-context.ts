import type { RowModel, SeenDay } from './row-model.ts';
import type { StepFacts } from './step-facts.ts';

/** How certain the outcome of a step is. */
export interface StepKind {
  /** One deed, without faults: there is one right outcome. */
  isExact: boolean;
  /** A listing of the step was an old one. */
  hasOldListing: boolean;
  /** Objects were removed or damaged before: commands may say that rows are no longer stored. */
  isWorn: boolean;
}

/** All that a step of one day is judged by. */
export interface StepContext {
  /** The day before the step. */
  model: RowModel;
  facts: StepFacts;
  /** The day after it. */
  seen: SeenDay;
  kind: StepKind;
  /** The loaded runs of each file that may have stood at some moment of the step. */
  possible: Map<number, Set<string | undefined>>;
}

/** The files of the day, by their places in the night. */
export function filesOfDay({ files, day: one }: RowModel): number[] {
  return files.flatMap(({ day }, index) => (day === one ? [index] : []));
}

/** The id of a row, or the text that stands for rows which nobody sent. */
export function idOf(row: string): string {
  return row.startsWith('[') ? (JSON.parse(row)[0] as string) : row;
}

export function sameRuns(some: Map<number, string>, others: Map<number, string>): boolean {
  return some.size === others.size && [...some].every(([file, run]) => others.get(file) === run);
}

/** The loaded runs of each file that may have stood at some moment of a step. */
export function possibleRuns(model: RowModel, facts: StepFacts): Map<number, Set<string | undefined>> {
  const settled = model.settled();
  return new Map(
    filesOfDay(model).map((file) => {
      const runs = new Set<string | undefined>([model.loaded.get(file), settled.get(file)]);
      // A hidden supplement may go with the version that it corrects.
      if (model.last?.rollback && model.isSupplement(file)) runs.add(undefined);
      for (const convert of facts.converts) {
        if (convert.file === file) for (const run of convert.runs) runs.add(run);
      }
      for (const rollback of facts.rollbacks) {
        if (rollback.file !== undefined && !model.withSupplements(rollback.file).includes(file)) continue;
        for (const run of model.maybeLoaded.get(file) ?? []) runs.add(run);
        // A rollback beside a conversion may take back what the conversion loaded.
        if (rollback.remove || rollback.file === undefined) runs.add(undefined);
      }
      return [file, runs];
    }),
  );
}
