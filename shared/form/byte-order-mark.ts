import { extendsAscii } from '../layout/code-page.ts';
import type { Layout } from '../layout/layout.ts';
import { utf8MarkBytes } from '../layout/utf-8-mark.ts';
import { type FormFinding, type FormSample, headOf } from './form-sample.ts';
import { beginsWithText, textPlaces } from './text-places.ts';
import { utf16Finding } from './utf-16-text.ts';

const UTF_16_LE_MARK = [0xff, 0xfe];
const UTF_16_BE_MARK = [0xfe, 0xff];
const UTF_32_BE_MARK = [0x00, 0x00, 0xfe, 0xff];

/** Length of the mark of UTF-8 at the start of a file whose layout allows one; it belongs to no record. */
export function skippedMarkBytes(head: Uint8Array, layout: Layout): number {
  const markBytes = utf8MarkBytes(head);
  if (markBytes === 0 || !allowsMark(layout)) return 0;
  return beginsWithText(textPlaces(layout), layout, markBytes) ? markBytes : 0;
}

/** The sample of a file without a mark that is skipped, as if the file began after it: the mark is no text of a record. */
export function withoutMark(sample: FormSample, layout: Layout): FormSample {
  const markBytes = skippedMarkBytes(headOf(sample), layout);
  return {
    sizeBytes: sample.sizeBytes - markBytes,
    windows: sample.windows.map(({ startByte, bytes }, index) =>
      index === 0
        ? { startByte, bytes: bytes.subarray(markBytes) }
        : { startByte: startByte - markBytes, bytes },
    ),
  };
}

/** A mark that the layout does not allow. Bytes that are not text may look like one. */
export function otherMark(sample: FormSample, layout: Layout): FormFinding | undefined {
  const head = headOf(sample);
  const isText = (lengthBytes: number) => beginsWithText(textPlaces(layout), layout, lengthBytes);
  const markBytes = utf8MarkBytes(head);
  if (markBytes > 0 && !allowsMark(layout) && isText(markBytes)) {
    return {
      what: `it begins with the byte-order mark of UTF-8 (EF BB BF), and the layout says ${layout.encoding}`,
      next: extendsAscii(layout.encoding)
        ? 'Say "encoding": "utf-8" in the layout, which skips the mark, and "positions": "characters" if its positions count characters; or have it sent without the mark, in the code page of the layout.'
        : 'It was converted on its way: have it sent in binary, or say "encoding": "utf-8" in the layout.',
    };
  }
  if (!isText(2)) return undefined;
  if (begins(head, UTF_16_LE_MARK)) return utf16Finding('LE', layout);
  if (begins(head, UTF_16_BE_MARK)) return utf16Finding('BE', layout);
  if (!begins(head, UTF_32_BE_MARK)) return undefined;
  return {
    what: `it is UTF-32, four bytes a character, and the layout says ${layout.encoding}`,
    next: 'Have it sent as UTF-8 or in the code page of the layout.',
  };
}

function allowsMark({ encoding }: Layout): boolean {
  return encoding === 'utf-8' || encoding === 'us-ascii';
}

function begins(bytes: Uint8Array, mark: number[]): boolean {
  return mark.every((byte, index) => bytes[index] === byte);
}
