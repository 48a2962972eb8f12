import type { Layout } from '../layout/layout.ts';
import { otherMark, withoutMark } from './byte-order-mark.ts';
import { chainInPlaceOfRecords } from './chain-in-place-of-records.ts';
import { compressedContent } from './compressed-content.ts';
import { latinControls } from './control-characters.ts';
import { digitsInNumbers } from './digits-in-numbers.ts';
import type { FormFinding, FormSample } from './form-sample.ts';
import { otherLineEnd } from './line-ends.ts';
import { otherPositions } from './positions-of-lines.ts';
import { otherFamily } from './text-family.ts';
import { textPlaces } from './text-places.ts';
import { utf8Doubt, utf8Text } from './utf-8-text.ts';
import { swappedNationalText, utf16Text } from './utf-16-text.ts';

/**
 * What a file is, if it is not in the form that its layout says: compressed, of another encoding, with other line ends. Each finding is
 * proven by the sample; a file in the right form never has one.
 */
export function formOf(
  sample: FormSample,
  layout: Layout,
  isDecompressed: boolean,
): { finding?: FormFinding; warning?: string } {
  const places = textPlaces(layout);
  const records = withoutMark(sample, layout);
  const finding =
    compressedContent(sample, isDecompressed) ??
    otherMark(sample, layout) ??
    utf16Text(sample, layout, places) ??
    chainInPlaceOfRecords(records, layout, places) ??
    otherFamily(records, layout, places) ??
    otherLineEnd(records, layout) ??
    utf8Text(records, layout, places) ??
    otherPositions(records, layout) ??
    swappedNationalText(records, layout, places) ??
    digitsInNumbers(records, layout);
  if (finding) return { finding };
  const controls = latinControls(records, layout, places);
  if (controls.finding || controls.warning !== undefined) return controls;
  const warning = utf8Doubt(records, layout, places);
  return warning === undefined ? {} : { warning };
}
