import type { ThriftStruct } from './format.ts';

/**
 * A RowGroup structure moved `shiftBytes` towards the end of a file: its chunks, data pages and dictionary pages hold
 * absolute offsets. Positions of page indexes are dropped, since those are written anew; we write no bloom filters.
 */
export function shiftRowGroup(rowGroup: ThriftStruct, shiftBytes: number): ThriftStruct {
  const shift = BigInt(shiftBytes);
  const chunks = rowGroup.field_1 as ThriftStruct[];
  return {
    ...rowGroup,
    field_1: chunks.map((chunk) => {
      const metadata = chunk.field_3 as ThriftStruct;
      return {
        field_2: (chunk.field_2 as bigint) + shift,
        field_3: {
          ...metadata,
          field_9: (metadata.field_9 as bigint) + shift,
          field_11: metadata.field_11 === undefined ? undefined : (metadata.field_11 as bigint) + shift,
        },
      };
    }),
    field_5: (rowGroup.field_5 as bigint) + shift,
  };
}

/** First byte of a row group's chunks in its file. */
export function rowGroupStartByte(rowGroup: ThriftStruct): number {
  return Number(rowGroup.field_5 as bigint);
}

export function rowGroupEndByte(rowGroup: ThriftStruct): number {
  return Number((rowGroup.field_5 as bigint) + (rowGroup.field_6 as bigint));
}

export function rowGroupRows(rowGroup: ThriftStruct): number {
  return Number(rowGroup.field_3 as bigint);
}
