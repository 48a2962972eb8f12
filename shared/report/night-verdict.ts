import { LAKE_WORD } from '../run/rejects-refusal.ts';
import { shellWord } from '../shown-text.ts';
import type { FileFacts, NightFacts } from './night-facts.ts';

/** How a night stands: what its reader must know first. */
export type NightState =
  | 'published'
  | 'late'
  | 'partial'
  | 'waiting'
  | 'running'
  | 'refused'
  | 'failed'
  | 'damaged';

export interface NightVerdict {
  state: NightState;
  /** When all expected files were first published together, else the last commit that readers see. ISO 8601. */
  publishedAt?: string;
  /** Number of the commit that readers see. */
  commit?: number;
  deadline?: string;
  /** From publication to the deadline, in whole minutes; negative if it was late. */
  marginMinutes?: number;
  partial?: { reason: string; missing: string };
  rollback?: { reason: string };
}

/** Something that waits for a person. Texts of the pipeline stay as they are. */
export type Task =
  | { kind: 'refused'; file: string; code: string; message: string }
  | { kind: 'failed'; file: string; message: string }
  | { kind: 'stalled' | 'running' | 'unexpected' | 'hidden'; file: string }
  | { kind: 'missing'; file: string }
  | { kind: 'missing-files'; count: number }
  | { kind: 'manifest'; key: string }
  | { kind: 'pending'; commit: number }
  | { kind: 'warning'; file?: string; message: string }
  | { kind: 'rejects'; count: number }
  | { kind: 'damaged'; key: string; why: string };

const MINUTE_MS = 60_000;

/** What the verdict on a night follows from. */
export type VerdictFacts = Pick<NightFacts, 'status' | 'deadline' | 'publishedAt' | 'damaged'>;

export function nightVerdict(facts: VerdictFacts): NightVerdict {
  const { status, deadline } = facts;
  const { published } = status;
  const publishedAt = facts.publishedAt ?? published?.committedAt;
  const isWhole = facts.publishedAt !== undefined;
  const margin = deadline !== undefined && isWhole ? marginMinutes(facts.publishedAt, deadline) : undefined;
  return {
    state: stateOf(facts, margin),
    ...(published && publishedAt !== undefined && { publishedAt, commit: published.commit }),
    ...(deadline !== undefined && { deadline }),
    ...(margin !== undefined && { marginMinutes: margin }),
    ...(published?.partial && { partial: published.partial }),
    ...(published?.rollback && { rollback: { reason: published.rollback.reason } }),
  };
}

/** Whole minutes from a publication to its deadline, rounded down: half a minute late is a minute late. */
export function marginMinutes(publishedAt: string | undefined, deadline: string): number | undefined {
  if (publishedAt === undefined) return undefined;
  // `|| 0` turns -0 into 0.
  return Math.floor((Date.parse(deadline) - Date.parse(publishedAt)) / MINUTE_MS) || 0;
}

function stateOf({ status, damaged }: VerdictFacts, margin: number | undefined): NightState {
  const { published, counts, waitingFor, files } = status;
  if (damaged.length > 0) return 'damaged';
  if (published?.partial) return 'partial';
  if (published && waitingFor === undefined && !status.pending) {
    return margin !== undefined && margin < 0 ? 'late' : 'published';
  }
  if (counts.failed > 0 || files.some((file) => file.status === 'stalled')) return 'failed';
  if (counts.refused > 0) return 'refused';
  if (counts.running > 0) return 'running';
  return 'waiting';
}

/** What waits for a person, what stops the day first. */
export function tasksOf({ status, files, damaged, lake }: NightFacts): Task[] {
  const { counts, expectation, pending, published, totals } = status;
  const byKey = new Map(files.map((file) => [file.entry.sourceKey, file]));
  const named = status.files.filter((file) => file.status === 'missing').map(({ name }) => name);
  const unnamed = counts.missing - named.length;
  const tasks: Task[] = [
    ...damaged.map(({ key, why }): Task => ({ kind: 'damaged', key, why })),
    ...status.files.flatMap(({ name, status: state }) => stopped(name, state, byKey.get(name), lake)),
    ...named.map((file): Task => ({ kind: 'missing', file })),
    ...(unnamed > 0 ? [{ kind: 'missing-files', count: unnamed } as const] : []),
    ...(expectation.awaitedManifest === undefined
      ? []
      : [{ kind: 'manifest', key: expectation.awaitedManifest } as const]),
    ...(pending ? [{ kind: 'pending', commit: pending.commit } as const] : []),
    ...status.files.flatMap(({ name, unexpected, hidden }): Task[] => [
      ...(unexpected ? [{ kind: 'unexpected', file: name } as const] : []),
      ...(hidden ? [{ kind: 'hidden', file: name } as const] : []),
    ]),
    ...(published?.warnings ?? []).map((message): Task => ({ kind: 'warning', message })),
    ...files.flatMap(({ entry: { sourceKey, warnings = [] } }) =>
      warnings.map((message): Task => ({ kind: 'warning', file: sourceKey, message })),
    ),
  ];
  const uncorrected = totals.rejected - totals.corrected;
  if (uncorrected > 0) tasks.push({ kind: 'rejects', count: uncorrected });
  return tasks;
}

function stopped(file: string, state: string, facts: FileFacts | undefined, lake: string): Task[] {
  if (state === 'stalled' || state === 'running') return [{ kind: state, file }];
  if (!facts) return [];
  const { refusal, failure } = facts.entry;
  if (state === 'refused' && refusal) {
    const message = refusal.message.replaceAll(LAKE_WORD, () => `--lake ${shellWord(lake)}`);
    return [{ kind: 'refused', file, code: refusal.code, message }];
  }
  if (state === 'failed') return [{ kind: 'failed', file, message: failure?.message ?? '' }];
  return [];
}
