import type { VectorKind } from '../decode/field-vector.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { VALUES_TEXT } from '../kernel/shapes.ts';
import type { Compression, PageCodec, PageForm } from '../layout/layout.ts';
import { type ChunkOutput, NO_HEADER } from './chunk-output.ts';
import { PageEncoding, PageHeader, PageType } from './format.ts';
import type { OpenPage } from './open-page.ts';
import { type PageBody, PageBodyWriter } from './page-body.ts';
import {
  CODEC_NUMBERS,
  type CompressibleBytes,
  type KernelBytes,
  type PageCompressor,
} from './page-compressor.ts';
import type { ColumnSchema } from './schema.ts';
import { encodeThrift } from './thrift.ts';

/** Compressed pages larger than this share of their size are not worth it. */
const MOST_COMPRESSED_SHARE = 0.95;
/** An encoding takes the place of another if it makes the first page of a chunk smaller than this share of it. */
const MOST_ENCODED_SHARE = 0.98;
/** A smaller page does not show how well its chunk compresses. */
const TELLING_PAGE_BYTES = 1024;

/** How one data page is written. */
interface DataPageOptions {
  encoding: PageEncoding;
  /** Bits of an index into the dictionary; 0 without one. */
  bitWidth: number;
  /** Rows of the page; a list has more entries than rows. */
  rowCount: number;
  /** May the chunk be written uncompressed if this page, its first, does not compress? */
  decidesCodec: boolean;
}

/** Writes the pages of one column, chunk by chunk: the first page of a chunk decides its codec and value encoding. */
export class PageWriter {
  private readonly bodies: PageBodyWriter;
  private readonly compressor: PageCompressor;
  private readonly version: PageForm['version'];
  private readonly column: ColumnSchema;
  readonly compression: Compression;
  /** Undefined until the first page has shown what pays. */
  private decidedCodec: PageCodec | undefined;
  private decidedEncoding: PageEncoding | undefined;
  /** The form of the chunk's texts, once a page of them was compressed with Snappy. */
  private decidedTexts: number | undefined;

  constructor(
    kernel: Kernel,
    kind: VectorKind,
    column: ColumnSchema,
    compression: Compression,
    compressor: PageCompressor,
    form: PageForm,
  ) {
    this.bodies = new PageBodyWriter(kernel, kind, column.list !== undefined, form, compressor);
    this.column = column;
    this.compressor = compressor;
    this.version = form.version;
    this.compression = compression;
  }

  /** The codec of the chunk's pages. A chunk has only one: pages of other chunks must be recoded to it. Undefined without pages. */
  get chunkCodec(): PageCodec | undefined {
    return this.decidedCodec;
  }

  /** The codec of a chunk that is complete; one without pages has none of them compressed. */
  get codec(): PageCodec {
    return this.decidedCodec ?? 'none';
  }

  get dataPageType(): number {
    return this.version === 'v2' ? PageType.DATA_PAGE_V2 : PageType.DATA_PAGE;
  }

  /** Makes `codec` the chunk's. A reader could not read a chunk of two codecs. */
  adoptCodec(codec: PageCodec): void {
    const { decidedCodec = codec } = this;
    if (CODEC_NUMBERS[decidedCodec] !== CODEC_NUMBERS[codec])
      throw new Error(`pages in ${codec} do not belong in a chunk in ${decidedCodec}`);
    this.decidedCodec = decidedCodec;
  }

  /** The encoding, for a chunk without a dictionary, that makes its first page with values smallest once compressed. */
  valueEncoding(page: OpenPage): PageEncoding {
    const { bodies } = this;
    // A page without values says nothing, and delta encodings begin with a value.
    if (bodies.valueEncodings.length === 1 || page.count === 0) return PageEncoding.PLAIN;
    if (this.decidedEncoding !== undefined) return this.decidedEncoding;
    let smallest: PageEncoding = PageEncoding.PLAIN;
    let smallestBytes = Number.POSITIVE_INFINITY;
    for (const encoding of bodies.valueEncodings) {
      const body = bodies.body(page, encoding, 0);
      const { length } = this.compressor.compress(body, this.codecFor(body, encoding));
      const size = Math.min(length, body.length);
      if (size >= smallestBytes * MOST_ENCODED_SHARE) continue;
      smallest = encoding;
      smallestBytes = size;
    }
    this.decidedEncoding = smallest;
    return smallest;
  }

