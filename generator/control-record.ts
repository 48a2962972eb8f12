import { latin1Bytes } from './latin1.ts';

/**
 * Header and trailer of `layouts/contracts-with-trailer.json`.
 *
 *     00CONTRATOS           20250812
 *     99CONTRATOS           20250812 00000001002 00000001000 000000000123456789     without the gaps
 *       nome_arquivo        data     all records details     sum of valor_contrato, two decimals implied
 */
export const TRAILER_LAYOUT_BYTES = 160;
export const DETAIL_TYPE = latin1Bytes('01');
const FILE_NAME = 'CONTRATOS'.padEnd(20);

/** `businessDate` is yyyy-MM-dd. Without terminator, as long as `recordLengthBytes`. */
export function headerRecord(businessDate: string, recordLengthBytes: number): Uint8Array {
  return latin1Bytes(`00${FILE_NAME}${businessDate.replaceAll('-', '')}`.padEnd(recordLengthBytes));
}

/** `valueCents` is the sum over all details, bad ones included. */
export function trailerRecord(
  businessDate: string,
  detailCount: number,
  valueCents: bigint,
  recordLengthBytes: number,
): Uint8Array {
  const figures =
    String(detailCount + 2).padStart(11, '0') +
    String(detailCount).padStart(11, '0') +
    String(valueCents).padStart(18, '0');
  return latin1Bytes(`99${FILE_NAME}${businessDate.replaceAll('-', '')}${figures}`.padEnd(recordLengthBytes));
}
