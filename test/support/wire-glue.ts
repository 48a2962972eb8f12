/** The part of a Data Catalog that we call, reached through the JSON of its protocol. It refuses what Glue refuses; each rule has its source. */
interface WireTable {
  Name: string;
  VersionId?: string;
  PartitionKeys?: { Name: string }[];
  Parameters?: Record<string, string>;
  StorageDescriptor?: { Columns?: { Name: string; Type?: string }[]; Location?: string };
  [member: string]: unknown;
}

/** The members of all requests: each operation has some of them. */
interface Request {
  TableName: string;
  Name: string;
  VersionId?: string;
  SkipArchive?: boolean;
  MaxResults?: number;
  NextToken?: string;
  TableInput: WireTable;
}

/** https://docs.aws.amazon.com/glue/latest/webapi/API_StorageDescriptor.html */
const MAX_LOCATION = 2056;
/** https://docs.aws.amazon.com/glue/latest/webapi/API_TableInput.html: keys of 255 characters, values of 512,000. */
const MAX_PARAMETER = { key: 255, value: 512_000 };
/** https://docs.aws.amazon.com/glue/latest/webapi/API_Column.html */
const MAX_TYPE = 131_072;
/** https://docs.aws.amazon.com/general/latest/gr/glue.html: table versions per table; SkipArchive makes none. */
const MAX_VERSIONS = 100_000;
/** https://docs.aws.amazon.com/glue/latest/webapi/API_TableInput.html: one line of 1 to 255 characters, kept in lower case. */
const NAME = /^[^\p{Cc}]{1,255}$/u;

export class WireGlue {
  readonly tables = new Map<string, WireTable>();
  /** Partitions that a version before registered: values of their keys. */
  readonly partitions = new Map<string, { Values: string[]; StorageDescriptor?: { Location: string } }[]>();
  /** Versions of each table that are kept. */
  readonly archived = new Map<string, number>();
  /** Runs before each call: what somebody else does meanwhile, or a fault that it throws. */
  beforeCall: ((operation: string, table: string) => void) | undefined;

  /** The answer's body. Fails with an error named as Glue names it. */
  answer(operation: string, request: Request): unknown {
    // Asked by engines before they read a table.
    if (operation === 'GetDatabase') return { Database: { Name: request.Name } };
    if (operation === 'GetTables') return this.tablesAfter(Number(request.NextToken ?? 0));
    const name = (request.TableName ?? request.Name ?? request.TableInput.Name).toLowerCase();
    this.beforeCall?.(operation, name);
    if (operation === 'CreateTable') return this.createTable(name, request.TableInput);
    const table = this.tables.get(name);
    if (!table) throw failure('EntityNotFoundException', `no table ${name}`);
    switch (operation) {
      case 'GetTable':
        return { Table: { VersionId: '0', ...table } };
      case 'UpdateTable':
        return this.updateTable(name, table, request);
      case 'GetPartitions': {
        const { MaxResults = 1000 } = request;
        if (MaxResults < 1 || MaxResults > 1000) throw invalid('GetPartitions');
        return { Partitions: (this.partitions.get(name) ?? []).slice(0, MaxResults) };
      }
      default:
        throw failure('UnknownOperationException', operation);
    }
  }

  /** A page of two, so that who asks must turn it. */
  private tablesAfter(from: number): unknown {
    const all = [...this.tables.values()];
    const next = from + 2 < all.length ? { NextToken: String(from + 2) } : {};
    return { TableList: all.slice(from, from + 2), ...next };
  }

  private createTable(name: string, input: WireTable): unknown {
    if (this.tables.has(name)) throw failure('AlreadyExistsException', 'Table already exists.');
    this.tables.set(name, { ...checkedTable(input), Name: name, VersionId: '0' });
    return {};
  }

  /**
   * An update takes the place of the whole table, parameters too, and makes a version. With the number of another version it fails:
   * https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateTable.html. Glue takes an update without a number, and then the last writer
   * wins: no call of ours may be one, so it is refused here.
   */
  private updateTable(
    name: string,
    table: WireTable,
    { VersionId, SkipArchive, TableInput }: Request,
  ): unknown {
    const current = table.VersionId ?? '0';
    if (VersionId === undefined) throw invalid('an update without VersionId loses what others did');
    if (VersionId !== current) {
      throw failure(
        'ConcurrentModificationException',
        'Update table failed due to concurrent modifications.',
      );
    }
    if (SkipArchive !== true) {
      const versions = (this.archived.get(name) ?? 0) + 1;
      if (versions > MAX_VERSIONS) throw failure('ResourceNumberLimitExceededException', 'table versions');
      this.archived.set(name, versions);
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
  const { StorageDescriptor = {}, PartitionKeys = [], Parameters = {} } = input;
  const columns = [...(StorageDescriptor.Columns ?? []), ...PartitionKeys];
  const names = columns.map(({ Name }) => Name);
  if (![input.Name, ...names].every((name) => NAME.test(name))) throw invalid(`a name of ${input.Name}`);
  if (new Set(names).size < names.length) throw invalid(`${input.Name} has a column twice`);
  if ((StorageDescriptor.Columns ?? []).some(({ Type = '' }) => Type.length > MAX_TYPE))
    throw invalid('Type');
  if ((StorageDescriptor.Location ?? '').length > MAX_LOCATION) throw invalid('Location');
  for (const [key, value] of Object.entries(Parameters)) {
    if (key.length > MAX_PARAMETER.key || value.length > MAX_PARAMETER.value)
      throw invalid(`parameter ${key}`);
  }
  return input;
}

function invalid(message: string): Error {
  return failure('InvalidInputException', message);
}

function failure(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
