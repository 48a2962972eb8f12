import { RecordExtractor } from '../shared/decode/record-extractor.ts';
import { recordShape } from '../shared/decode/record-shape.ts';
import { Kernel } from '../shared/kernel/kernel.ts';
import type { RecordLayout } from '../shared/layout/layout.ts';
import type { OpenSource } from '../shared/pipeline/store/open-source.ts';
import type { ByteRange } from '../shared/ranges/byte-range.ts';

/** The records of a range that begins with a record, as they are in the file; what is after the last whole one is a record too. */
export async function* fileRecords(
  { raw, info }: OpenSource,
  record: RecordLayout,
  terminatorBytes: number,
  range: ByteRange,
): AsyncGenerator<Uint8Array> {
  const extractor = new RecordExtractor(new Kernel(), recordShape(record, terminatorBytes), range.startByte);
  const found = function* (atEnd: boolean) {
    while (extractor.extract(atEnd) > 0) {
      for (let index = 0; index < extractor.recordCount; index++) yield extractor.rawBytesOf(index);
    }
  };
  for await (const chunk of raw.streamRange(info.key, range, { pin: info.pin })) {
    for (let from = 0; from < chunk.length; ) {
      from += extractor.push(chunk, from);
      yield* found(false);
    }
  }
  yield* found(true);
}
