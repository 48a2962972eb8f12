import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { SeededRandom } from '../../generator/seeded-random.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import type { Layout } from '../../shared/layout/layout.ts';

/** A file of records to be converted, the layout that says how, and how DuckDB is asked for the same. */
export interface Workload {
  name: string;
  /** What it stands for. */
  title: string;
  layoutText: string;
  /** Bytes of its file unless the command says otherwise. */
  defaultBytes: number;
  /** Writes the file and returns its size. The same bytes for the same size. */
  write(path: string, bytes: number): Promise<number>;
  /** The same records as lines of text, for contestants that read nothing else; those are compared in records a second. */
  text?: {
    layoutText: string;
    /** Where they are, once the file at `path` is written. */
    pathBeside(path: string): string;
  };
}

/** Bytes behind each record of a workload's file. */
export function terminatorBytesOf({ record }: Layout): 0 | 1 {
  return record.format === 'fixed' ? 0 : 1;
}

export function layoutOf(workload: Workload): Layout {
  return readLayout(workload.layoutText, `${workload.name}.json`);
}

/** Writes one field of a record into `record`, from `start` on. */
export type FieldWriter = (record: Buffer, row: number) => void;

const BLOCK_BYTES = 1024 * 1024;
/** Keeps these streams apart from those of the generated nights. */
const PURPOSE = 77;

/** Writes records of one length with LF until `bytes` are reached; `first` and `last` are control records, or empty. */
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

/** Writers of realistic fields: `start` is 0-based, and the same seed makes the same bytes. */
export class FieldWriters {
  private readonly random: SeededRandom;

  constructor(seed: number) {
    this.random = new SeededRandom(seed, PURPOSE);
  }

  /** Digits of a number below 10^`significant`, padded with zeros; small ones are as likely as in amounts. */
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
    return (record) => padded[this.random.below(padded.length)]!.copy(record, start);
  }

  /** Several words, an accent here and there. */
  name(start: number, width: number): FieldWriter {
    const { random } = this;
    return (record) => {
      let text = NAMES[random.below(NAMES.length)]!;
      for (let count = 1 + random.below(3); count > 0; count--)
        text += ` ${NAMES[random.below(NAMES.length)]}`;
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
