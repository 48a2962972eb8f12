import type { Kernel } from '../kernel/kernel.ts';
import { ChunkRange } from './chunk-range.ts';
import { FilterProof } from './filter-proof.ts';
import { PageEncoding, PageType } from './format.ts';
import type { ValueRange } from './open-page.ts';
import { PageContradiction, STOPS_READERS } from './page-contradiction.ts';
import { readPageHeader, type StoredPage } from './page-header.ts';
import type { PageSummary } from './page-index.ts';
import { PageMemory, uncompressPage } from './page-memory.ts';
import type { PlannedChunk, ProofStep } from './proof-plan.ts';
import { type DenseValues, isSameBound, release, ValueProof } from './proved-values.ts';

/** Versions before this one forgot in the uncompressed size of a chunk that the header of a page in another codec may be longer. */
const FORGOTTEN_HEADER_BYTES = 4;

/** Where the values of a page begin, and how many rows, entries and values it has. */
interface PageCounts {
  valuesAt: number;
  rows: number;
  entries: number;
  present: number;
}

/**
 * Proves one column chunk, page by page: that each can be read, and holds what its header, the page index and the footer say. Throws
 * `PageContradiction`, after which the kernel's memory must be forgotten.
 */
export class ChunkProof {
  private readonly kernel: Kernel;
  private readonly chunk: PlannedChunk;
  private readonly values: ValueProof;
  private readonly filter: FilterProof | undefined;
  private readonly range: ChunkRange;
  private dictionaryPage: PageMemory | undefined;
  private dictionary: DenseValues | undefined;
  private rows = 0;
  private entries = 0;
  private nulls = 0;
  private uncompressedBytes = 0;
  /** Pages by type and encoding. */
  private readonly pageCounts = new Map<string, number>();
  private step: ProofStep | undefined;

  constructor(kernel: Kernel, chunk: PlannedChunk) {
    const { kind } = chunk.column;
    const { bloomFilterOffset, bloomFilterLength = 0 } = chunk.metaData;
    this.kernel = kernel;
    this.chunk = chunk;
    this.values = new ValueProof(kernel, kind);
    this.filter =
      bloomFilterOffset === undefined ? undefined : new FilterProof(kernel, kind, bloomFilterLength);
    this.range = new ChunkRange(kind);
  }

  /** Proves the bytes of a step, which are at `address` of the kernel's memory. */
  prove(step: ProofStep, address: number): void {
    this.step = step;
    const end = address + step.endByte - step.startByte;
    if (step.part === 'dictionary') this.proveDictionary(address, end);
    else if (step.part === 'filter') this.proveFilter(address, end);
    else this.provePage(step.part, address, end);
  }

  private requireThat(holds: boolean, reason: () => string): void {
    if (!holds) throw this.contradiction(reason());
  }

  private contradiction(reason: string): PageContradiction {
    const at = this.step && { byte: this.step.startByte };
    return new PageContradiction({ chunk: this.chunk.place, ...at }, reason);
  }

  private readHeader(address: number, end: number): StoredPage {
    let stored: StoredPage;
    try {
      stored = readPageHeader(this.kernel, address, end);
    } catch {
      throw this.contradiction(`it does not begin with the header of a page${STOPS_READERS}`);
    }
    const { headerBytes, compressedBytes } = stored;
    const indexed = end - address;
    this.requireThat(
      headerBytes + compressedBytes === indexed,
      () => `it has ${headerBytes + compressedBytes} bytes by its header, ${indexed} by the page index`,
    );
    this.uncompressedBytes += headerBytes + stored.pageBytes;
    const name = `${stored.header.type} ${stored.encoding}`;
    this.pageCounts.set(name, (this.pageCounts.get(name) ?? 0) + 1);
    return stored;
  }

  private uncompressed(stored: StoredPage, address: number): PageMemory {
    try {
      return uncompressPage(this.kernel, stored, address, this.chunk.codec);
    } catch {
      const { codec } = this.chunk;
      const name = codec === 'none' ? 'without a codec' : codec === 'snappy' ? 'in Snappy' : 'in Zstandard';
      throw this.contradiction(
        `it is no page ${name} of ${stored.pageBytes} bytes, as its chunk has it${STOPS_READERS}`,
      );
    }
  }

