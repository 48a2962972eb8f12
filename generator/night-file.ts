import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Interrupted, OutputUnwritable } from '../shared/errors.ts';
import { BadRecords, LONGEST_EXCESS_BYTES, valueInTotalCents } from './bad-records.ts';
import type { Contracts } from './contract.ts';
import { type DateTable, RECORD_TYPE_BYTES, writeContract } from './contract-record.ts';
import { DETAIL_TYPE, headerRecord, trailerRecord } from './control-record.ts';
import { writeText } from './latin1.ts';
import { PRODUCTS } from './products.ts';

/** One file to be written: the contracts [firstContract, endContract) as they are on its night. */
export interface NightFilePlan {
  /** Path on this machine. */
  path: string;
  /** Its key below the output folder, with `/` on every system. */
  key: string;
  /** yyyy-MM-dd */
  businessDate: string;
  /** From 0. */
  night: number;
  /** Unique over all files of all nights. */
  fileNumber: number;
  firstContract: number;
  endContract: number;
}

/** Settings that all files of a run share. */
export interface RecordForm {
  seed: number;
  badPercent: number;
  hasTrailer: boolean;
  /** Without terminator. */
  recordLengthBytes: number;
  /** Empty where records follow one another. */
  terminator: Uint8Array;
}

/** A written file, with the figures that a conversion of it must produce. */
export interface GeneratedFile {
  path: string;
  key: string;
  /** yyyy-MM-dd */
  businessDate: string;
  bytes: number;
  /** Details, bad ones included; header and trailer are not counted. */
  records: number;
  /** Details that the layout rejects. */
  badRecords: number;
  /** Good records whose data_fim is not a date: rows with a null. */
  invalidDates: number;
  /** Sum of valor_contrato over the good records. */
  valueCents: bigint;
  /** The sum the trailer states, over all details; undefined without trailer. */
  trailerValueCents: bigint | undefined;
  /** Good records by tipo_produto; under '' those that left it blank. Products without a row are left out. */
  rowsByProduct: Record<string, number>;
}

const BLOCK_BYTES = 4 * 1024 * 1024;
const SPACE = 0x20;

/** The bytes of one file, block by block, with the figures added up meanwhile. */
export class NightFileContent {
  records = 0;
  badRecords = 0;
  valueCents = 0n;
  totalCents = 0n;
  private readonly rows = new Array<number>(PRODUCTS.length).fill(0);
  private readonly bad: BadRecords;
  private readonly plan: NightFilePlan;
  private readonly form: RecordForm;
  private readonly contracts: Contracts;
  private readonly dates: DateTable;
  private nextContract: number;

  constructor(plan: NightFilePlan, form: RecordForm, contracts: Contracts, dates: DateTable) {
    this.plan = plan;
    this.form = form;
    this.contracts = contracts;
    this.dates = dates;
    this.nextContract = plan.firstContract;
    const isLines = form.terminator.length > 0;
    this.bad = new BadRecords(form.seed, plan.fileNumber, form.badPercent, form.hasTrailer, isLines);
  }

  /** A block's memory is used again two blocks later. */
  *blocks(): Generator<Uint8Array> {
    const { hasTrailer, recordLengthBytes, terminator } = this.form;
    const { businessDate } = this.plan;
    if (hasTrailer) yield terminated(headerRecord(businessDate, recordLengthBytes), terminator);
    const longestBytes = recordLengthBytes + LONGEST_EXCESS_BYTES + terminator.length;
    const sizeBytes = Math.max(BLOCK_BYTES, 4 * longestBytes);
    const pair = [new Uint8Array(sizeBytes), new Uint8Array(sizeBytes)] as const;
    for (let turn = 0; this.nextContract < this.plan.endContract; turn ^= 1) {
      const block = pair[turn]!;
      const usedBytes = this.fill(block, sizeBytes - longestBytes);
      if (usedBytes > 0) yield block.subarray(0, usedBytes);
    }
    if (!hasTrailer) return;
    yield terminated(
      trailerRecord(businessDate, this.records, this.totalCents, recordLengthBytes),
      terminator,
    );
  }

