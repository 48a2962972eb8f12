import { FUNCTION_NAMES } from '../../shared/operations/metrics-table.ts';
import { FUNCTION_CALLS } from './function-calls.ts';
import { functionOf } from './functions.ts';
import { covers, type Denial, denialsOf, type Grant, grantsOf, isAllowed, isDenied } from './role-grants.ts';
import { type Check, type Problem, targetOf } from './template.ts';

/** Actions that Lambda itself takes with a function's role, and those on the keys of encrypted objects. */
const OF_THE_PLATFORM = ['logs:', 'xray:', 'kms:', 'sqs:SendMessage', 'ec2:'];

/** Each role allows every call that its function's code makes, and no others. */
export const roleCalls: Check = {
  name: 'roles and the calls of the code',
  run({ template }) {
    const problems: Problem[] = [];
    let looked = 0;
    for (const name of FUNCTION_NAMES) {
      const role = targetOf(functionOf(template, name)?.Properties?.Role);
      if (!role || !template.Resources[role]) {
        problems.push({ where: `function ${name}`, what: 'has no role of its own' });
        continue;
      }
      const grants = grantsOf(template, role);
      const calls = FUNCTION_CALLS[name];
      looked += calls.length + grants.length;
      for (const { action, resource } of calls) {
        if (!isAllowed(grants, action, probe(resource)))
          problems.push({
            where: role,
            what: `does not allow ${action} on ${resource}, which ${name} calls`,
          });
      }
      for (const { action, resource } of grants) {
        if (OF_THE_PLATFORM.some((prefix) => action.startsWith(prefix))) continue;
        const isUsed = calls.some((call) => call.action === action && covers(resource, probe(call.resource)));
        if (!isUsed)
          problems.push({
            where: role,
            what: `allows ${action} on ${resource}, which ${name} calls nowhere`,
          });
      }
      problems.push(...decisionProblems(role, grants, denialsOf(template, role)));
      problems.push(
        ...keyProblems(
          role,
          grants.map(({ action }) => action),
        ),
      );
    }
    return { looked, problems };
  },
};

/** Objects of the ledger that hold what was decided: a role that may write them must be able to add one, and no more. */
const DECISIONS = ['_day', '_terms', '_history/f_1'].map(
  (folder) => `ProcessedBucket/ledger/contracts/year=2025/month=08/day=12/${folder}/1.json`,
);

function decisionProblems(where: string, grants: Grant[], denials: Denial[]): Problem[] {
  return DECISIONS.filter((key) => isAllowed(grants, 's3:PutObject', key)).flatMap((key) => {
    const problems: Problem[] = [];
    if (!isDenied(denials, 's3:PutObject', key)) problems.push({ where, what: `may write over ${key}` });
    if (isDenied(denials, 's3:PutObject', key, ['s3:if-none-match']))
      problems.push({ where, what: `cannot add ${key}, which If-None-Match must allow` });
    if (!isDenied(denials, 's3:DeleteObject', key))
      problems.push({ where, what: `may be given s3:DeleteObject on ${key}` });
    return problems;
  });
}

/** Some key below a prefix. */
function probe(resource: string): string {
  return resource.endsWith('/') ? `${resource}month=08/day=12/key` : resource;
}

/** Objects and topics are encrypted: reading needs Decrypt, writing also GenerateDataKey. */
function keyProblems(role: string, actions: string[]): Problem[] {
  const writes = ['s3:PutObject', 'sns:Publish'].some((action) => actions.includes(action));
  const wanted = ['kms:Decrypt', ...(writes ? ['kms:GenerateDataKey'] : [])];
  return wanted
    .filter((action) => !actions.includes(action))
    .map((action) => ({
      where: role,
      what: `does not allow ${action}, but what it reads or writes is encrypted`,
    }));
}
