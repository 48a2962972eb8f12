import { CompressionCodec, PageHeader } from '../../shared/parquet/format.ts';
import { readSourceFile } from '../../shared/parquet/source-file.ts';
import { decodeThrift } from '../../shared/parquet/thrift.ts';
import { sealedBytes } from '../../shared/pipeline/store/sealed-json.ts';
import { crc64Base64Of } from '../../shared/ranges/crc64nvme.ts';
import type { SampleLake } from './sample-lake.ts';

/** Data files that readers see, or will see. */
const SEEN = /^processed\/|^runs\/[^/]+\/merged\//;

/**
 * Makes a data file one that a fault of the writer left: a page that nobody can uncompress, and the checksum of that file wherever the lake
 * has one. Answers with all names of the file; undefined if it has no such page.
 */
export async function writeBadly({ lake }: SampleLake, key: string): Promise<string[] | undefined> {
  if (!SEEN.test(key) || !key.endsWith('.parquet')) return undefined;
  const bytes = Buffer.from(lake.bytesOf(key));
  const at = await lengthOfSnappyPage(bytes).catch(() => undefined);
  if (at === undefined) return undefined;
  const bad = Buffer.from(bytes);
  // The length that a block in Snappy says of its content.
  bad[at]! ^= 1;
  const names = lake.keys().filter((other) => bytes.equals(lake.bytesOf(other)));
  for (const name of names) lake.replace(name, bad);
  const [from, to] = [crc64Base64Of(bytes), crc64Base64Of(bad)];
  for (const document of lake.keys().filter((other) => other.endsWith('.json'))) {
    const text = Buffer.from(lake.bytesOf(document)).toString();
    if (!text.includes(from)) continue;
    const { seal, ...value } = JSON.parse(text.replaceAll(from, to));
    lake.replace(
      document,
      seal === undefined ? Buffer.from(text.replaceAll(from, to)) : sealedBytes(document, value),
    );
  }
  return names;
}

/** Where the body of the first page in Snappy begins. */
async function lengthOfSnappyPage(bytes: Buffer): Promise<number | undefined> {
  const { rowGroups } = await readSourceFile(bytes.length, async ({ startByte, endByte }) =>
    bytes.subarray(startByte, endByte),
  );
  for (const { chunk } of rowGroups.flatMap(({ rowGroup }) => rowGroup.chunks)) {
    const { codec, dataPageOffset } = chunk.metaData;
    if (codec === CompressionCodec.SNAPPY)
      return dataPageOffset + decodeThrift(PageHeader, bytes.subarray(dataPageOffset)).length;
  }
  return undefined;
}
