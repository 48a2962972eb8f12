import { FUNCTION_NAMES } from '../../shared/operations/metrics-table.ts';
import { FUNCTION_CALLS } from './function-calls.ts';
import { functionOf } from './functions.ts';
import { covers, grantsOf, isAllowed } from './role-grants.ts';
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
