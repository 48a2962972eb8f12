import { type DayTerms, dayManifestKeyOf } from '../../day/day-terms.ts';
import { dayTermsPrefix } from '../../keys/lake-keys.ts';
import { runKeys } from '../../keys/run-keys.ts';
import { readLayout } from '../../layout/compile/read-layout.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { type FilePlan, filePlanShape } from '../../run/file-plan.ts';
import type { LedgerEntry } from '../../run/ledger-entry.ts';
import type { DayRecord } from './day-record.ts';
import { byConversion, damage, type Finding, type Mend, note, repaired } from './finding.ts';
import { sourceFile } from './judge-entries.ts';
import { readDocument } from './stored-document.ts';

/**
 * Judges what the day is held to. The last terms are those of the highest number that is stored, or that a commit or a file was planned
 * under.
 */
export async function judgeTerms(lake: ObjectStore, record: DayRecord): Promise<Finding[]> {
  const { dataset, businessDate, terms, entries, last } = record;
  if (businessDate === null) return [];
  const findings: Finding[] = [];
  const planned = [...entries.values()].map(({ value }) => (value ? numberOfTerms(value) : 1));
  const highest = Math.max(0, ...terms.keys(), last?.value?.terms ?? 0, ...planned);
  for (let number = 1; number <= highest; number++) {
    const key = `${dayTermsPrefix(dataset, businessDate)}${number}.json`;
    const stored = terms.get(number);
    const problem = stored ? stored.problem : 'it is missing';
    if (problem === undefined) continue;
    if (number === highest) {
      const mend = await mendOf(lake, record, key, number);
      if (mend === 'said by the next file') findings.push(heldByNobody(key, problem, stored !== undefined));
      else if (mend) findings.push(damage(key, problem, 'operations', mend));
    } else if (stored) {
      const mend = repaired('move it aside: later terms count', { do: 'set-aside', key });
      findings.push(damage(key, problem, 'operations', mend));
    } else findings.push(note(key, problem, 'later terms count'));
  }
  return findings;
}

/** No file of its own is loaded, so nothing is held to the terms, and every conversion of a file would bring back what was taken out. */
function heldByNobody(key: string, problem: string, isStored: boolean): Finding {
  const next = 'the next file of the day says what it is held to';
  return isStored
    ? damage(key, problem, 'operations', repaired(`move it aside: ${next}`, { do: 'set-aside', key }))
    : note(key, problem, next);
}

/** Terms that must be there by what the entry says: whatever is planned has written them, except a supplement. */
function numberOfTerms({ terms, loaded, runId, supplementOf }: LedgerEntry): number {
  return terms ?? (loaded !== undefined || (runId !== null && supplementOf === undefined) ? 1 : 0);
}

async function mendOf(
  lake: ObjectStore,
  record: DayRecord,
  key: string,
  number: number,
): Promise<Mend | 'said by the next file' | undefined> {
  const entries = [...record.entries.values()].flatMap(({ value }) => value ?? []);
  const plan = await planUnder(lake, entries, number);
  const value = plan && termsOf(plan);
  if (value) return repaired('write it again as a file of the day was planned', { do: 'write', key, value });
  if (entries.length === 0) return undefined;
  // What a supplement is held to is its file: it says nothing of the day.
  const entry = entries.find(({ loaded, supplementOf }) => loaded && !supplementOf);
  if (!entry) return 'said by the next file';
  const file = sourceFile(record, entry);
  const expectedFiles = plan?.terms?.expectedFiles ?? file.expectedFiles;
  const mend = byConversion(
    { ...file, expectedFiles },
    record.terms.has(number) ? { do: 'set-aside', key } : undefined,
  );
  const given = expectedFiles === undefined ? 'the --expected-files or the day manifest' : 'the day manifest';
  return { ...mend, does: `convert one of the files again, with ${given} of the day if it had any` };
}

/** The plan of a file of the day under these terms, if its run is still there. */
async function planUnder(
  lake: ObjectStore,
  entries: LedgerEntry[],
  number: number,
): Promise<FilePlan | undefined> {
  for (const { runId, loaded } of entries) {
    for (const id of new Set([runId, loaded?.runId])) {
      if (!id) continue;
      const plan = (await readDocument(lake, runKeys(id).plan, filePlanShape))?.value;
      if (plan?.terms?.number === number) return plan;
    }
  }
  return undefined;
}

/** The terms that a plan was made under; undefined if a day manifest is among them, which a plan does not hold. */
function termsOf({ layout, terms, sourceKey, businessDate }: FilePlan): DayTerms | undefined {
  if (!terms || terms.hasManifest) return undefined;
  const { day } = readLayout(layout.text, layout.file);
  if (dayManifestKeyOf(day, sourceKey, businessDate) !== undefined) return undefined;
  return { layout, expectedFiles: terms.expectedFiles };
}
