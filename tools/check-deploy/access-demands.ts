import { listOf, type Template, type TemplateResource, targetOf } from './template.ts';

type Properties = NonNullable<TemplateResource['Properties']>;
type Demands = Generator<{ holds: unknown; otherwise: string }>;

/** What must hold of those who come from outside the pipeline: people, a directory, services that read the lake. */
export const ACCESS_DEMANDS: Record<
  string,
  (properties: Properties, id: string, template: Template) => Demands
> = {
  'AWS::Glue::Database': databaseDemands,
  'AWS::Glue::Table': tableDemands,
  'Custom::LakeTables': openedDemands,
  'AWS::IAM::Role': roleDemands,
  'AWS::Macie::Session': macieDemands,
  'AWS::QuickSight::DataSource': quickSightDemands,
};

/** Without the setting, that of the account counts, which may give every table to everybody or to nobody. */
function* databaseDemands({ DatabaseInput }: Properties): Demands {
  yield {
    holds: Array.isArray(DatabaseInput?.CreateTableDefaultPermissions),
    otherwise: 'leaves the rights of new tables to what Lake Formation is set to in the account',
  };
}

/**
 * An update by CloudFormation writes over a whole table, the pointer to its metadata too: what may change must not be in the template
 * (https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2495). Views, and the documents of the ledger, have none.
 */
function* tableDemands({ TableInput }: Properties): Demands {
  if (TableInput?.TableType === 'VIRTUAL_VIEW' || TableInput?.Parameters?.classification === 'json') return;
  const { Name: _name, TableType: _type, Parameters, StorageDescriptor, ...others } = TableInput ?? {};
  const { Location: _location, Columns, ...stored } = StorageDescriptor ?? {};
  yield {
    holds:
      Object.keys({ ...others, ...stored }).length === 0 &&
      listOf(Columns).length === 0 &&
      JSON.stringify(Parameters) === '{"EXTERNAL":"TRUE"}',
    otherwise:
      'says more than the name and the place of a table: when that changes, readers lose its metadata',
  };
}

/** A table that it does not wait for would be opened too early, and stay without columns. */
function* openedDemands(_opened: Properties, id: string, { Resources }: Template): Demands {
  const waitsFor = new Set(listOf(Resources[id]?.DependsOn));
  const tables = Object.entries(Resources).filter(
    ([name, { Type }]) =>
      Type === 'AWS::Glue::Table' && name !== 'LedgerDocumentsTable' && name.endsWith('Table'),
  );
  yield {
    holds: tables.every(([name]) => waitsFor.has(name)),
    otherwise: 'does not wait for every table that it opens',
  };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html (aws:MultiFactorAuthPresent) */
function* roleDemands({ AssumeRolePolicyDocument }: Properties): Demands {
  const statements = listOf(AssumeRolePolicyDocument?.Statement);
  const people = statements.filter(({ Principal }) => Principal?.AWS !== undefined);
  if (people.length === 0) return;
  const hasKey = (name: string) =>
    people.some(({ Condition }) => JSON.stringify(Condition ?? {}).includes(name));
  yield {
    holds: people.every(({ Condition }) => Condition !== undefined),
    otherwise: 'is assumed by people without a second factor',
  };
  yield {
    holds: !hasKey('aws:MultiFactorAuthPresent') || hasKey('aws:PrincipalArn'),
    otherwise: 'shuts out people of a directory, whose sessions never have aws:MultiFactorAuthPresent',
  };
}

/** https://docs.aws.amazon.com/macie/latest/user/discovery-supported-encryption-types.html */
function* macieDemands(_session: Properties, _id: string, { Resources }: Template): Demands {
  const [rule] = listOf(
    Resources.ProcessedBucket?.Properties?.BucketEncryption?.ServerSideEncryptionConfiguration,
  );
  const key = targetOf(rule?.ServerSideEncryptionByDefault?.KMSMasterKeyID) ?? '';
  yield {
    holds: JSON.stringify(Resources[key]?.Properties?.KeyPolicy ?? {}).includes(
      'AWSServiceRoleForAmazonMacie',
    ),
    otherwise: `cannot read the ledger: the policy of ${key} does not name the role of Macie`,
  };
}

/** https://docs.aws.amazon.com/quicksight/latest/APIReference/API_AthenaParameters.html */
function* quickSightDemands({ DataSourceParameters }: Properties, _id: string, template: Template): Demands {
  const role = targetOf(DataSourceParameters?.AthenaParameters?.RoleArn);
  yield {
    holds: role !== undefined && template.Resources[role]?.Type === 'AWS::IAM::Role',
    otherwise: "queries with the account's role for all sources, which knows neither the buckets nor the key",
  };
}
