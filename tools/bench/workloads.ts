import { readFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CONTRACT_BYTES } from '../../generator/contract-record.ts';
import { generateNights } from '../../generator/night.ts';
import { ebcdicLayout, writeEbcdic } from './ebcdic-workload.ts';
import { type FieldWriter, FieldWriters, layoutOf, type Workload, writeRecords } from './workload.ts';

const MB = 1_000_000;
const PRODUCTS = ['CONSIGNADO', 'CARTAO', 'FINANCIAMENTO', 'IMOBILIARIO', 'CREDITO PESSOAL'];
const layoutFile = (name: string) =>
  readFileSync(new URL(`../../layouts/${name}.json`, import.meta.url), 'utf8');

interface FieldEntry {
  name: string;
  start: number;
  end: number;
  type: string;
  point?: 'implied';
  format?: string;
}

/** The nightly contracts of this project's generator. */
const contracts: Workload = {
  name: 'contracts',
  title: 'contracts, 141 bytes per record, 8 columns, partitioned',
  layoutText: layoutFile('contracts'),
  lookedUp: 'id_contrato',
  // Large enough that the start of a conversion takes little of its time, as with the nightly files of 10 GB.
  defaultBytes: 2000 * MB,
  async write(path, bytes) {
    const outDir = join(dirname(path), 'generated');
    const records = Math.max(1, Math.floor(bytes / (CONTRACT_BYTES + 1)));
    const [file] = await generateNights({ records, outDir, seed: 7 });
    if (!file) throw new Error('the generator wrote no file');
    await rename(file.path, path);
    await rm(outDir, { recursive: true });
    return file.bytes;
  },
};

const ebcdicText = {
  layoutText: contracts.layoutText,
  pathBeside: (path: string) => `${path}.text`,
};

/** The same contracts as a mainframe holds them. DuckDB reads neither EBCDIC nor packed numbers, and works on the text. */
const ebcdic: Workload = {
  name: 'ebcdic',
  title: 'contracts in EBCDIC, amounts and dates packed, 125 bytes per record, beside DuckDB on the text',
  layoutText: ebcdicLayout(contracts.layoutText),
  defaultBytes: 350 * MB,
  async write(path, bytes) {
    const records = Math.max(1, Math.floor(bytes / layoutOf(this).record.lengthBytes));
    const textPath = ebcdicText.pathBeside(path);
    await contracts.write(textPath, records * (CONTRACT_BYTES + 1));
    return writeEbcdic(textPath, path, contracts.layoutText);
  },
  text: ebcdicText,
};

/** Fields one after the other, each with its writer. */
class RecordPlan {
  readonly fields: FieldEntry[] = [];
  readonly writers: FieldWriter[] = [];
  readonly make: FieldWriters;
  private at = 0;

  constructor(seed: number) {
    this.make = new FieldWriters(seed);
  }

  /** Adds a field of `width` bytes. */
  add(name: string, width: number, type: string, writer: (start: number) => FieldWriter): void {
    const more = type.startsWith('decimal') ? { point: 'implied' as const } : {};
    const format = type === 'date' ? { format: 'yyyyMMdd' } : {};
    this.fields.push({ name, start: this.at + 1, end: this.at + width, type, ...more, ...format });
    this.writers.push(writer(this.at));
    this.at += width;
  }

  /** Leaves bytes that belong to no field. */
  skip(width: number): void {
    this.at += width;
  }

  layoutText(name: string, lengthBytes: number): string {
    return JSON.stringify({
      name,
      encoding: 'iso-8859-1',
      record: { format: 'lines', length: lengthBytes },
      partitionBy: ['produto'],
      fields: this.fields,
    });
  }
}

function plannedWorkload(
  name: string,
  title: string,
  lengthBytes: number,
  fill: (plan: RecordPlan) => void,
): Workload {
  const planOf = () => {
    const plan = new RecordPlan(11);
    fill(plan);
    return plan;
  };
  return {
    name,
    title,
    layoutText: planOf().layoutText(name, lengthBytes),
    defaultBytes: 150 * MB,
    write: (path, bytes) => writeRecords(path, bytes, Buffer.alloc(lengthBytes, ' '), planOf().writers),
  };
}