  /** Fills `block` with details until one begins after `lastStartByte`; returns the bytes used. */
  private fill(block: Uint8Array, lastStartByte: number): number {
    const { bad, rows } = this;
    const contracts = this.contracts;
    const dates = this.dates;
    const { recordLengthBytes, terminator, hasTrailer } = this.form;
    const { night, endContract } = this.plan;
    let valueCents = 0;
    let totalCents = 0;
    let at = 0;
    block.fill(SPACE);
    while (at <= lastStartByte && this.nextContract < endContract) {
      if (!contracts.draw(this.nextContract++, night)) continue;
      if (hasTrailer) writeText(block, at, at + RECORD_TYPE_BYTES, DETAIL_TYPE);
      writeContract(block, hasTrailer ? at + RECORD_TYPE_BYTES : at, contracts, dates);
      let end = at + recordLengthBytes;
      const kind = bad.kindOf(this.records++);
      if (kind !== undefined) end = bad.spoil(block, at, end, kind);
      if (kind === undefined || kind === 'impossible-date') {
        valueCents += contracts.valueCents;
        totalCents += contracts.valueCents;
        rows[contracts.product]! += 1;
      } else {
        this.badRecords += 1;
        totalCents += valueInTotalCents(kind, contracts.valueCents);
      }
      at = writeText(block, end, end + terminator.length, terminator);
    }
    // A block's sum is far below 2^53; a file's need not be.
    this.valueCents += BigInt(valueCents);
    this.totalCents += BigInt(totalCents);
    return at;
  }

  /** The figures, complete once all blocks have been read. */
  figures(bytes: number): GeneratedFile {
    const { path, key, businessDate } = this.plan;
    const entries = PRODUCTS.map(({ name }, index) => [name, this.rows[index]!] as const);
    return {
      path,
      key,
      businessDate,
      bytes,
      records: this.records,
      badRecords: this.badRecords,
      invalidDates: this.bad.invalidDates,
      valueCents: this.valueCents,
      trailerValueCents: this.form.hasTrailer ? this.totalCents : undefined,
      rowsByProduct: Object.fromEntries(entries.filter(([, count]) => count > 0)),
    };
  }
}

function terminated(record: Uint8Array, terminator: Uint8Array): Uint8Array {
  return Buffer.concat([record, terminator]);
}

/**
 * Writes `content` to `path`, in memory that does not grow with the file; the file appears whole or not at all.
 * Fails with `OutputUnwritable`, or `Interrupted` once `signal` is aborted.
 */
export async function writeNightFile(
  path: string,
  content: NightFileContent,
  signal?: AbortSignal,
  onProgress?: (writtenBytes: number) => void,
): Promise<GeneratedFile> {
  const partialPath = `${path}.partial`;
  let bytes = 0;
  try {
    await mkdir(dirname(path), { recursive: true });
    await using handle = await open(partialPath, 'w');
    // The next block is filled while the system writes this one; never more than one write is under way.
    let pending: Promise<unknown> = Promise.resolve();
    for (const block of content.blocks()) {
      await pending;
      if (signal?.aborted) throw new Interrupted({ what: 'generating was interrupted', where: path });
      pending = writeAll(handle, block);
      bytes += block.length;
      onProgress?.(bytes);
    }
    await pending;
  } catch (cause) {
    await rm(partialPath, { force: true }).catch(() => undefined);
    throw cause instanceof Interrupted ? cause : unwritable(path, cause);
  }
  await rename(partialPath, path).catch(async (cause) => {
    await rm(partialPath, { force: true });
    throw unwritable(path, cause);
  });
  return content.figures(bytes);
}

async function writeAll(
  handle: { write(bytes: Uint8Array, offset: number): Promise<{ bytesWritten: number }> },
  block: Uint8Array,
): Promise<void> {
  let written = 0;
  while (written < block.length) written += (await handle.write(block, written)).bytesWritten;
}

function unwritable(path: string, cause: unknown): unknown {
  const { code, message } = cause as NodeJS.ErrnoException;
  // An error that is not the file system's is a defect of ours and must not be disguised.
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) return cause;
  return new OutputUnwritable({
    what: 'the file cannot be written',
    where: path,
    why: message,
    next: 'Name an output folder (--out) that you may write to and that has room.',
    cause,
  });
}
