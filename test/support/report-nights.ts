import { addDays, dayPath } from '../../shared/keys/business-date.ts';
import { instantOf } from '../../shared/keys/night-calendar.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { publishDay } from '../../shared/pipeline/publish/publish-day.ts';
import { type ReportSettings, readNight } from '../../shared/pipeline/report/read-night.ts';
import type { NightFacts } from '../../shared/report/night-facts.ts';
import { MemoryLake } from './memory-lake.ts';

/** The night that reports of tests are about: a Tuesday. */
export const NIGHT = '2025-08-12';
export const NIGHT_SETTINGS: ReportSettings = {
  ...{ lake: 'lake', timeZone: 'America/Sao_Paulo', showRejects: false },
  sla: { deadline: '09:00', businessDate: 'day-before' },
  billing: { region: 'sa-east-1', isMeasured: false },
};

const PRODUCTS = ['CONSIGNADO', 'CARTAO', 'CAPITAL GIRO', 'IMOBILIARIO', 'CAMBIO'];
const FILES = 3;
const RECORD = 70;
const SUM = 'sum(valor)';

/** `H`, `D` and `T` records of 70 bytes: contract, client (a person), product, value; the trailer states count and sum. */
const LAYOUT = JSON.stringify({
  name: 'contratos',
  encoding: 'us-ascii',
  record: { format: 'lines', length: RECORD, short: 'reject' },
  header: {
    match: { start: 1, end: 1, equals: 'H' },
    fields: [{ name: 'data', start: 2, end: 9, type: 'date', format: 'yyyyMMdd' }],
  },
  trailer: {
    match: { start: 1, end: 1, equals: 'T' },
    fields: [
      { name: 'total', start: 2, end: 10, type: 'integer' },
      { name: 'valor', start: 11, end: 25, type: 'decimal(15,2)', point: 'implied' },
    ],
  },
  detail: { match: { start: 1, end: 1, equals: 'D' } },
  fields: [
    { name: 'contrato', start: 2, end: 11, type: 'string', required: true },
    { name: 'cliente', start: 12, end: 41, type: 'string', personal: true, required: true },
    { name: 'produto', start: 42, end: 55, type: 'string' },
    { name: 'inicio', start: 56, end: 57, type: 'integer' },
    { name: 'valor', start: 58, end: 70, type: 'decimal(13,2)', point: 'implied' },
  ],
  partitionBy: ['produto'],
  controlTotals: [
    { trailer: 'total', equals: 'count(all)' },
    { trailer: 'valor', equals: SUM },
  ],
  rejects: { maxPercent: 20 },
});

interface FileShape {
  records: number;
  /** Records whose day cannot be read. */
  badDays?: number;
  /** Records of a person without a name. */
  badNames?: number;
  /** The trailer states a cent more. */
  isWrong?: boolean;
}

/** A lake in memory with nights of three files each; its clock goes on by itself. */
export class NightLake extends MemoryLake {
  private nowMs = 0;

  constructor() {
    super();
    this.ports.settings.expectedFiles = FILES;
    this.ports.settings.rangeSizeBytes = RECORD * 60;
    this.ports.settings.user = 'ana';
    this.ports.clock = { now: () => this.tick() };
  }

  private tick(): Date {
    this.nowMs += 173;
    return new Date(this.nowMs);
  }

  /** The clock of São Paulo on the morning after `date`. */
  setTime(date: string, time: string): void {
    this.nowMs = instantOf(addDays(date, 1), time, 'America/Sao_Paulo').getTime();
  }

  loadFile(date: string, index: number, shape: FileShape, name = `contratos_00${index}.txt`) {
    const key = `${dayPath(date)}/${name}`;
    return this.load(key, fileOf(date, index, shape), { layout: LAYOUT });
  }

  /** Corrected records of a file, as a supplement. */
  loadCorrection(index: number, records: number) {
    const corrected = `${dayPath(NIGHT)}/contratos_00${index}.txt`;
    const lines = fileOf(NIGHT, index, { records }).toString('latin1').split('\n').slice(1, -2);
    const bytes = Buffer.from(`${lines.join('\n')}\n`, 'latin1');
    return this.load(`${dayPath(NIGHT)}/correction_${index}.txt`, bytes, {
      layout: LAYOUT,
      businessDate: NIGHT,
      supplementOf: corrected,
    });
  }

