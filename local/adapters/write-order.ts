const LEDGER_ENTRY = /^ledger\/[^/]+\/(year=[^/]+\/month=[^/]+\/day=[^/]+|undated)\/[^/]+\.json$/;
const CATALOG = /^catalog\/[^/]+\.json$/;
const METADATA = /^processed\/[^/]+\/metadata\/v\d+\.metadata\.json$/;
const HINT = /^processed\/[^/]+\/metadata\/version-hint\.text$/;
/** Its row of a day is seen once all other tables of the day are. */
const OF_DAYS = /^(catalog|processed)\/[^/]+_days[./]/;

const [DATA, DOCUMENTS, ENTRIES, TABLES] = [0, 1, 2, 3];
/** Catalog, metadata and hint of a table. */
const WAVES_OF_TABLE = 3;

/**
 * The wave in which an object of a lake is written, if several are written together: each wave has what the later ones count on. Rows and
 * what lists them come first, then documents of runs and days, then the ledger entries that say what they led to, then what readers find
 * tables by; the table of days last.
 */
export function waveOf(key: string): number {
  if (LEDGER_ENTRY.test(key)) return ENTRIES;
  const wave = waveOfTable(key);
  if (wave !== undefined) return TABLES + wave + (OF_DAYS.test(key) ? WAVES_OF_TABLE : 0);
  const isDocument = key.endsWith('.json') || key.startsWith('ledger/');
  return isDocument ? DOCUMENTS : DATA;
}

function waveOfTable(key: string): number | undefined {
  const wave = [CATALOG, METADATA, HINT].findIndex((pattern) => pattern.test(key));
  return wave < 0 ? undefined : wave;
}

/** Does an object belong to one file alone, and say what became of it? */
export function isLedgerEntry(key: string): boolean {
  return waveOf(key) === ENTRIES;
}