  /** Appends the open page to `output`; returns its uncompressed bytes, header included. */
  writeDataPage(page: OpenPage, form: DataPageOptions, output: ChunkOutput): number {
    const { encoding, bitWidth } = form;
    const body = this.bodies.body(page, encoding, bitWidth);
    if (this.version === 'v2') return this.writeV2(page, body, form, output);
    const compressed = form.decidesCodec ? this.compressFirst(body, encoding) : this.compress(body, encoding);
    return append(output, body.length, compressed, {
      type: PageType.DATA_PAGE,
      dataPageHeader: {
        numValues: page.rows,
        encoding,
        definitionLevelEncoding: PageEncoding.RLE,
        repetitionLevelEncoding: PageEncoding.RLE,
      },
    });
  }

  /** Appends a dictionary page to `output`; returns its uncompressed bytes, header included. */
  writeDictionaryPage(entries: KernelBytes, entryCount: number, output: ChunkOutput): number {
    return append(output, entries.length, this.compress(entries, PageEncoding.PLAIN), {
      type: PageType.DICTIONARY_PAGE,
      dictionaryPageHeader: { numValues: entryCount, encoding: PageEncoding.PLAIN },
    });
  }

  /** The levels of a V2 page are not compressed, and its values only if that makes them smaller. */
  private writeV2(page: OpenPage, body: PageBody, form: DataPageOptions, output: ChunkOutput): number {
    const { address, length, levelsBytes, repetitionBytes, valuesForm } = body;
    const values = { address: address + levelsBytes, length: length - levelsBytes, valuesForm };
    const compressed = this.compress(values, form.encoding);
    const isCompressed = this.codec !== 'none' && compressed.length < values.length * MOST_COMPRESSED_SHARE;
    const written = isCompressed ? compressed : values;
    const header = encodeThrift(PageHeader, {
      type: PageType.DATA_PAGE_V2,
      uncompressedPageSize: length,
      compressedPageSize: levelsBytes + written.length,
      dataPageHeaderV2: {
        numValues: page.rows,
        numNulls: page.rows - page.count,
        numRows: form.rowCount,
        encoding: form.encoding,
        definitionLevelsByteLength: levelsBytes - repetitionBytes,
        repetitionLevelsByteLength: repetitionBytes,
        isCompressed,
      },
    });
    output.append(header, { address, length: levelsBytes });
    output.append(NO_HEADER, written);
    return header.length + length;
  }

  /** The codec of a chunk whose first page this is. Indexes into a dictionary are packed already: only Snappy costs next to nothing there. */
  private codecFor(body: CompressibleBytes, encoding: PageEncoding): PageCodec {
    if (this.compression !== 'auto') return this.compression;
    if (encoding === PageEncoding.RLE_DICTIONARY) return 'snappy';
    return this.compressor.suitable(body, this.column, encoding);
  }

  private compress(body: CompressibleBytes, encoding: PageEncoding): KernelBytes {
    this.decidedCodec ??= this.codecFor(body, encoding);
    if (this.decidedCodec !== 'snappy' || body.valuesForm !== VALUES_TEXT)
      return this.compressor.compress(body, this.decidedCodec);
    this.decidedTexts ??= this.compressor.textsForm(body, this.column);
    return this.compressor.compress({ ...body, valuesForm: this.decidedTexts }, 'snappy');
  }

  /** As `compress`; a chunk whose first page does not compress is written uncompressed. */
  private compressFirst(body: CompressibleBytes, encoding: PageEncoding): KernelBytes {
    const isFirst = this.decidedCodec === undefined;
    const compressed = this.compress(body, encoding);
    const tells = isFirst && body.length >= TELLING_PAGE_BYTES;
    if (!tells || compressed.length < body.length * MOST_COMPRESSED_SHARE) return compressed;
    this.decidedCodec = 'none';
    return body;
  }

  /** Forgets what was decided, for the next chunk. */
  clear(): void {
    this.decidedCodec = undefined;
    this.decidedEncoding = undefined;
    this.decidedTexts = undefined;
  }
}

type SizelessHeader = Omit<PageHeader, 'uncompressedPageSize' | 'compressedPageSize'>;

function append(
  output: ChunkOutput,
  uncompressedPageSize: number,
  compressed: KernelBytes,
  kind: SizelessHeader,
): number {
  const header = encodeThrift(PageHeader, {
    ...kind,
    uncompressedPageSize,
    compressedPageSize: compressed.length,
  });
  output.append(header, compressed);
  return header.length + uncompressedPageSize;
}
