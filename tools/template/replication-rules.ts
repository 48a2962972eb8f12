import { daysDataset, rejectsDataset } from '../../shared/keys/lake-keys.ts';
import { datasetsOf } from '../../shared/layout/layout.ts';
import { projectLayouts } from './project-layouts.ts';

/** A replication rule for each dataset and for the ledger; the scratch objects of runs are not worth a copy. */
export async function replicationRules(): Promise<unknown[]> {
  const datasets = (await projectLayouts()).flatMap(({ layout }) => [
    ...datasetsOf(layout).map(({ name }) => name),
    rejectsDataset(layout.name),
    daysDataset(layout.name),
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
