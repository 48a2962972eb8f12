/**
 * Words that make an answer depend on more than the tables: the clock, chance, the session, and what an engine says of itself. An answer to SQL
 * with one of them is never kept. A column may have such a name; then its answers are not kept either, which costs time and nothing else.
 * Sources: DuckDB's `duckdb_functions()` where `stability` is not CONSISTENT (a test compares it with this list), and Trino's documentation of
 * date and time, random, session and UUID functions, and of metadata tables and columns.
 */
const UNSTEADY = new Set(
  [
    // Clocks.
    'now today current_date current_time current_timestamp localtime localtimestamp transaction_timestamp',
    'get_current_time get_current_timestamp current_localtime current_localtimestamp current_timezone age sleep_ms',
    'statement_timestamp clock_timestamp',
    // Chance, and orders that nobody promised.
    'random rand setseed uuid uuidv4 uuidv7 gen_random_uuid nextval currval tablesample sample shuffle random_sample using_sample',
    'arbitrary any_value random_int secure_rand secure_random hash',
    // The session, and what the engine keeps beside the tables.
    'current_user current_role current_groups current_catalog current_schema current_schemas current_database current_path session_user user',
    'current_query current_query_id current_connection_id current_transaction_id txid_current in_search_path current_setting getvariable getenv',
    'version pg_typeof stats error write_log information_schema pg_catalog system sqlite_master sqlite_schema summarize describe show',
    'ledger partitions $path $file_modified_time $snapshots $history $manifests $files $partitions $refs',
  ]
    .join(' ')
    .split(' '),
);

/** Families of names: `duckdb_tables`, `pragma_table_info`, `contracts$snapshots`. */
const FAMILIES = /^(duckdb_|pragma_|pg_)|\$/;

/** Those of these words (in lower case) that make an answer depend on more than the tables. */
export function unsteadyWords(words: ReadonlySet<string>): string[] {
  return [...words].filter((word) => UNSTEADY.has(word) || FAMILIES.test(word));
}