/** Adds a field of one of six kinds, in turn by `index`. */
function addWideField(plan: RecordPlan, index: number): void {
  const { make } = plan;
  const kinds: [width: number, type: string, writer: (start: number) => FieldWriter][] = [
    [12, 'string', (start) => make.sequence(start, 12)],
    [15, 'decimal(15,2)', (start) => make.number(start, 15, 11)],
    [8, 'date', (start) => make.date(start, 20)],
    [20, 'string', (start) => make.name(start, 20)],
    [9, 'integer', (start) => make.number(start, 9, 6)],
    [5, 'string', (start) => make.word(start, 5, ['ATIVO', 'BAIXA', 'NOVO', 'ATRAS'])],
  ];
  plan.add(`f${String(index).padStart(2, '0')}`, ...kinds[index % kinds.length]!);
}

const wide = plannedWorkload('wide', 'wide records, 700 bytes, 60 fields, partitioned', 700, (plan) => {
  plan.add('produto', 15, 'string', (start) => plan.make.word(start, 15, PRODUCTS));
  for (let index = 0; index < 59; index++) addWideField(plan, index);
});

const pick = plannedWorkload('pick', '700-byte records of which nine fields are wanted', 700, (plan) => {
  plan.add('produto', 16, 'string', (start) => plan.make.word(start, 16, PRODUCTS));
  for (let index = 0; index < 8; index++) {
    plan.skip(65);
    addWideField(plan, index);
  }
});

const numeric = plannedWorkload('numeric', 'mostly numeric records, 240 bytes, 21 fields', 240, (plan) => {
  const { make } = plan;
  plan.add('produto', 12, 'string', (start) => make.word(start, 12, PRODUCTS.slice(0, 3)));
  plan.add('conta', 12, 'integer', (start) => make.sequence(start, 12));
  for (let index = 0; index < 14; index++) {
    plan.add(`valor_${index}`, 12, 'decimal(12,2)', (start) => make.number(start, 12, 9));
  }
  for (let index = 0; index < 4; index++) {
    plan.add(`codigo_${index}`, 4, 'integer', (start) => make.code(start, 4, 40 * (index + 1)));
  }
  plan.add('data', 8, 'date', (start) => make.date(start, 5));
});

/** Quotes as B3 publishes them: a header, a trailer that counts the records, many columns with few distinct values. */
const b3: Workload = {
  name: 'b3',
  title: 'B3 quotes, 246 bytes per record, 26 columns, header and trailer',
  layoutText: layoutFile('b3-cotahist'),
  defaultBytes: 150 * MB,
  write(path, bytes) {
    const make = new FieldWriters(13);
    const price = (start: number) => make.number(start, 13, 6);
    const tickers = Array.from(
      { length: 3000 },
      (_, index) => `T${(index * 7919).toString(36).toUpperCase()}${index % 12}`,
    );
    const writers = [
      make.word(0, 2, ['01']),
      make.word(2, 8, ['20210625']),
      make.word(10, 2, ['02', '08', '12', '62', '78', '82', '96']),
      make.word(12, 12, tickers),
      make.word(24, 3, ['010', '020', '030', '070', '080']),
      make.word(27, 12, tickers.slice(0, 400)),
      make.word(39, 10, ['ON      NM', 'PN      N2', 'CI', 'DRN', 'ON']),
      make.word(49, 3, ['', '030', '060']),
      make.word(52, 4, ['R$']),
      ...[56, 69, 82, 95, 108, 121, 134].map(price),
      make.number(147, 5, 4),
      make.number(152, 18, 9),
      make.number(170, 18, 11),
      price(188),
      make.code(201, 1, 3),
      make.date(202, 6),
      make.word(210, 7, ['0000001', '0001000']),
      make.number(217, 13, 7),
      make.word(
        230,
        12,
        tickers.map((ticker) => `BR${ticker}`),
      ),
      make.code(242, 3, 180),
    ];
    const first = '00COTAHIST.2021BOVESPA 20210625'.padEnd(245);
    const last = (count: number) =>
      `99COTAHIST.2021BOVESPA 20210625${String(count).padStart(11, '0')}`.padEnd(245);
    return writeRecords(path, bytes, Buffer.alloc(245, ' '), writers, first, last);
  },
};

export const WORKLOADS: Workload[] = [contracts, ebcdic, wide, b3, pick, numeric];
