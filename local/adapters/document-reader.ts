import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { isCode, NOT_THERE } from './file-error.ts';

/** Most documents are smaller: they are read without asking for their size. */
const PAGE_BYTES = 64 * 1024;
const page = Buffer.allocUnsafeSlow(PAGE_BYTES);

/**
 * Reads small files whole, at once: to hand one to another thread and back takes longer. To be told of a file that is not there takes three
 * times as long as to look whether it is; and the look takes half as long as reading a file that is there. So whoever last asked for a file
 * that was not there looks first, as conversions do, which ask for what nobody has written yet; whoever reads one file after the other only
 * reads.
 */
export class DocumentReader {
  private wasThere = false;

  /** The bytes of a file; undefined if there is none, or a folder. */
  read(path: string): Uint8Array | undefined {
    let bytes: Uint8Array | undefined;
    try {
      if (this.wasThere || statSync(path, { throwIfNoEntry: false })) bytes = bytesOf(path);
    } catch (error) {
      if (!isCode(error, ...NOT_THERE, 'EISDIR')) throw error;
    }
    this.wasThere = bytes !== undefined;
    return bytes;
  }
}

function bytesOf(path: string): Uint8Array {
  const handle = openSync(path, 'r');
  try {
    const read: Uint8Array[] = [];
    // A network file system may give less than there is: only nothing is the end.
    for (;;) {
      const count = readSync(handle, page, 0, PAGE_BYTES, null);
      if (count === 0) break;
      read.push(Buffer.from(page.subarray(0, count)));
    }
    return read.length === 1 ? read[0]! : Buffer.concat(read);
  } finally {
    closeSync(handle);
  }
}
