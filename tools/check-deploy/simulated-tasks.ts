import { runSimulation } from '@cloud-copilot/iam-simulate';
import { tasksOn } from './people-tasks.ts';
import { ResolvedPolicies } from './resolved-policies.ts';
import { type Check, type Problem, resourcesOf, type Template } from './template.ts';

/** A simulator of IAM, of other authors, says of every task of people whether the packaged roles allow it. */
export const simulatedTasks: Check = {
  name: 'tasks of people, simulated',
  async run({ template, stage }) {
    const policies = new ResolvedPolicies(template);
    const isGoverned = resourcesOf(template, 'AWS::LakeFormation::PrincipalPermissions').length > 0;
    const hasConnector = template.Resources.ConnectorRole !== undefined;
    const machine =
      String(policies.value({ Ref: 'FilePipeline' }))
        .split(':')
        .at(-1) ?? '';
    const named = (text: string) =>
      policies.text(text.replaceAll('${MACHINE}', machine).replaceAll('${STAGE}', stage));
    const problems: Problem[] = [];
    let looked = 0;
    for (const { role, task, may, calls, context = {} } of tasksOn(
      someTable(template),
      isGoverned,
      hasConnector,
    )) {
      const identityPolicies = policies.ofRole(role);
      for (const [resource, ...actions] of calls) {
        for (const action of actions) {
          looked++;
          const where = `${role} ${task}`;
          const answer = await simulated(policies, role, identityPolicies, action, named(resource), context);
          if (answer.error)
            problems.push({ where, what: `${action} on ${named(resource)}: ${answer.error}` });
          else if (answer.isAllowed !== may)
            problems.push({
              where,
              what: `${may ? 'must' : 'must not'} be allowed ${action} on ${named(resource)}`,
            });
        }
      }
    }
    return { looked, problems };
  },
};

async function simulated(
  policies: ResolvedPolicies,
  role: string,
  identityPolicies: ReturnType<ResolvedPolicies['ofRole']>,
  action: string,
  resource: string,
  context: Readonly<Record<string, string>>,
): Promise<{ isAllowed?: boolean; error?: string }> {
  // Of a key, its own policy decides first whether those of roles count.
  const resourcePolicy = action.startsWith('kms:') ? policies.ofKey() : undefined;
  const response = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${policies.account}:role/${role}`,
        action,
        resource: { resource, accountId: policies.account },
        contextVariables: { ...context, 'aws:SecureTransport': 'true' },
      },
      identityPolicies,
      resourcePolicy,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (response.resultType === 'error') return { error: JSON.stringify(response.errors) };
  return { isAllowed: response.overallResult === 'Allowed' };
}

/** The first table of rows of the template. */
function someTable(template: Template): string {
  const names = resourcesOf(template, 'AWS::Glue::Table').map(([, { Properties }]) =>
    String(Properties?.TableInput.Name),
  );
  return names.find((name) => !/^ledger|^connector_journal|_(rejects|days|masked)$/.test(name)) ?? '';
}
