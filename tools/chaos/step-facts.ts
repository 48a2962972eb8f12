/** What was asked of the lake in a step, and what it answered. */
export interface StepFacts {
  converts: ConvertFact[];
  rollbacks: RollbackFact[];
  publishes: CommandFact[];
  manifests: CommandFact[];
  /** Commands that show the last commit of each day: clean, and the watchdog's look at the catalog. */
  shows: CommandFact[];
  /** The catalog was replaced by an older one. */
  catalogsReplaced: number;
  damaged: number;
  cleaned: number;
}

/** A problem is what a failed command said. */
interface CommandFact {
  day: number | undefined;
  isPartial?: boolean;
  problem?: string | undefined;
}

export interface ConvertFact {
  day: number;
  file: number;
  version: number;
  force: boolean;
  /** How each of its executions ended. */
  ends: ('loaded' | 'refused' | 'failed')[];
  /** Runs that its splitters planned. */
  runs: string[];
  /** Commits that its finalizers called published with it. */
  published: number[];
  problem?: string | undefined;
}

export interface RollbackFact {
  day: number;
  /** The file that goes back; undefined for the whole day. */
  file: number | undefined;
  remove: boolean;
  /** The commit to go back to, if it was named. */
  toCommit: number | undefined;
  /** Number of the commit that it wrote, and file → run before and after. */
  answer?: { commit: number | null; files: { file: number; from: string | null; to: string | null }[] };
  problem?: string | undefined;
}

export function noFacts(): StepFacts {
  return {
    ...{ converts: [], rollbacks: [], publishes: [], manifests: [], shows: [] },
    ...{ catalogsReplaced: 0, damaged: 0, cleaned: 0 },
  };
}

/** The facts that concern one day. */
export function factsOfDay(facts: StepFacts, day: number): StepFacts {
  const ofDay = <Fact extends { day: number | undefined }>(list: Fact[]) =>
    list.filter((fact) => fact.day === undefined || fact.day === day);
  return {
    ...facts,
    converts: ofDay(facts.converts),
    rollbacks: ofDay(facts.rollbacks),
    publishes: ofDay(facts.publishes),
    manifests: ofDay(facts.manifests),
    shows: ofDay(facts.shows),
  };
}
