/** The library: `import { convert, decodeRecords, openLake, openLayout } from 'positional-lake'`. */
export type { DecodedValue } from './column-values.ts';
export { type ConvertedFile, type ConvertOptions, convert } from './convert.ts';
export type { ConvertProgress } from './convert-progress.ts';
export {
  type DecodeOptions,
  decodeRecords,
  type RecordBatch,
  type RecordSource,
  type RejectedRecord,
} from './decode-records.ts';
export { type Lake, type LakeOptions, type LakeParameters, type LakeValue, openLake } from './open-lake.ts';
export { type Layout, type LayoutColumn, type LayoutTable, openLayout } from './open-layout.ts';
