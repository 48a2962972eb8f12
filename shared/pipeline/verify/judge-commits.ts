import { dayCommitKey } from '../../keys/lake-keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Depth } from './data-object.ts';
import { type DayRecord, readCommitDocument } from './day-record.ts';
import { damage, type Finding, note, repaired } from './finding.ts';

/** Judges the commits of a day: the last one, which decides what readers see, and those before it, which rollbacks need. */
export async function judgeCommits(lake: ObjectStore, record: DayRecord, depth: Depth): Promise<Finding[]> {
  const { dataset, businessDate, commits, last } = record;
  const highest = commits.at(-1);
  if (businessDate === null || highest === undefined) return [];
  const findings: Finding[] = [];
  if (last?.problem !== undefined) {
    const action = { do: 'write-commit', dataset, businessDate, commit: highest } as const;
    findings.push(
      damage(
        last.key,
        last.problem,
        'operations',
        repaired('write the commit of what readers see again', action),
      ),
    );
  }
  for (let number = 1; number < highest; number++) {
    const key = dayCommitKey(dataset, businessDate, number);
    if (!commits.includes(number)) {
      findings.push(
        note(key, 'it is missing', `the day cannot go back to commit ${number}; rows do not depend on it`),
      );
    } else if (depth === 'full') {
      const problem = (await readCommitDocument(lake, record, number))?.problem;
      if (problem === undefined) continue;
      findings.push(damage(key, problem, 'operations', repaired('move it aside', { do: 'set-aside', key })));
    }
  }
  return findings;
}
