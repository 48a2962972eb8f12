import type { ChunkDictionary } from './chunk-dictionary.ts';

/**
 * A chunk of one page shows whether its dictionary pays only at the end, and to enter values that hardly repeat takes longer than all else. So
 * a sample of its first values decides if they are enough for that: as many that two of them would be the same by chance several times, were
 * there so few kinds of values that a dictionary pays.
 */
const SAMPLE_SHARE = 17;
const LEAST_SAMPLE = 64;
/** What a dictionary must save of such a chunk, by its sample. */
const LEAST_SAVED_SHARE = 0.15;

/** How many of the first `count` values of a chunk are its sample, if it will have about `rowCount` rows; 0 if they are too few for one. */
export function sampleCount(rowCount: number, count: number): number {
  const sample = Math.ceil(Math.sqrt(rowCount * SAMPLE_SHARE));
  return sample < LEAST_SAMPLE || sample > count ? 0 : sample;
}

/** May a dictionary that has `valueCount` values of a sample pay for a chunk of `times` as many? If most of the sample is null, who knows. */
export function mayPay(
  dictionary: Pick<ChunkDictionary, 'entryCount' | 'pagePlainBytes'>,
  valueCount: number,
  times: number,
): boolean {
  return valueCount < LEAST_SAMPLE || savedShare(dictionary, valueCount, times) >= LEAST_SAVED_SHARE;
}

/**
 * About what a dictionary will save of a page that has `times` as many values as the `valueCount` that the dictionary has seen. Of k kinds of
 * values, n that are drawn have n² / 2k pairs of the same, and k (1 − e^(−n / k)) of the kinds.
 */
function savedShare(
  { entryCount, pagePlainBytes }: Pick<ChunkDictionary, 'entryCount' | 'pagePlainBytes'>,
  valueCount: number,
  times: number,
): number {
  const repeats = valueCount - entryCount;
  if (repeats === 0) return 0;
  const kinds = valueCount ** 2 / (2 * repeats);
  const values = valueCount * times;
  const entries = kinds * (1 - Math.exp(-values / kinds));
  const valueBytes = pagePlainBytes / valueCount;
  return 1 - entries / values - Math.log2(Math.max(entries, 2)) / 8 / valueBytes;
}
