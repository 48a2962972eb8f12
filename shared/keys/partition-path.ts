import { byName, nullable, text } from '../json-shape.ts';

export const HIVE_DEFAULT_PARTITION = '__HIVE_DEFAULT_PARTITION__';

/** Characters that Hive escapes in a path (org.apache.hadoop.hive.common.FileUtils), and NUL, which no key may hold. Spaces and accents stay as they are. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is escaped
const ESCAPED = /[\u0000-\u001f"#%'*/:=?\\\u007f{[\]^]/g;

/** `CAPITAL/GIRO` → `CAPITAL%2FGIRO`; null and the empty text → `__HIVE_DEFAULT_PARTITION__`. */
export function escapePartitionValue(value: string | null): string {
  if (value === null || value === '') return HIVE_DEFAULT_PARTITION;
  return value.replace(
    ESCAPED,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** The longest name of a folder, in bytes: file systems end at 255, and a part adds its suffix to the name of its partition. */
const LONGEST_FOLDER_BYTES = 240;

/**
 * Why a text cannot be the value of a partition: readers take one name for null, so that its rows would join those without a value; and
 * a folder's name ends somewhere.
 */
export function unfitPartition(
  column: string,
  value: string,
): 'reserved-partition-value' | 'partition-value-too-long' | undefined {
  if (value === HIVE_DEFAULT_PARTITION) return 'reserved-partition-value';
  const folderBytes = Buffer.byteLength(`${column}=${escapePartitionValue(value)}`);
  return folderBytes > LONGEST_FOLDER_BYTES ? 'partition-value-too-long' : undefined;
}

/** `tipo_produto=CREDITO PESSOAL/uf=SP`; empty without partition columns. */
export function partitionPath(values: Record<string, string | null>): string {
  return Object.entries(values)
    .map(([column, value]) => `${column}=${escapePartitionValue(value)}`)
    .join('/');
}

/** Partition column → value. */
export const partitionShape = byName(nullable(text));
