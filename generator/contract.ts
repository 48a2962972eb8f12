import { ACTIVITIES, COMPANY_CORES, COMPANY_FORMS, FIRST_NAMES, PARTICLES, SURNAMES } from './names.ts';
import { PRODUCTS, pickTable, productTable } from './products.ts';
import { SeededRandom } from './seeded-random.ts';

/** Shares in 1,024; no more than seven bytes each. */
export const STATUSES = ['ATIVO', 'ATRASO', 'QUITADO', 'CANCEL', 'RENEGOC'] as const;
const STATUS_TABLE = pickTable([886, 62, 51, 10, 15]);
const ATRASO = 1;
const QUITADO = 2;

const NEW_SHARE_A_NIGHT = 0.01;
const STAYING_SHARE_A_NIGHT = 0.995;
/** A new status is drawn, and an instalment paid, every so many nights; the night differs from contract to contract. */
const NIGHTS_A_STATUS = 30;
const NIGHTS_AN_INSTALMENT = 21;
/** Contracts that ran out stay in the file for some days. */
const DAYS_KEPT_AFTER_END = 20;

const EMPTY = new Uint8Array();
const PEOPLE_PRODUCTS = productTable('people');
const COMPANY_PRODUCTS = productTable('companies');
/** 1/16 to 16. */
const POWERS = Float64Array.from({ length: 9 }, (_, coins) => 2 ** (coins - 4));

/** Streams of one seed; bad-records.ts has more. */
const CLIENT_STREAM = 1;
const CONTRACT_STREAM = 2;
const STATUS_STREAM = 3;

/**
 * The bank's contracts, numbered from 0 in the order they were signed: `records` are in the first night; each
 * later night adds 1 % and loses 0.5 %. `draw` makes any contract as it is on any night, without those before it, and
 * leaves it in the fields: no object per record.
 */
export class Contracts {
  /** 12 digits, rising and unique over all nights. */
  idNumber = 0;
  isCompany = false;
  /** CPF or CNPJ: plain, with punctuation (CPF only), or with letters (CNPJ only). */
  taxIdForm: 'plain' | 'punctuated' | 'alphanumeric' = 'plain';
  /** Random 32-bit integers from which the tax number is made. */
  taxId0 = 0;
  taxId1 = 0;
  /** 1 to 9999 */
  branch = 1;
  /** The name's words in order; empty ones are left out. */
  readonly name: Uint8Array[] = [EMPTY, EMPTY, EMPTY, EMPTY, EMPTY];
  valueCents = 0;
  /** Days since 1970-01-01. */
  startDay = 0;
  endDay = 0;
  /** Index into STATUSES. */
  status = 0;
  /** Index into PRODUCTS. */
  product = 0;

  private readonly records: number;
  private readonly newANight: number;
  private readonly days: readonly number[];
  /** The number of 2^32 contracts that are left after so many nights. */
  private readonly staying: Float64Array;
  private readonly client: SeededRandom;
  private readonly contract: SeededRandom;
  private readonly statusDraw: SeededRandom;

  /** `days` are the business days of all nights, as days since 1970-01-01. */
  constructor(seed: number, records: number, days: readonly number[]) {
    this.records = records;
    this.newANight = newContractsANight(records);
    this.days = days;
    this.staying = new Float64Array(days.length);
    let left = 2 ** 32;
    for (let night = 0; night < days.length; night++, left *= STAYING_SHARE_A_NIGHT)
      this.staying[night] = left;
    this.client = new SeededRandom(seed, CLIENT_STREAM);
    this.contract = new SeededRandom(seed, CONTRACT_STREAM);
    this.statusDraw = new SeededRandom(seed, STATUS_STREAM);
  }

