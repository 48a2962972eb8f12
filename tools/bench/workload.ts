import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { SeededRandom } from '../../generator/seeded-random.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import type { Layout } from '../../shared/layout/layout.ts';

/** A file of records to convert, and its layout. */
export interface Workload {
  name: string;
  /** For the report. */
  title: string;
  layoutText: string;
  /** Bytes of its file if the command names no size. */
  defaultBytes: number;
  /** The column by which people look up single rows. */
  lookedUp?: string;
  /** Writes a file of about `bytes` bytes and returns its size. The same size gives the same bytes. */
  write(path: string, bytes: number): Promise<number>;
  /** The same records as lines of text, for contestants that read nothing else: they are compared by records a second. */
  text?: {
    layoutText: string;
    /** Path of the lines that are written with the file at `path`. */
    pathBeside(path: string): string;
  };
}

/** Bytes after each record of a workload's file. */
export function terminatorBytesOf({ record }: Layout): 0 | 1 {
  return record.format === 'fixed' ? 0 : 1;
}

export function layoutOf(workload: Workload): Layout {
  return readLayout(workload.layoutText, `${workload.name}.json`);
}

/** Writes one field of a record into `record`, from `start` on. */
export type FieldWriter = (record: Buffer, row: number) => void;

const BLOCK_BYTES = 1024 * 1024;
/** Keeps these random numbers apart from those of the generated nights. */
const PURPOSE = 77;

/** Writes records of one length with LF, as many as fit `bytes`; `first` and `last` make header and trailer, if not empty. */
export async function writeRecords(
  path: string,
  bytes: number,
  record: Buffer,
  writers: FieldWriter[],
  first = '',
  last: (recordCount: number) => string = () => '',
): Promise<number> {
  const stream = createWriteStream(path);
  const strideBytes = record.length + 1;
  const rows = Math.max(1, Math.floor(bytes / strideBytes));
  let written = 0;
  const push = async (block: Uint8Array) => {
    written += block.length;
    if (!stream.write(block)) await once(stream, 'drain');
  };
  if (first) await push(Buffer.from(`${first}\n`, 'latin1'));
  const perBlock = Math.ceil(BLOCK_BYTES / strideBytes);
  for (let row = 0; row < rows; ) {
    const count = Math.min(perBlock, rows - row);
    const block = Buffer.alloc(count * strideBytes);
    for (let index = 0; index < count; index++, row++) {
      for (const write of writers) write(record, row);
      record.copy(block, index * strideBytes);
      block[(index + 1) * strideBytes - 1] = 0x0a;
    }
    await push(block);
  }
  const closing = last(rows + (first ? 2 : 0));
  if (closing) await push(Buffer.from(`${closing}\n`, 'latin1'));
  stream.end();
  await once(stream, 'finish');
  return written;
}

/** Makes writers of realistic fields: `start` is 0-based, and the same seed gives the same bytes. */
export class FieldWriters {
  private readonly random: SeededRandom;

  constructor(seed: number) {
    this.random = new SeededRandom(seed, PURPOSE);
  }

  /** A number below 10^`significant`, padded with zeros; small ones are as frequent as among amounts. */
  number(start: number, width: number, significant: number): FieldWriter {
    const { random } = this;
    return (record) => {
      const magnitude = 10 ** (1 + random.below(Math.min(significant, 15)));
      const drawn = Math.floor((random.next() / 2 ** 32) * magnitude);
      putDigits(record, start, width, drawn);
    };
  }

  /** One of few numbers. */
  code(start: number, width: number, values: number): FieldWriter {
    return (record) => putDigits(record, start, width, this.random.below(values));
  }

  /** The number of the row. */
  sequence(start: number, width: number): FieldWriter {
    return (record, row) => putDigits(record, start, width, row);
  }

  /** One of few texts. */
  word(start: number, width: number, words: string[]): FieldWriter {
    const padded = words.map((word) => Buffer.from(word.padEnd(width).slice(0, width), 'latin1'));
    return (record) => this.oneOf(padded).copy(record, start);
  }

  /** Several words, some with accents. */
  name(start: number, width: number): FieldWriter {
    const { random } = this;
    return (record) => {
      let text = this.oneOf(NAMES);
      for (let count = 1 + random.below(3); count > 0; count--) text += ` ${this.oneOf(NAMES)}`;
      record.write(text.padEnd(width).slice(0, width), start, width, 'latin1');
    };
  }

  /** yyyyMMdd within `years` years from 2000 on. */
  date(start: number, years: number): FieldWriter {
    const { random } = this;
    return (record) => {
      const day = (2000 + random.below(years)) * 10_000 + (1 + random.below(12)) * 100 + 1 + random.below(28);
      putDigits(record, start, 8, day);
    };
  }

  private oneOf<T>(values: T[]): T {
    return values[this.random.below(values.length)]!;
  }
}

function putDigits(record: Buffer, start: number, width: number, value: number): void {
  let rest = value;
  for (let at = start + width - 1; at >= start; at--) {
    record[at] = 0x30 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}

const NAMES =
  'José Maria Antônio João Francisco Ana Luiz Paulo Carlos Manoel Pedro Francisca Marcos Raimundo Sebastião Antônia Marcelo Jorge Márcia Geraldo Adriana Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Costa Ribeiro Martins Carvalho Almeida Lopes Soares Fernandes Vieira Barbosa Rocha Dias Nascimento Andrade Moreira Nunes Marques Machado Mendes Freitas Cardoso Ramos Gonçalves Santana Teixeira Araújo Conceição'.split(
    ' ',
  );