  /** A whole night that begins at `time`. */
  async loadNight(date: string, time: string, records: number): Promise<void> {
    this.setTime(date, time);
    for (let index = 1; index <= FILES; index++) {
      await this.loadFile(date, index, { records: records + index * 7, badDays: index });
    }
  }

  /** Nights before the one that reports are about, on business days. */
  async loadPast(nights: number): Promise<void> {
    const dates: string[] = [];
    for (let date = addDays(NIGHT, -1); dates.length < nights; date = addDays(date, -1)) {
      const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
      if (weekday > 0 && weekday < 6) dates.unshift(date);
    }
    for (const [index, date] of dates.entries()) {
      // Every ninth night is late.
      const time = index % 9 === 4 ? '09:14' : `0${2 + (index % 3)}:${10 + ((index * 7) % 45)}`;
      await this.loadNight(date, time, 150 + ((index * 13) % 40));
    }
  }

  publishInPart(reason: string) {
    return publishDay(this.ports, readLayout(LAYOUT, 'contratos.json'), NIGHT, { partial: { reason } });
  }

  facts(settings: Partial<ReportSettings> = {}): Promise<NightFacts> {
    return readNight(this.ports, 'contratos', NIGHT, { ...NIGHT_SETTINGS, ...settings });
  }
}

/** Names that a browser, a terminal or a reader could take for something else. */
export const HOSTILE_NAME = `<script>alert(1)<!--"'&\u202etxt.exe\u001b[2J_contratos.txt`;

/** How each night of the pictures went. */
export const REPORT_NIGHTS: Record<
  'good' | 'late' | 'refused' | 'partial',
  (lake: NightLake) => Promise<unknown>
> = {
  good: (lake) => lake.loadNight(NIGHT, '02:47', 160),
  async late(lake) {
    lake.setTime(NIGHT, '02:47');
    await lake.loadFile(NIGHT, 1, { records: 160, badDays: 2 });
    await lake.loadFile(NIGHT, 2, { records: 150, badDays: 1, badNames: 2 });
    lake.setTime(NIGHT, '09:41');
    await lake.loadFile(NIGHT, 3, { records: 170 });
  },
  async refused(lake) {
    lake.setTime(NIGHT, '02:47');
    await lake.loadFile(NIGHT, 1, { records: 160, badDays: 2 });
    await lake.loadFile(NIGHT, 2, { records: 150, isWrong: true });
    await lake.loadFile(NIGHT, 3, { records: 170 });
  },
  async partial(lake) {
    lake.setTime(NIGHT, '02:47');
    await lake.loadFile(NIGHT, 1, { records: 160, badDays: 2 });
    await lake.loadFile(NIGHT, 3, { records: 170 });
    lake.setTime(NIGHT, '08:35');
    await lake.publishInPart('the branch in Recife sends its file tomorrow');
  },
};

function fileOf(
  date: string,
  file: number,
  { records, badDays = 0, badNames = 0, isWrong }: FileShape,
): Buffer {
  let sum = 0n;
  const lines = [`H${date.replaceAll('-', '')}`];
  for (let index = 0; index < records; index++) {
    const value = BigInt(1_000_000 + ((index * 7919 + file * 104_729) % 9_000_000));
    const product = PRODUCTS[(index * index + file) % PRODUCTS.length] ?? '';
    const day = index % 31 === 30 && index / 31 <= badDays ? 'A1' : String((index % 28) + 1).padStart(2, '0');
    const client = index % 29 === 28 && index / 29 <= badNames ? '' : `CLIENTE ${file}-${index}`;
    sum += value;
    lines.push(
      `D${`${file}${index}`.padEnd(10)}${client.padEnd(30)}${product.padEnd(14)}${day}${String(value).padStart(13, '0')}`,
    );
  }
  const stated = sum + (isWrong ? 1n : 0n);
  lines.push(`T${String(records + 2).padStart(9, '0')}${String(stated).padStart(15, '0')}`);
  return Buffer.from(`${lines.map((line) => line.padEnd(RECORD)).join('\n')}\n`, 'latin1');
}
