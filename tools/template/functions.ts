import { FUNCTION_ENVIRONMENT } from '../../shared/operations/function-environment.ts';
import { FUNCTION_NAMES, type FunctionName } from '../../shared/operations/metrics-table.ts';
import type { TemplateSlice } from './lake-tables.ts';
import { logicalName, type VariableContext } from './project-layouts.ts';

const PIPELINE_FUNCTIONS: readonly FunctionName[] = [
  'splitter',
  'parser',
  'reconciler',
  'merger',
  'finalizer',
];

type Settings = Record<string, unknown>;

/** The functions as the deploy tool takes them: functions/<name>/function.yml, with what all of them have. */
export async function functions({ resolveVariable }: VariableContext): Promise<Record<string, unknown>> {
  const values = (await resolveVariable('file(resources/environment.yml)')) as Settings;
  const reserves = (await resolveVariable('self:custom.stage.reserveConcurrency')) === true;
  const configurations: Record<string, unknown> = {};
  for (const name of FUNCTION_NAMES) {
    const { reservedConcurrency, ...own } = (await resolveVariable(
      `file(functions/${name}/function.yml)`,
    )) as Settings;
    configurations[name] = {
      name: `positional-lake-\${sls:stage}-${name}`,
      handler: 'index.handler',
      role: roleId(name),
      memorySize: '${self:custom.stage.otherMemoryMb}',
      ...own,
      ...(reserves && reservedConcurrency !== undefined && { reservedConcurrency }),
      // Only the state machine calls a version; events and people call what is deployed.
      versionFunction: PIPELINE_FUNCTIONS.includes(name),
      package: { artifact: `dist/${name}.zip` },
      environment: environmentOf(name, values),
    };
  }
  return configurations;
}

/** The variables that a function reads, with their values. Fails if a value is not given. */
export function environmentOf(name: FunctionName, values: Settings): Settings {
  const { required, optional } = FUNCTION_ENVIRONMENT[name];
  const entries = [...required, ...optional].map((variable) => {
    if (Object.hasOwn(values, variable)) return [variable, values[variable]] as const;
    throw new Error(`resources/environment.yml gives no value of ${variable}, which ${name} reads`);
  });
  return Object.fromEntries(entries);
}

/** A role for each function: it may write its logs and traces, and do what functions/<name>/role.yml says. */
export async function functionRoles({ resolveVariable }: VariableContext): Promise<TemplateSlice> {
  const Resources: Record<string, unknown> = {};
  for (const name of FUNCTION_NAMES) {
    const own = (await resolveVariable(`file(functions/${name}/role.yml)`)) as unknown[];
    const logs = {
      Sid: 'Logs',
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: { 'Fn::GetAtt': [`${logicalName(name)}LogGroup`, 'Arn'] },
    };
    const Statement = [logs, '${file(resources/statements.yml):traces}', ...own];
    Resources[roleId(name)] = {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: '${file(resources/statements.yml):assumedByLambda}',
        Policies: [{ PolicyName: name, PolicyDocument: { Version: '2012-10-17', Statement } }],
      },
    };
  }
  return { Resources };
}

function roleId(name: FunctionName): string {
  return `${logicalName(name)}Role`;
}
