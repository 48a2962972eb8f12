import { writeAlphanumericCnpj, writeCnpj, writeCpf, writePunctuatedCpf } from './brazilian-ids.ts';
import { isoDate } from './business-day.ts';
import { type Contracts, STATUSES } from './contract.ts';
import { latin1Bytes, writeDigits, writeText } from './latin1.ts';
import { LONGEST_TERM_DAYS, PRODUCTS } from './products.ts';

/**
 * A detail record's bytes, offsets from 0. With control records everything is two bytes further, after the
 * record type.
 *
 *     0              15             30        80             95       104      113    120                 140
 *     CTR100000000007529.982.247-25 João Silva000000001234567|20230105 20280105 ATIVO  CONSIGNADO
 *     id_contrato    cpf_cnpj       nome      valor (V99)     inicio   fim      status tipo_produto
 */
export const CONTRACT_BYTES = 140;
export const RECORD_TYPE_BYTES = 2;
export const ID = { startByte: 0, endByte: 15 };
export const AMOUNT = { startByte: 80, endByte: 95 };
export const END_DATE = { startByte: 104, endByte: 112 };
const TAX_ID_AT = 15;
const NAME = { startByte: 30, endByte: 80 };
const START_DATE_AT = 95;
const STATUS = { startByte: 113, endByte: 120 };
const PRODUCT = { startByte: 120, endByte: 140 };

const SPACE = 0x20;
const ID_PREFIX = latin1Bytes('CTR');
const STATUS_BYTES = STATUSES.map(latin1Bytes);

/** `yyyyMMdd` of every day that a contract may start or end on. */
export class DateTable {
  private readonly firstDay: number;
  private readonly bytes: Uint8Array;

  /** `firstDay` and `lastDay` (inclusive) are the business days of the first and last night. */
  constructor(firstDay: number, lastDay: number) {
    // An ended contract is kept for some weeks, so it may have started a little earlier than a full term ago.
    const marginDays = LONGEST_TERM_DAYS + 60;
    this.firstDay = firstDay - marginDays;
    const count = lastDay + marginDays - this.firstDay + 1;
    this.bytes = new Uint8Array(count * 8);
    for (let index = 0; index < count; index++) {
      this.bytes.set(latin1Bytes(isoDate(this.firstDay + index).replaceAll('-', '')), index * 8);
    }
  }

  write(out: Uint8Array, at: number, day: number): void {
    let from = (day - this.firstDay) * 8;
    for (let to = at; to < at + 8; to++, from++) out[to] = this.bytes[from]!;
  }
}

/** Writes the contract that `contracts` holds at `at`; those bytes must be spaces. */
export function writeContract(out: Uint8Array, at: number, contracts: Contracts, dates: DateTable): void {
  writeText(out, at, at + ID.endByte, ID_PREFIX);
  writeDigits(out, at + ID_PREFIX.length, ID.endByte - ID_PREFIX.length, contracts.idNumber);
  writeTaxId(out, at + TAX_ID_AT, contracts);
  writeName(out, at + NAME.startByte, at + NAME.endByte, contracts.name);
  writeDigits(out, at + AMOUNT.startByte, AMOUNT.endByte - AMOUNT.startByte, contracts.valueCents);
  dates.write(out, at + START_DATE_AT, contracts.startDay);
  dates.write(out, at + END_DATE.startByte, contracts.endDay);
  writeText(out, at + STATUS.startByte, at + STATUS.endByte, STATUS_BYTES[contracts.status]!);
  writeText(out, at + PRODUCT.startByte, at + PRODUCT.endByte, PRODUCTS[contracts.product]!.bytes);
}

function writeTaxId(out: Uint8Array, at: number, contracts: Contracts): void {
  const { taxId0, taxId1, branch, taxIdForm } = contracts;
  if (contracts.isCompany) {
    if (taxIdForm === 'alphanumeric') writeAlphanumericCnpj(out, at, taxId0, taxId1, branch);
    else writeCnpj(out, at, taxId0 % 100_000_000, branch);
  } else if (taxIdForm === 'punctuated') writePunctuatedCpf(out, at, taxId0 % 1_000_000_000);
  else writeCpf(out, at, taxId0 % 1_000_000_000);
}

function writeName(out: Uint8Array, at: number, endByte: number, words: Uint8Array[]): void {
  let to = at;
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (word.length === 0) continue;
    if (to > at && to < endByte) out[to++] = SPACE;
    to = writeText(out, to, endByte, word);
  }
}
