import { crc32, deflateSync, inflateSync } from 'node:zlib';

/** Pixels of three bytes: red, green, blue. */
export interface Pixels {
  width: number;
  height: number;
  rgb: Uint8Array;
}

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/** Reads what a browser's screenshots and `pngOf` write: eight bits a part, not interlaced (https://www.w3.org/TR/png-3). */
export function pixelsOf(png: Buffer): Pixels {
  const chunks = chunksOf(png);
  const header = chunks.find(({ name }) => name === 'IHDR')!.data;
  const [width, height, kind] = [header.readUInt32BE(0), header.readUInt32BE(4), header[9]];
  const palette = chunks.find(({ name }) => name === 'PLTE')?.data;
  const partBytes = kind === 6 ? 4 : kind === 2 ? 3 : 1;
  const lines = inflateSync(
    Buffer.concat(chunks.filter(({ name }) => name === 'IDAT').map(({ data }) => data)),
  );
  const bytes = unfiltered(lines, width * partBytes, height, partBytes);
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const from = palette ? bytes[pixel]! * 3 : pixel * partBytes;
    const colours = palette ?? bytes;
    for (let part = 0; part < 3; part++) rgb[pixel * 3 + part] = colours[from + part]!;
  }
  return { width, height, rgb };
}

/** A picture in its 64 most frequent colours; others become the nearest of them. */
export function pngOf({ width, height, rgb }: Pixels): Buffer {
  const { palette, indexes } = fewColours(rgb);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits a pixel, an index of the palette.
  header.set([8, 3, 0, 0, 0], 8);
  const lines = Buffer.alloc((width + 1) * height);
  for (let line = 0; line < height; line++) {
    lines.set(indexes.subarray(line * width, (line + 1) * width), line * (width + 1) + 1);
  }
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flat())),
    chunk('IDAT', deflateSync(lines, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function fewColours(rgb: Uint8Array): { palette: number[][]; indexes: Uint8Array } {
  const colourAt = (pixel: number) =>
    (rgb[pixel * 3]! << 16) | (rgb[pixel * 3 + 1]! << 8) | rgb[pixel * 3 + 2]!;
  const partsOf = (colour: number) => [colour >> 16, (colour >> 8) & 255, colour & 255];
  const pixelCount = rgb.length / 3;
  const counts = new Map<number, number>();
  for (let pixel = 0; pixel < pixelCount; pixel++)
    counts.set(colourAt(pixel), (counts.get(colourAt(pixel)) ?? 0) + 1);
  const palette = [...counts]
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, 64)
    .map(([colour]) => partsOf(colour));
  const nearest = new Map<number, number>();
  for (const colour of counts.keys()) {
    const parts = partsOf(colour);
    const far = palette.map((one) => one.reduce((sum, part, index) => sum + (part - parts[index]!) ** 2, 0));
    nearest.set(colour, far.indexOf(Math.min(...far)));
  }
  return {
    palette,
    indexes: Uint8Array.from({ length: pixelCount }, (_, pixel) => nearest.get(colourAt(pixel))!),
  };
}

function chunksOf(png: Buffer): { name: string; data: Buffer }[] {
  const chunks: { name: string; data: Buffer }[] = [];
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.push({
      name: png.toString('latin1', at + 4, at + 8),
      data: png.subarray(at + 8, at + 8 + length),
    });
    at += length + 12;
  }
  return chunks;
}

function chunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(data.length, 0);
  named.copy(framed, 4);
  framed.writeUInt32BE(crc32(named), named.length + 4);
  return framed;
}

/** Each line begins with the number of its filter, by which its bytes are differences from those to the left and above. */
function unfiltered(lines: Buffer, lineBytes: number, height: number, partBytes: number): Uint8Array {
  const bytes = new Uint8Array(lineBytes * height);
  for (let line = 0; line < height; line++) {
    const filter = lines[line * (lineBytes + 1)]!;
    const to = line * lineBytes;
    for (let at = 0; at < lineBytes; at++) {
      const left = at < partBytes ? 0 : bytes[to + at - partBytes]!;
      const above = line === 0 ? 0 : bytes[to + at - lineBytes]!;
      const corner = at < partBytes || line === 0 ? 0 : bytes[to + at - lineBytes - partBytes]!;
      const added = [0, left, above, (left + above) >> 1, nearestOf(left, above, corner)][filter]!;
      bytes[to + at] = lines[line * (lineBytes + 1) + 1 + at]! + added;
    }
  }
  return bytes;
}

/** Paeth's predictor. */
function nearestOf(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}
