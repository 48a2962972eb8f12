import { dayCommitKey, dayTermsPrefix } from '../../keys/lake-keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Depth } from './data-object.ts';
import { type DayRecord, readCommitDocument } from './day-record.ts';
import { convertedAgain, damage, type Finding, note, repaired, type SourceFile } from './finding.ts';
import { sourceFile } from './judge-entries.ts';

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

/** Judges what the day is held to. */
export function judgeTerms(record: DayRecord): Finding[] {
  const { dataset, businessDate, terms, entries, last } = record;
  if (businessDate === null) return [];
  const findings: Finding[] = [];
  const highest = Math.max(0, ...terms.keys(), last?.value?.terms ?? 0);
  for (let number = 1; number <= Math.max(highest, entries.size > 0 ? 1 : 0); number++) {
    const key = `${dayTermsPrefix(dataset, businessDate)}${number}.json`;
    const stored = terms.get(number);
    const problem = stored ? stored.problem : 'it is missing';
    if (problem === undefined) continue;
    if (number < highest) {
      if (stored) {
        const mend = repaired('move it aside: later terms count', { do: 'set-aside', key });
        findings.push(damage(key, problem, 'operations', mend));
      } else findings.push(note(key, problem, 'later terms count'));
      continue;
    }
    const file = anyFile(record);
    if (file) {
      const mend = convertedAgain(file, stored && { do: 'set-aside', key });
      const does =
        'convert one of the files again, with the --expected-files or the day manifest of the day if it had any';
      findings.push(damage(key, problem, 'operations', { ...mend, does }));
    }
  }
  return findings;
}

function anyFile(record: DayRecord): SourceFile | undefined {
  const entries = [...record.entries.values()].flatMap(({ value }) => value ?? []);
  const entry = entries.find(({ loaded, supplementOf }) => loaded && !supplementOf) ?? entries[0];
  return entry && sourceFile(record, entry);
}