  private proveDictionary(address: number, end: number): void {
    const stored = this.readHeader(address, end);
    const { header, encoding, valueCount } = stored;
    const isDictionary = header.type === PageType.DICTIONARY_PAGE && encoding === PageEncoding.PLAIN;
    this.requireThat(isDictionary, () => 'it is no dictionary page');
    const page = this.uncompressed(stored, address);
    const values = this.values.read(PageEncoding.PLAIN, page.address, page.end, valueCount);
    if (!values) throw this.contradiction(`its dictionary has not the ${valueCount} entries of its header`);
    this.requireTexts(values);
    this.filter?.add(values);
    this.dictionaryPage = page;
    this.dictionary = values;
  }

  private provePage(index: number, address: number, end: number): void {
    const stored = this.readHeader(address, end);
    const { type } = stored.header;
    this.requireThat(
      type === PageType.DATA_PAGE || type === PageType.DATA_PAGE_V2,
      () => 'it is no data page',
    );
    const page = this.uncompressed(stored, address);
    const counts = this.readLevels(stored, page);
    this.requireCounts(index, stored, counts);
    const range = this.readValues(stored, page, counts);
    this.requireRange(this.chunk.pages[index]!, range, 'page index');
    this.range.add(range);
    page.release();
    this.rows += counts.rows;
    this.entries += counts.entries;
    this.nulls += counts.entries - counts.present;
    if (index === this.chunk.pages.length - 1) this.finish();
  }

  private readLevels({ header, valueCount: entries, levelsBytes }: StoredPage, page: PageMemory): PageCounts {
    const { kernel } = this;
    const { isList, valueLevel, entryLevel } = this.chunk.column;
    const v2 = header.type === PageType.DATA_PAGE_V2 ? header.dataPageHeaderV2 : undefined;
    const memory = new PageMemory(kernel, entries * 2);
    const [levels, repeats] = [memory.address, memory.address + entries];
    let at = page.address;
    /** Reads levels of one kind. A V1 page has their length before them, a V2 page in its header. */
    const read = (bitWidth: number, out: number, lengthOfV2: number) => {
      const isCut = !v2 && page.end - at < 4;
      const length = v2 ? lengthOfV2 : isCut ? 0 : kernel.view.getUint32(at, true);
      if (!v2) at += 4;
      const isWhole = !isCut && length <= page.end - at;
      this.requireThat(
        isWhole && kernel.call.fillWholeLevels(at, at + length, bitWidth, entries, out) === 1,
        () => 'its levels are not those of its entries',
      );
      at += length;
    };
    if (isList) read(1, repeats, v2?.repetitionLevelsByteLength ?? 0);
    else this.requireThat(!v2 || v2.repetitionLevelsByteLength === 0, () => 'it has levels of a list');
    read(isList ? 2 : 1, levels, v2?.definitionLevelsByteLength ?? 0);
    this.requireThat(!v2 || at === page.address + levelsBytes, () => 'its levels have another length');
    const present = kernel.call.countEqual(levels, entries, valueLevel);
    const rows = isList ? kernel.call.countListRows(repeats, levels, entries, entryLevel) : entries;
    this.requireThat(rows >= 0, () => 'its levels are not those of lists');
    memory.release();
    return { valuesAt: at, rows, entries, present };
  }

  private requireCounts(index: number, { header }: StoredPage, counts: PageCounts): void {
    const { pages, rowCount } = this.chunk;
    const { firstRow, nullCount } = pages[index]!;
    const { rows, entries, present } = counts;
    const indexedRows = (pages[index + 1]?.firstRow ?? rowCount) - firstRow;
    const nulls = entries - present;
    this.requireThat(
      firstRow === this.rows,
      () => `it begins with row ${this.rows}, by the page index with ${firstRow}`,
    );
    this.requireThat(rows === indexedRows, () => `it has ${rows} rows, by the page index ${indexedRows}`);
    this.requireThat(nulls === nullCount, () => `it has ${nulls} nulls, by the page index ${nullCount}`);
    const v1 = header.dataPageHeader;
    const v2 = header.dataPageHeaderV2;
    this.requireThat(
      !v1 ||
        (v1.definitionLevelEncoding === PageEncoding.RLE && v1.repetitionLevelEncoding === PageEncoding.RLE),
      () => 'its levels have another encoding',
    );
    this.requireThat(
      !v2 || (v2.numNulls === nulls && v2.numRows === rows),
      () => `it has ${rows} rows and ${nulls} nulls, by its header ${v2?.numRows} and ${v2?.numNulls}`,
    );
  }

