import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as z from 'zod';
import { pythonTool } from '../python/python-tool.ts';
import type { Findings } from './template.ts';

/** A finding of cfn-lint, as its `--format json` prints it. */
const lintFindings = z.array(
  z.object({
    Filename: z.string(),
    Rule: z.object({ Id: z.string() }),
    Message: z.string(),
    Location: z.object({ Path: z.array(z.union([z.string(), z.number()])).nullable() }),
  }),
);
export type LintFinding = z.infer<typeof lintFindings>[number];

/** A finding that stays, and why. */
interface Explained {
  rule: string;
  /** Path in the template, as `Resources/StarterLambdaFunction/DependsOn/1`. */
  place: RegExp;
  why: string;
}

const EXPLAINED: readonly Explained[] = [
  {
    rule: 'W3005',
    place: /^Resources\/\w+LambdaFunction\/DependsOn\//,
    why: "the deploy tool writes DependsOn of a function's role beside the reference to it; said twice, it does no harm",
  },
  {
    rule: 'W8003',
    place: /^Conditions\/Has(Email|Sms)\//,
    why: 'the stage decides whether somebody is subscribed, so the condition is decided when the stage is packaged',
  },
];

/** What cfn-lint says of template files, or why it was not asked. */
export async function lintTemplates(files: readonly string[]): Promise<Findings | { missing: string }> {
  const tool = await pythonTool('cfn-lint');
  if ('missing' in tool) return tool;
  // Its script names the Python that it was installed with by a path that has moved.
  const start = 'import sys; from cfnlint.runner import main; sys.exit(main())';
  const command = ['-c', start, '--format', 'json', '--regions', 'sa-east-1', '--', ...files];
  const { stdout } = await promisify(execFile)(tool.python, command, { maxBuffer: 64 << 20 }).catch(
    // It ends with another code than 0 if it finds something.
    (error: Error & { stdout?: string }) => {
      if (error.stdout?.startsWith('[')) return { stdout: error.stdout };
      throw error;
    },
  );
  return judged(lintFindings.parse(JSON.parse(stdout)), files.length);
}

/** Findings that nothing explains, and explanations of what is not found any more. */
export function judged(
  findings: readonly LintFinding[],
  looked: number,
  explanations: readonly Explained[] = EXPLAINED,
): Findings {
  const placed = findings.map((finding) => ({ ...finding, place: (finding.Location.Path ?? []).join('/') }));
  const explains = ({ rule, place }: Explained, found: (typeof placed)[number]) =>
    found.Rule.Id === rule && place.test(found.place);
  const unexplained = placed.filter((found) => !explanations.some((known) => explains(known, found)));
  const stale = explanations.filter((known) => !placed.some((found) => explains(known, found)));
  return {
    looked,
    problems: [
      ...unexplained.map(({ Filename, Rule, Message, place }) => ({
        where: `${Filename}: ${place}`,
        what: `${Rule.Id}: ${Message}`,
      })),
      ...stale.map(({ rule, place }) => ({
        where: 'tools/check-deploy/cloudformation-lint.ts',
        what: `explains ${rule} at ${place.source}, which cfn-lint does not find`,
        next: 'Take the explanation out.',
      })),
    ],
  };
}
