import { PipelineError } from '../../errors.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import type { Finding, RepairAction } from './finding.ts';
import { takeAction } from './repair-actions.ts';
import { datesOf, type LakeVerdict, type VerifyOptions, verifyLake } from './verify-lake.ts';

/** What one mend leads to may show only after it: a catalog is written once the commit that it shows is there. */
const MOST_ROUNDS = 5;

/** Documents first, then the bytes that they name, then what readers see, and removals last. */
const ORDER: RepairAction['do'][] = [
  ...(['write', 'restore-entry', 'settle', 'end-run', 'restore-owner'] as const),
  'write-commit',
  ...(['copy', 'apply', 'restore-table', 'show-table', 'fence', 'set-aside', 'remove'] as const),
];

interface RepairReport {
  /** What was mended. */
  done: { key: string; what: string; did: string }[];
  /** Mends that did not succeed, with the reason. */
  failed: { key: string; why: string }[];
  /** The lake afterwards. */
  verdict: LakeVerdict;
}

/**
 * Mends what follows from the rest of the lake, and makes safe what does not: readers fail at bytes that are wrong until their file is
 * converted again. It never shows bytes with a wrong checksum. Doing it twice changes nothing.
 */
export async function repairLake(
  ports: PipelinePorts,
  options: Omit<VerifyOptions, 'dates'>,
): Promise<RepairReport> {
  const report: Omit<RepairReport, 'verdict'> = { done: [], failed: [] };
  const tried = new Set<string>();
  let verdict = await verifyLake(ports, options);
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const steps = verdict.findings
      .flatMap((finding) => stepOf(finding) ?? [])
      .filter(({ name }) => !tried.has(name))
      .sort((a, b) => ORDER.indexOf(a.action.do) - ORDER.indexOf(b.action.do));
    if (steps.length === 0) break;
    const done = report.done.length;
    const failing: string[] = [];
    for (const { name, action, finding } of steps) {
      if (tried.has(name)) continue;
      tried.add(name);
      if (!(await take(ports, action, finding, report))) failing.push(name);
    }
    // What stood in their way may be mended by now.
    if (report.done.length > done) for (const name of failing) tried.delete(name);
    const dates = datesOf(verdict.findings);
    const next = await verifyLake(ports, { ...options, dates });
    verdict = { ...verdict, findings: next.findings };
  }
  // A step that failed, and that another one made needless, or that succeeded later, has not failed.
  const left = new Set(verdict.findings.map(({ key }) => key));
  const failed = new Map(report.failed.filter(({ key }) => left.has(key)).map((step) => [step.key, step]));
  return { done: report.done, failed: [...failed.values()], verdict };
}

/** Takes a step, and answers whether it did not fail. */
async function take(
  ports: PipelinePorts,
  action: RepairAction,
  { key, what, mend }: Finding,
  report: Omit<RepairReport, 'verdict'>,
): Promise<boolean> {
  try {
    const did = await takeAction(ports, action);
    if (did) report.done.push({ key, what, did: mend.by === 'repair' ? mend.does : did });
    return true;
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    report.failed.push({ key, why: error.message });
    return false;
  }
}

function stepOf(finding: Finding): { name: string; action: RepairAction; finding: Finding } | undefined {
  const { mend } = finding;
  const action = mend.by === 'nobody' ? undefined : mend.action;
  return action && { name: JSON.stringify(action), action, finding };
}
