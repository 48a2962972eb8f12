import type { TemplateSlice } from './lake-tables.ts';
import type { VariableContext } from './project-layouts.ts';

/** Those who query, each in a workgroup of their own: what one asked and got, another does not see. */
interface Audience {
  /** End of the workgroup's name, and the folder of its results. */
  name: string;
  workgroup: string;
  policy: string;
  roles: string[];
}

const ANALYSTS: Audience = {
  name: 'analysts',
  workgroup: 'AthenaWorkgroup',
  policy: 'QueryPolicy',
  roles: ['DataAnalystRole'],
};
const ENGINEERS: Audience = {
  name: 'engineers',
  workgroup: 'EngineersWorkgroup',
  policy: 'EngineersQueryPolicy',
  roles: ['DataEngineerRole'],
};
const BUSINESS_USERS: Audience = {
  name: 'business-users',
  workgroup: 'BusinessUsersWorkgroup',
  policy: 'BusinessUsersQueryPolicy',
  roles: ['BusinessUserRole'],
};
const QUICKSIGHT: Audience = {
  name: 'quicksight',
  workgroup: 'QuickSightWorkgroup',
  policy: 'QuickSightQueryPolicy',
  roles: ['QuickSightRole'],
};

/** People who type SQL, by the logical id of their workgroup, and whether personal columns are hidden from them. */
export async function askingPeople({
  resolveVariable,
}: VariableContext): Promise<{ name: string; workgroup: string; hidesPeople: boolean }[]> {
  const isGoverned = (await resolveVariable('self:custom.stage.accessControl')) === 'lake-formation';
  return [ANALYSTS, ENGINEERS, ...(isGoverned ? [BUSINESS_USERS] : [])].map(({ name, workgroup }) => ({
    ...{ name, workgroup, hidesPeople: name === BUSINESS_USERS.name },
  }));
}

/** A workgroup and a policy for each audience of the stage. Business users have one if Lake Formation hides columns from them. */
export async function queryAccess({ resolveVariable }: VariableContext): Promise<TemplateSlice> {
  const of = (name: string) => resolveVariable(`self:custom.stage.${name}`);
  const modules = (await of('modules')) as Record<string, unknown>;
  const audiences = [ANALYSTS, ENGINEERS];
  if ((await of('accessControl')) === 'lake-formation') audiences.push(BUSINESS_USERS);
  if (modules.quicksight) audiences.push(QUICKSIGHT);
  const Resources: Record<string, unknown> = {};
  for (const audience of audiences) {
    Resources[audience.workgroup] = workgroup(audience);
    Resources[audience.policy] = policy(audience);
  }
  // The rights of the function query are in its role.
  Resources.QueryServiceWorkgroup = workgroup({ name: 'query-service' });
  return { Resources };
}

function workgroup({ name }: Pick<Audience, 'name'>): unknown {
  const base = '${self:custom.names.workgroup}';
  return {
    Type: 'AWS::Athena::WorkGroup',
    Properties: {
      // The analysts' keeps the name that clients are set to.
      Name: name === ANALYSTS.name ? base : `${base}-${name}`,
      Description: `Queries of ${name} on what positional-lake \${sls:stage} published`,
      State: 'ENABLED',
      RecursiveDeleteOption: true,
      WorkGroupConfiguration: {
        EngineVersion: { SelectedEngineVersion: 'Athena engine version 3' },
        EnforceWorkGroupConfiguration: true,
        PublishCloudWatchMetricsEnabled: true,
        BytesScannedCutoffPerQuery: '${self:custom.stage.athenaScanLimitBytes}',
        ResultConfiguration: {
          OutputLocation: { 'Fn::Sub': `s3://\${ResultsBucket}/${folder(name)}/` },
          EncryptionConfiguration: {
            EncryptionOption: 'SSE_KMS',
            KmsKey: { 'Fn::GetAtt': ['DataKey', 'Arn'] },
          },
        },
      },
    },
  };
}

function folder(name: string): string {
  return `athena/${name}`;
}

function policy(audience: Audience): unknown {
  return {
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: {
      Description: `The workgroup of ${audience.name} and its results`,
      Roles: audience.roles.map((role) => ({ Ref: role })),
      PolicyDocument: { Version: '2012-10-17', Statement: statements(audience) },
    },
  };
}

const arn = (service: string, rest: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${rest}`,
});

function statements({ name, workgroup: id }: Audience): unknown[] {
  const allow = (Sid: string, Action: string[], Resource: unknown) => ({
    Sid,
    Effect: 'Allow',
    Action,
    Resource,
  });
  return [
    allow('Query', IN_WORKGROUP, arn('athena', `workgroup/\${${id}}`)),
    allow('ListOfTheConsole', CONSOLE_LISTS, '*'), // these have no resources to name
    allow('CatalogOfTheConsole', CONSOLE_CATALOG, arn('athena', 'datacatalog/AwsDataCatalog')),
    // Athena asks for the database 'default' whatever a query names:
    // https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html (full access to default)
    allow(
      'DefaultDatabase',
      ['glue:GetDatabase', 'glue:GetDatabases'],
      [arn('glue', 'catalog'), arn('glue', 'database/default'), arn('glue', 'database/${GlueDatabase}')],
    ),
    allow(
      'KeepResults',
      ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
      { 'Fn::Sub': `\${ResultsBucket.Arn}/${folder(name)}/*` },
    ),
    allow('FindResults', ['s3:ListBucket', 's3:GetBucketLocation', 's3:ListBucketMultipartUploads'], {
      'Fn::GetAtt': ['ResultsBucket', 'Arn'],
    }),
    {
      ...allow('Keys', ['kms:Decrypt', 'kms:GenerateDataKey'], { 'Fn::GetAtt': ['DataKey', 'Arn'] }),
      Condition: { StringEquals: { 'kms:ViaService': { 'Fn::Sub': 's3.${AWS::Region}.amazonaws.com' } } },
    },
  ];
}

/** What a user of a workgroup and the console's editor do in it: https://docs.aws.amazon.com/athena/latest/ug/example-policies-workgroup.html */
const IN_WORKGROUP = [
  'athena:GetWorkGroup',
  'athena:StartQueryExecution',
  'athena:StopQueryExecution',
  'athena:GetQueryExecution',
  'athena:BatchGetQueryExecution',
  'athena:GetQueryResults',
  'athena:GetQueryResultsStream',
  'athena:ListQueryExecutions',
  'athena:ListNamedQueries',
  'athena:GetNamedQuery',
  'athena:BatchGetNamedQuery',
  'athena:ListPreparedStatements',
  'athena:GetPreparedStatement',
];
const CONSOLE_LISTS = ['athena:ListWorkGroups', 'athena:ListDataCatalogs', 'athena:ListEngineVersions'];
const CONSOLE_CATALOG = [
  'athena:GetDataCatalog',
  'athena:ListDatabases',
  'athena:GetDatabase',
  'athena:ListTableMetadata',
  'athena:GetTableMetadata',
];
