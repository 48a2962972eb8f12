import type { Left } from './recorded-disk.ts';

/**
 * What the documents on a disk count on and is not there, or not whole: each document was written after that. Answers a line for each.
 */
export function missingBelow(left: Left): string[] {
  const problems: string[] = [];
  const has = (key: string, by: string, bytes?: number) => {
    const found = left.get(key);
    if (!found) problems.push(`${by} counts on ${key}, which is not there`);
    else if (bytes !== undefined && found.length !== bytes)
      problems.push(`${by} counts on ${bytes} bytes of ${key}, and ${found.length} are there`);
  };
  for (const [key, bytes] of left) {
    if (key.startsWith('.incoming/')) continue;
    if (bytes.length === 0) problems.push(`${key} has a name and no bytes`);
    else if (key.endsWith('version-hint.text'))
      has(key.replace('version-hint.text', `v${bytes}.metadata.json`), key);
    else if (key.endsWith('.json'))
      for (const [other, size] of namedBy(key, JSON.parse(String(bytes)))) has(other, key, size);
  }
  return problems;
}

interface Output {
  key?: string;
  mergedKey?: string;
  bytes?: number;
}

interface Documents {
  state?: string;
  runId?: string;
  loaded?: { outputs: Output[] };
  tables?: { partitions: { objects: Output[] }[] }[];
  outputs?: Output[];
  partitions?: { files: string[] }[];
  days?: Record<string, number>;
  snapshots?: { 'manifest-list': string }[];
}

/** A key, with the bytes of its object if they are known. */
type Counted = [key: string, bytes?: number | undefined];

/** The objects that a document counts on. */
function namedBy(key: string, document: Documents): Counted[] {
  const {
    state,
    runId,
    loaded,
    tables = [],
    outputs = [],
    partitions = [],
    days = {},
    snapshots = [],
  } = document;
  if (/^ledger\/small\/year=\d+\/month=\d+\/day=\d+\/[^/]+\.json$/.test(key)) {
    const planned = state === 'splitting' ? [] : [`runs/${runId}/plan.json`, `runs/${runId}/ranges.json`];
    const merged = (loaded?.outputs ?? []).map(({ mergedKey, bytes }): Counted => [mergedKey!, bytes]);
    const judged =
      state === 'loaded' ? [`runs/${runId}/reconciliation.json`, 'ledger/_tables/small.json'] : [];
    const terms = `${key.slice(0, key.lastIndexOf('/'))}/_terms/1.json`;
    return [...[terms, ...planned, ...judged].map((one): Counted => [one]), ...merged];
  }
  if (/\/_day\/\d+\.json$/.test(key)) {
    const objects = tables.flatMap((table) => table.partitions.flatMap((partition) => partition.objects));
    return objects.map(({ mergedKey, bytes }) => [mergedKey!, bytes]);
  }
  if (/\/parts\/\d+\.json$/.test(key)) return outputs.map((output) => [output.key!, output.bytes]);
  if (/^catalog\/[^/]+\.json$/.test(key)) {
    // In a lake of one day whose commits are shown one by one, a version of the metadata for each.
    const commit = key === 'catalog/small_days.json' ? Math.max(...Object.values(days)) : 0;
    const versions = Array.from({ length: commit }, (_, at) => `v${at + 1}.metadata.json`);
    const shown = versions.map((file) => `processed/small/metadata/${file}`);
    const files = partitions.flatMap((partition) => partition.files.map((file) => `processed/${file}`));
    return [...shown, ...files].map((one): Counted => [one]);
  }
  if (key.endsWith('.metadata.json')) {
    const table = key.split('/')[1]!;
    const lists = snapshots.map(({ 'manifest-list': list }) => list.slice(list.indexOf('processed/')));
    return [...lists, `catalog/${table}.json`].map((one): Counted => [one]);
  }
  return [];
}
