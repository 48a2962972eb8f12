/** The part of a Data Catalog that we call, reached through the JSON of its protocol. */
export interface WirePartition {
  Values: string[];
  Parameters?: Record<string, string>;
  StorageDescriptor: { Location: string };
}

interface WireTable {
  Name: string;
  PartitionKeys: { Name: string }[];
  [member: string]: unknown;
}

/** The members of all requests: each operation has some of them. */
interface Request {
  TableName: string;
  Name: string;
  Expression?: string;
  PartitionInputList: WirePartition[];
  Entries: { PartitionValueList: string[]; PartitionInput: WirePartition }[];
  PartitionsToDelete: { Values: string[] }[];
  TableInput: WireTable;
}

/** Most partitions that a batch call takes. */
const MOST: Record<string, number> = {
  BatchCreatePartition: 100,
  BatchUpdatePartition: 100,
  BatchDeletePartition: 25,
};

export class WireGlue {
  readonly tables = new Map<string, WireTable>();
  readonly partitions = new Map<string, WirePartition[]>();

  /** The answer's body. Fails with an error named as Glue names it. */
  answer(operation: string, request: Request): unknown {
    const name = request.TableName ?? request.Name;
    const held = this.partitions.get(name) ?? [];
    const same = (values: string[]) =>
      held.findIndex(({ Values }) => Values.join('\0') === values.join('\0'));
    const batch = request.PartitionInputList ?? request.Entries ?? request.PartitionsToDelete ?? [];
    if (batch.length > (MOST[operation] ?? 0) && MOST[operation])
      throw failure('InvalidInputException', `${batch.length} partitions`);
    if (operation !== 'CreateTable' && !this.tables.has(name))
      throw failure('EntityNotFoundException', `no table ${name}`);
    this.partitions.set(name, held);
    switch (operation) {
      case 'GetTable':
        return { Table: { ...this.tables.get(name), VersionId: '1' } };
      case 'CreateTable':
        this.tables.set(request.TableInput.Name, request.TableInput);
        return {};
      case 'UpdateTable':
        this.tables.set(name, { ...this.tables.get(name)!, ...request.TableInput });
        return {};
      case 'GetPartitions': {
        const wanted = [...(request.Expression ?? '').matchAll(/(\w+)='([^']*)'/g)].map((match) => [
          match[1],
          match[2],
        ]);
        const keys = this.tables.get(name)!.PartitionKeys.map(({ Name }) => Name);
        const fits = ({ Values }: WirePartition) =>
          wanted.every(([key, value]) => Values[keys.indexOf(key!)] === value);
        return { Partitions: held.filter(fits) };
      }
      case 'BatchCreatePartition':
        held.push(...request.PartitionInputList);
        return { Errors: [] };
      case 'BatchUpdatePartition':
        for (const { PartitionValueList, PartitionInput } of request.Entries)
          held[same(PartitionValueList)] = PartitionInput;
        return { Errors: [] };
      case 'BatchDeletePartition':
        for (const { Values } of request.PartitionsToDelete) held.splice(same(Values), 1);
        return { Errors: [] };
      default:
        throw failure('UnknownOperationException', operation);
    }
  }
}

function failure(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
