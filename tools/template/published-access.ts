import { daysDataset } from '../../shared/keys/lake-keys.ts';
import { datasetsOf } from '../../shared/layout/layout.ts';
import { projectLayouts } from './project-layouts.ts';

const GLUE = 'arn:${AWS::Partition}:glue:${AWS::Region}:${AWS::AccountId}';

/** ARNs of the catalog, the database and every published table and view; without the rejects. */
export async function publishedTableArns(): Promise<unknown[]> {
  const layouts = (await projectLayouts()).map(({ layout }) => layout);
  const names = layouts.flatMap((layout) => [
    ...datasetsOf(layout).flatMap(({ name }) => [name, `${name}_masked`]),
    daysDataset(layout.name),
  ]);
  const tables = [...names, 'ledger', 'ledger_documents'].map(
    (name) => `${GLUE}:table/\${GlueDatabase}/${name}`,
  );
  return [`${GLUE}:catalog`, `${GLUE}:database/\${GlueDatabase}`, ...tables].map((arn) => ({
    'Fn::Sub': arn,
  }));
}

/** ARNs of the objects of every published table. Rows of `<dataset>_days` and `ledger` are in the ledger. */
export async function publishedObjectArns(): Promise<unknown[]> {
  const datasets = (await projectLayouts()).flatMap(({ layout }) =>
    datasetsOf(layout).map(({ name }) => name),
  );
  return [...datasets, 'ledger'].map((name) => ({ 'Fn::Sub': `\${ProcessedBucket.Arn}/${name}/*` }));
}

/** A replication rule for each dataset and for the ledger; the scratch objects of runs are not worth a copy. */
export async function replicationRules(): Promise<unknown[]> {
  const datasets = (await projectLayouts()).flatMap(({ layout }) => [
    ...datasetsOf(layout).map(({ name }) => name),
    `${layout.name}_rejects`,
  ]);
  return [...datasets, 'ledger'].map((name, index) => ({
    Id: name,
    Status: 'Enabled',
    Priority: index + 1,
    Filter: { Prefix: `${name}/` },
    DeleteMarkerReplication: { Status: 'Disabled' },
    SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
    Destination: {
      Bucket: '${self:custom.stage.modules.replication.bucketArn}',
      EncryptionConfiguration: { ReplicaKmsKeyID: '${self:custom.stage.modules.replication.keyArn}' },
    },
  }));
}