  private readValues(
    { encoding }: StoredPage,
    page: PageMemory,
    { valuesAt, present }: PageCounts,
  ): ValueRange {
    if (encoding === PageEncoding.RLE_DICTIONARY) return this.readIndexes(valuesAt, page.end, present);
    const values = this.values.read(encoding, valuesAt, page.end, present);
    if (!values) throw this.contradiction(`it does not hold ${present} values of encoding ${encoding}`);
    this.requireTexts(values);
    this.filter?.add(values);
    const range = this.values.rangeOf(values);
    release(values);
    return range;
  }

  private readIndexes(at: number, end: number, present: number): ValueRange {
    const { kernel, dictionary } = this;
    if (!dictionary) throw this.contradiction('it needs a dictionary, and its chunk has none');
    const indexes = new PageMemory(kernel, present * 2);
    const areInside = kernel.call.readIndexes(at, end, present, dictionary.count, indexes.address);
    this.requireThat(
      areInside === 1,
      () => `it does not hold ${present} indexes into a dictionary of ${dictionary.count} entries`,
    );
    const used = new PageMemory(kernel, dictionary.count);
    kernel.bytes.fill(0, used.address, used.end);
    kernel.call.markUsed(indexes.address, present, used.address);
    const range = this.values.rangeOf(dictionary, used.address);
    indexes.release();
    used.release();
    return range;
  }

  private requireTexts({ address, count }: DenseValues): void {
    if (!this.chunk.column.isText) return;
    const areTexts = this.kernel.call.areUtf8(address, count) === 1;
    this.requireThat(areTexts, () => 'it has a text that is not UTF-8');
  }

  private requireRange(stated: Partial<PageSummary>, { min, max }: ValueRange, by: string): void {
    const { kind } = this.chunk.column;
    const isSame = (bound?: Uint8Array, actual?: Uint8Array) =>
      bound && actual ? isSameBound(kind, bound, actual) : bound === actual;
    this.requireThat(isSame(stated.min, min), () => `its least value is another than by the ${by}`);
    this.requireThat(isSame(stated.max, max), () => `its greatest value is another than by the ${by}`);
  }

  /** All pages are proved: they make up what the footer says of the chunk. */
  private finish(): void {
    this.step = undefined;
    const { metaData, rowCount, pages } = this.chunk;
    const { numValues, statistics, totalUncompressedSize } = metaData;
    this.requireThat(this.rows === rowCount, () => `it has ${this.rows} rows, its row group ${rowCount}`);
    this.requireThat(
      this.entries === numValues,
      () => `it has ${this.entries} entries, by the footer ${numValues}`,
    );
    const missing = Math.abs(this.uncompressedBytes - totalUncompressedSize);
    this.requireThat(
      missing <= FORGOTTEN_HEADER_BYTES * pages.length,
      () => `it has ${this.uncompressedBytes} bytes uncompressed, by the footer ${totalUncompressedSize}`,
    );
    if (statistics) {
      const { nullCount, minValue, maxValue } = this.range.statistics(this.nulls);
      const stated = { min: statistics.minValue, max: statistics.maxValue };
      this.requireThat(
        (statistics.nullCount ?? nullCount) === nullCount,
        () => `it has ${nullCount} nulls, by the footer ${statistics.nullCount}`,
      );
      this.requireRange(stated, { min: minValue, max: maxValue }, 'footer');
    }
    this.requireEncodings();
    if (!this.filter) this.release();
  }

  /** Readers leave out pages and row groups by what the footer says of encodings. */
  private requireEncodings(): void {
    const { encodings, encodingStats } = this.chunk.metaData;
    const found = [...this.pageCounts].map(([name, count]) => `${name} ${count}`).sort();
    const stated = encodingStats?.map(({ pageType, encoding, count }) => `${pageType} ${encoding} ${count}`);
    this.requireThat(
      stated === undefined || found.join() === stated.sort().join(),
      () => 'the footer has other encodings of its pages',
    );
    const isListed = (name: string) => encodings.includes(Number(name.split(' ')[1]));
    this.requireThat([...this.pageCounts.keys()].every(isListed), () => 'the footer lacks an encoding of it');
  }

  private proveFilter(address: number, end: number): void {
    const isStored = this.filter?.isStored(address, end) ?? false;
    this.requireThat(isStored, () => 'it is not the Bloom filter of the values of its column');
    this.filter?.release();
    this.release();
  }

  private release(): void {
    if (this.dictionary) release(this.dictionary);
    this.dictionaryPage?.release();
    this.values.release();
  }
}
