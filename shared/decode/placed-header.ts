import { LayoutInvalid } from '../errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { READ_MARGIN_BYTES } from '../kernel/shapes.ts';
import { copiesHeader, type Layout } from '../layout/layout.ts';
import { addNarrowedArea } from './narrowed-area.ts';
import type { RecordPlaces } from './record-end.ts';

/**
 * The header, repeated for each of `capacityRecords` records of a batch; undefined if no row copies fields of it. `header` is the record
 * as it is in the file, without terminator.
 */
export function placeHeader(
  kernel: Kernel,
  layout: Layout,
  header: Uint8Array,
  capacityRecords: number,
): RecordPlaces | undefined {
  if (!copiesHeader(layout)) return undefined;
  const { lengthBytes, positions, spaceByte } = layout.record;
  const wholeLength = positions === 'characters' ? lengthBytes : Math.max(lengthBytes, header.length);
  const at = kernel.allocate(wholeLength + 2 * READ_MARGIN_BYTES) + READ_MARGIN_BYTES;
  let length = header.length;
  if (positions === 'characters') {
    addNarrowedArea(kernel, at, wholeLength);
    const from = kernel.allocate(header.length + READ_MARGIN_BYTES);
    kernel.bytes.set(header, from);
    length = kernel.call.narrowRecord(from, from + header.length, at, wholeLength, spaceByte);
    // The splitter takes no header that is ill-formed.
    if (length < 0) throw new LayoutInvalid({ what: 'the header of the file is not UTF-8' });
  } else {
    kernel.bytes.fill(spaceByte, at, at + wholeLength);
    kernel.bytes.set(header, at);
  }
  const everywhere = (address: number) =>
    kernel.place(new Uint8Array(new Uint32Array(capacityRecords).fill(address).buffer));
  return { starts: everywhere(at), ends: length < wholeLength ? everywhere(at + length) : 0 };
}
