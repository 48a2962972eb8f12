/** The part of a Data Catalog that we call, reached through the JSON of its protocol. It refuses what Glue refuses; each rule has its source. */
export interface WirePartition {
  Values: string[];
  Parameters?: Record<string, string>;
  StorageDescriptor: { Location: string; Columns?: { Name: string; Type: string }[] };
}

interface WireTable {
  Name: string;
  VersionId?: string;
  PartitionKeys: { Name: string }[];
  StorageDescriptor?: { Columns?: { Name: string }[] };
  [member: string]: unknown;
}

/** The members of all requests: each operation has some of them. */
interface Request {
  TableName: string;
  Name: string;
  VersionId?: string;
  Expression?: string;
  NextToken?: string;
  MaxResults?: number;
  PartitionInputList: WirePartition[];
  Entries: { PartitionValueList: string[]; PartitionInput: WirePartition }[];
  PartitionsToDelete: { Values: string[] }[];
  TableInput: WireTable;
}

interface PartitionFault {
  PartitionValues: string[];
  PartitionValueList: string[];
  ErrorDetail: { ErrorCode: string; ErrorMessage: string };
}

/** Most partitions that a batch call takes: https://docs.aws.amazon.com/glue/latest/webapi/API_BatchCreatePartition.html and its neighbours. */
const MOST: Record<string, number> = {
  BatchCreatePartition: 100,
  BatchUpdatePartition: 100,
  BatchDeletePartition: 25,
};
/** Glue gives no size of its pages; a small one shows who reads only the first. */
const PAGE = 60;
/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html */
const MAX_EXPRESSION = 2048;
/** https://docs.aws.amazon.com/glue/latest/webapi/API_StorageDescriptor.html */
const MAX_LOCATION = 2056;
/** https://docs.aws.amazon.com/glue/latest/webapi/API_TableInput.html: one line of 1 to 255 characters, kept in lower case. */
const NAME = /^[^\p{Cc}]{1,255}$/u;

export class WireGlue {
  readonly tables = new Map<string, WireTable>();
  readonly partitions = new Map<string, WirePartition[]>();

  /** The answer's body. Fails with an error named as Glue names it. */
  answer(operation: string, request: Request): unknown {
    const name = (request.TableName ?? request.Name ?? request.TableInput.Name).toLowerCase();
    const batch = request.PartitionInputList ?? request.Entries ?? request.PartitionsToDelete ?? [];
    if (batch.length > (MOST[operation] ?? Number.POSITIVE_INFINITY))
      throw invalid(`${batch.length} partitions`);
    if (operation === 'CreateTable') return this.createTable(name, request.TableInput);
    const table = this.tables.get(name);
    if (!table) throw failure('EntityNotFoundException', `no table ${name}`);
    const held = this.partitions.get(name) ?? [];
    this.partitions.set(name, held);
    switch (operation) {
      case 'GetTable':
        return { Table: { VersionId: '0', ...table } };
      case 'UpdateTable':
        return this.updateTable(name, table, request);
      case 'GetPartitions':
        return pageOf(table, held, request);
      case 'BatchCreatePartition':
        return changed(
          request.PartitionInputList,
          (partition, at) => {
            if (at >= 0) return 'AlreadyExistsException';
            held.push(checked(table, partition));
            return undefined;
          },
          held,
        );
      case 'BatchUpdatePartition':
        return changed(
          request.Entries.map(({ PartitionValueList, PartitionInput }) => ({
            ...PartitionInput,
            Values: PartitionValueList,
          })),
          (partition, at) => {
            if (at < 0) return 'EntityNotFoundException';
            held[at] = checked(table, partition);
            return undefined;
          },
          held,
        );
      case 'BatchDeletePartition':
        return changed(
          request.PartitionsToDelete,
          (_, at) => {
            if (at < 0) return 'EntityNotFoundException';
            held.splice(at, 1);
            return undefined;
          },
          held,
        );
      default:
        throw failure('UnknownOperationException', operation);
    }
  }

  private createTable(name: string, input: WireTable): unknown {
    if (this.tables.has(name)) throw failure('AlreadyExistsException', 'Table already exists.');
    this.tables.set(name, { ...checkedTable(input), Name: name, VersionId: '0' });
    return {};
  }

  /** Each update makes a version; with the number of another one it fails: https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateTable.html */
  private updateTable(name: string, table: WireTable, { VersionId, TableInput }: Request): unknown {
    const current = table.VersionId ?? '0';
    if (VersionId !== undefined && VersionId !== current) {
      throw failure(
        'ConcurrentModificationException',
        'Update table failed due to concurrent modifications.',
      );
    }
    this.tables.set(name, {
      ...checkedTable(TableInput),
      Name: name,
      VersionId: String(Number(current) + 1),
    });
    return {};
  }
}

function checkedTable(input: WireTable): WireTable {
  const columns = [...(input.StorageDescriptor?.Columns ?? []), ...(input.PartitionKeys ?? [])].map(
    ({ Name }) => Name,
  );
  if (![input.Name, ...columns].every((name) => NAME.test(name))) throw invalid(`a name of ${input.Name}`);
  if (new Set(columns).size < columns.length) throw invalid(`${input.Name} has a column twice`);
  return input;
}

/** A partition has a value for each key of its table. */
function checked(table: WireTable, partition: WirePartition): WirePartition {
  if (partition.Values.length !== table.PartitionKeys.length) {
    throw invalid('The number of partition keys do not match the number of partition values');
  }
  if (partition.StorageDescriptor.Location.length > MAX_LOCATION) throw invalid('Location');
  return partition;
}

/** Changes partitions one by one; those that cannot be changed are errors of their own, and the others are done. */
function changed<T extends { Values: string[] }>(
  partitions: T[],
  change: (partition: T, at: number) => string | undefined,
  held: WirePartition[],
): unknown {
  const Errors = partitions.flatMap((partition): PartitionFault[] => {
    const { Values } = partition;
    const at = held.findIndex((one) => one.Values.join('\0') === Values.join('\0'));
    const ErrorCode = change(partition, at);
    if (ErrorCode === undefined) return [];
    return [
      {
        PartitionValues: Values,
        PartitionValueList: Values,
        ErrorDetail: { ErrorCode, ErrorMessage: ErrorCode },
      },
    ];
  });
  return { Errors };
}

function pageOf(table: WireTable, held: WirePartition[], request: Request): unknown {
  const { Expression = '', NextToken = '0', MaxResults = 1000 } = request;
  if (Expression.length > MAX_EXPRESSION || MaxResults < 1 || MaxResults > 1000)
    throw invalid('GetPartitions');
  const terms =
    Expression === '' ? [] : Expression.split(' AND ').map((term) => /^(\w+)='([^']*)'$/.exec(term));
  const keys = table.PartitionKeys.map(({ Name }) => Name);
  const fits = ({ Values }: WirePartition) =>
    terms.every((term) => {
      if (!term || !keys.includes(term[1]!)) throw invalid(`Expression ${Expression}`);
      return Values[keys.indexOf(term[1]!)] === term[2];
    });
  const found = held.filter(fits);
  const from = Number(NextToken);
  const to = from + Math.min(PAGE, MaxResults);
  return { Partitions: found.slice(from, to), ...(to < found.length ? { NextToken: String(to) } : {}) };
}

function invalid(message: string): Error {
  return failure('InvalidInputException', message);
}

function failure(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
