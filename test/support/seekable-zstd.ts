import { constants, zstdCompressSync } from 'node:zlib';

/** Entries of a seek table: the sizes that it states. */
export interface StatedFrame {
  stored: number;
  content: number;
}

/** A zstd file in frames with a seek table, as the format's document says, written without the code that is tested. */
export function seekableZstd(
  content: Uint8Array,
  frameBytes: number,
  {
    state = (frames) => frames,
    withSums = false,
    checksum = 1,
  }: {
    /** What the table says of the frames. */
    state?: (frames: StatedFrame[]) => StatedFrame[];
    withSums?: boolean;
    checksum?: number;
  } = {},
): Buffer {
  const pieces: Buffer[] = [];
  const frames: StatedFrame[] = [];
  for (let at = 0; at === 0 || at < content.length; at += frameBytes) {
    const piece = content.subarray(at, at + frameBytes);
    const params = { [constants.ZSTD_c_checksumFlag]: checksum };
    pieces.push(zstdCompressSync(piece, { params }));
    frames.push({ stored: pieces.at(-1)!.length, content: piece.length });
  }
  return Buffer.concat([...pieces, tableOf(state(frames), withSums)]);
}

/** A frame that every program passes over. */
export function skippableFrame(bytes: number): Buffer {
  return Buffer.concat([number(0x184d2a53), number(bytes), Buffer.alloc(bytes, 7)]);
}

export function tableOf(frames: readonly StatedFrame[], withSums = false): Buffer {
  const entries = frames.flatMap(({ stored, content }) => [
    number(stored),
    number(content),
    ...(withSums ? [number(0x12345678)] : []),
  ]);
  const footer = [number(frames.length), Buffer.of(withSums ? 0x80 : 0), number(0x8f92eab1)];
  const body = Buffer.concat([...entries, ...footer]);
  return Buffer.concat([number(0x184d2a5e), number(body.length), body]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