  /** Draws contract `index` as of `night`; false if it has ended and is no longer in the files. */
  draw(index: number, night: number): boolean {
    const random = this.contract;
    random.startAt(index);
    const firstNight = index < this.records ? 0 : 1 + Math.floor((index - this.records) / this.newANight);
    if (random.next() >= this.staying[night - firstNight]!) return false;

    const bits = random.next();
    this.idNumber = index * 7 + (bits % 7) + 100_000_000_000;
    // One contract in four is the second of the client before.
    this.drawClient(index > 0 && (bits >>> 3) % 4 === 0 ? index - 1 : index);

    this.product = (this.isCompany ? COMPANY_PRODUCTS : PEOPLE_PRODUCTS)[random.next() >>> 22]!;
    const { medianCents, minTermDays, maxTermDays } = PRODUCTS[this.product]!;
    const termDays = minTermDays + random.below(maxTermDays - minTermDays + 1);
    const ageDays = firstNight === 0 ? 1 + random.below(termDays + DAYS_KEPT_AFTER_END) : random.below(3);
    this.startDay = this.days[firstNight]! - ageDays;
    this.endDay = this.startDay + termDays;

    const phases = random.next();
    this.drawValue(medianCents, termDays, night, (phases >>> 8) % NIGHTS_AN_INSTALMENT);
    this.drawStatus(index, night, phases % NIGHTS_A_STATUS);
    return true;
  }

  /** Skewed as money is: eight coin throws shift the median by powers of two. Only exact arithmetic. */
  private drawValue(medianCents: number, termDays: number, night: number, phase: number): void {
    const random = this.contract;
    const bits = random.next();
    let coins = bits & 0xff;
    coins -= (coins >>> 1) & 0x55;
    coins = (coins & 0x33) + ((coins >>> 2) & 0x33);
    coins = (coins + (coins >>> 4)) & 0x0f;
    const scale = (2 ** 32 + random.next()) / 2 ** 32;
    let cents = Math.floor((medianCents * POWERS[coins]! * scale * 3) / 4);
    const round = bits >>> 30 === 0 && cents > 20_000;
    if (round) cents -= cents % 10_000;
    const instalments = Math.floor((night + phase) / NIGHTS_AN_INSTALMENT);
    const instalmentCents = Math.floor(cents / Math.max(2, Math.floor(termDays / 30)));
    this.valueCents = Math.max(1, cents - instalments * instalmentCents);
  }

  private drawStatus(index: number, night: number, phase: number): void {
    const random = this.statusDraw;
    random.startAt(index, Math.floor((night + phase) / NIGHTS_A_STATUS));
    const bits = random.next();
    const ranOut = this.endDay < this.days[night]!;
    if (ranOut) this.status = (bits & 3) === 0 ? ATRASO : QUITADO;
    else this.status = STATUS_TABLE[bits >>> 22]!;
  }

  private drawClient(client: number): void {
    const random = this.client;
    const { name } = this;
    random.startAt(client);
    const bits = random.next();
    this.isCompany = bits % 5 === 0;
    this.taxId0 = random.next();
    this.taxId1 = random.next();
    const form = bits >>> 24;
    const branchBits = random.next();
    this.branch = branchBits % 10 === 0 ? 2 + ((branchBits >>> 8) % 98) : 1;
    if (this.isCompany) {
      this.taxIdForm = form < 8 ? 'alphanumeric' : 'plain';
      name[0] = picked(COMPANY_CORES, random);
      name[1] = picked(ACTIVITIES, random);
      name[2] = picked(COMPANY_FORMS, random);
      name[3] = EMPTY;
      name[4] = EMPTY;
      return;
    }
    this.taxIdForm = form < 12 ? 'punctuated' : 'plain';
    name[0] = picked(FIRST_NAMES, random);
    name[1] = branchBits >>> 30 === 0 ? picked(FIRST_NAMES, random) : EMPTY;
    name[2] = picked(SURNAMES, random);
    name[3] = branchBits & 0x1000 ? picked(PARTICLES, random) : EMPTY;
    name[4] = picked(SURNAMES, random);
  }
}

/** How many contracts, ended ones included, are known on `night` (from 0). */
export function knownContracts(records: number, night: number): number {
  return records + night * newContractsANight(records);
}

function newContractsANight(records: number): number {
  return Math.round(records * NEW_SHARE_A_NIGHT);
}

function picked(words: Uint8Array[], random: SeededRandom): Uint8Array {
  return words[random.below(words.length)]!;
}
