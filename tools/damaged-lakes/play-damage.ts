import { checkReaders } from '../../shared/pipeline/verify/check-readers.ts';
import type { Finding } from '../../shared/pipeline/verify/finding.ts';
import { repairLake } from '../../shared/pipeline/verify/repair-lake.ts';
import { verifyLake } from '../../shared/pipeline/verify/verify-lake.ts';
import { Chances } from '../chaos/fault-plan.ts';
import { type Damage, damageObject } from './damage-object.ts';
import { readRows } from './read-rows.ts';
import { completeLake, LAYOUTS, makeSampleLake, type SampleLake } from './sample-lake.ts';

/** How a reader fares who takes every table: all rows right, an error, or a wrong row. */
type Reading = 'right' | 'error' | 'wrong';

export interface DamageReport extends Damage {
  seed: number;
  /** Named as damage, named as something that nobody needs, or not named and proved to be without effect. */
  verdict: 'named' | 'noted' | 'without effect';
  /** What a reader got who did not look for damage, before `repair`. */
  unchecked: Reading;
  /** How the lake was healed. */
  healed: 'by repair' | 'converted again' | 'nothing to heal';
  converted: number;
  /** Empty if everything held. */
  broken: string[];
}

const MOST_ROUNDS = 4;

/** Damages a lake in one place, and follows it through verify, repair and what repair asks people to do. */
export async function playDamage(seed: number, base?: SampleLake): Promise<DamageReport> {
  const chances = new Chances(seed, 'damage');
  const whole = base ?? (await makeSampleLake(new Chances(seed, 'lake')));
  const lake = whole.clone();
  const damaged = await damageObject(lake, chances);
  const broken: string[] = [];
  const { findings } = await verifyLake(lake.ports, { depth: 'full' });
  const named = damaged.keys.map(
    (key) => findings.find((finding) => isNamedBy(finding, key, damaged.keys))?.level,
  );
  const unchecked = await read(lake);
  const isStopped = await checkReaders(lake.ports).then(
    () => false,
    () => true,
  );
  if (unchecked === 'wrong' && !isStopped) broken.push('a reader who checks first gets a wrong row');

  const { done, failed } = await repairLake(lake.ports, { depth: 'full' });
  broken.push(...failed.map(({ key, why }) => `repair failed at ${key}: ${why}`));
  if ((await read(lake)) === 'wrong') broken.push('a reader gets a wrong row after repair');
  const again = await repairLake(lake.ports, { depth: 'full' });
  if (again.done.length > 0)
    broken.push(`a second repair did ${again.done.map(({ did }) => did).join('; ')}`);

  const converted = await convertAgain(lake, again.verdict.findings, broken);
  const left = (await verifyLake(lake.ports, { depth: 'full' })).findings.filter(isDamage);
  broken.push(...left.map(({ key, what }) => `still damaged: ${key}: ${what}`));
  await proveRows(lake, chances, broken);
  const isNamed = named.every((level) => level !== undefined);
  const verdict = !isNamed ? 'without effect' : named.includes('damage') ? 'named' : 'noted';
  if (!isNamed && !mayBeUnnamed(damaged)) broken.push(`verify does not name ${damaged.keys.join(' and ')}`);
  const healed = converted > 0 ? 'converted again' : done.length > 0 ? 'by repair' : 'nothing to heal';
  return { seed, ...damaged, verdict, unchecked, healed, converted, broken };
}

/**
 * A generation of which nothing is left is named as a whole. A segment of a catalog is named by the words of the finding about its catalog, if
 * that can be read; if both are damaged, the segment is reached by nobody, and the repair of the catalog makes it anew.
 */
function isNamedBy({ key, what }: Finding, damaged: string, others: readonly string[]): boolean {
  if (key === damaged || what.includes(damaged)) return true;
  if (key.endsWith('/')) return damaged.startsWith(key);
  return others.includes(key) && damaged.startsWith(`${key.slice(0, -'.json'.length)}/`);
}

/**
 * Nothing says that these were ever there: an execution that ended needs its pointer no more, and a range without manifest is one that was
 * not read yet; bytes that no loaded file has any more need no note; a command that ended gave up its hold. That they have no effect is
 * proved by the rows, as of all others.
 */
function mayBeUnnamed({ kind, damage, keys }: Damage): boolean {
  const isHold = keys.every((key) => key.includes('/_holds/'));
  return (
    damage === 'missing' && (isHold || ['pointer of an execution', 'part manifest', 'content'].includes(kind))
  );
}

function isDamage({ level }: Finding): boolean {
  return level === 'damage';
}

/** Does what the findings ask people to do, with the bytes that a person would have. Answers with how many files were converted. */
async function convertAgain(lake: SampleLake, findings: Finding[], broken: string[]): Promise<number> {
  let left = findings;
  let converted = 0;
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const wanted = new Set(left.flatMap(({ mend }) => (mend.by === 'command' ? mend.command.sourceKey : [])));
    if (wanted.size === 0) return converted;
    for (const sourceKey of wanted) {
      await convertOnce(lake, sourceKey).catch((error: Error) =>
        broken.push(`${sourceKey} could not be converted again: ${error.message}`),
      );
      converted++;
      if ((await read(lake)) === 'wrong')
        broken.push(`a reader gets a wrong row after ${sourceKey} was converted again`);
    }
    left = (await repairLake(lake.ports, { depth: 'full' })).verdict.findings;
  }
  return converted;
}

async function convertOnce(lake: SampleLake, sourceKey: string): Promise<void> {
  const file = lake.files.get(sourceKey);
  const { supplementOf, isVisible = false } = file ?? {};
  const options = { force: true, isVisible, ...(supplementOf !== undefined && { supplementOf }) };
  if (file)
    await lake.load(
      sourceKey,
      file.layout,
      file.version,
      isVisible ? options : { ...options, expectedFiles: 2 },
    );
  else await lake.convert(sourceKey, lake.sent(sourceKey), { layout: 'other', force: true });
}

/** The right rows are there now, and once the day that waits is complete. */
async function proveRows(lake: SampleLake, chances: Chances, broken: string[]): Promise<void> {
  if ((await read(lake)) !== 'right') broken.push('the rows are not right in the end');
  await completeLake(lake, chances).catch((error: Error) =>
    broken.push(`the next files fail: ${error.message}`),
  );
  if ((await read(lake)) !== 'right') broken.push('the rows are not right after the next files');
}

async function read(lake: SampleLake): Promise<Reading> {
  const readings: Reading[] = [];
  for (const layout of LAYOUTS) {
    const rows = await readRows(lake.lake, layout).catch(() => undefined);
    const right = lake.rightRows(layout);
    if (!rows) readings.push('error');
    else readings.push(JSON.stringify(rows) === JSON.stringify(right) ? 'right' : 'wrong');
  }
  return readings.includes('wrong') ? 'wrong' : readings.includes('error') ? 'error' : 'right';
}
