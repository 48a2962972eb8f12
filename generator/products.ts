import { latin1Bytes } from './latin1.ts';

/** A product of the bank. `people` and `companies` are its shares, in 1,024, of the contracts of each kind of client. */
interface Product {
  /** The text in tipo_produto; it is empty for a record whose product is blank. */
  name: string;
  bytes: Uint8Array;
  people: number;
  companies: number;
  medianCents: number;
  minTermDays: number;
  maxTermDays: number;
}

const product = (
  name: string,
  people: number,
  companies: number,
  medianReais: number,
  minTermDays: number,
  maxTermDays: number,
): Product => ({
  name,
  bytes: latin1Bytes(name),
  people,
  companies,
  medianCents: medianReais * 100,
  minTermDays,
  maxTermDays,
});

/** They include a space, an accent, a slash and a blank name: each must survive as a folder name. */
export const PRODUCTS: readonly Product[] = [
  product('CONSIGNADO', 320, 0, 12_000, 365, 2557),
  product('CARTAO', 288, 72, 2_500, 365, 1825),
  product('CREDITO PESSOAL', 143, 0, 5_000, 90, 1460),
  product('FINANCIAMENTO', 138, 256, 45_000, 730, 2190),
  product('CHEQUE ESPECIAL', 72, 102, 1_200, 180, 365),
  product('IMOBILIARIO', 58, 40, 240_000, 3650, 12_775),
  product('CAPITAL/GIRO', 0, 461, 90_000, 60, 1095),
  product('CÂMBIO', 4, 92, 150_000, 30, 365),
  product('', 1, 1, 5_000, 90, 1460),
];
/** The longest term; date tables are sized by it. */
export const LONGEST_TERM_DAYS = Math.max(...PRODUCTS.map(({ maxTermDays }) => maxTermDays));

/** 1,024 product indexes, each as often as its share: a random 10-bit integer picks one. */
export function productTable(kind: 'people' | 'companies'): Uint8Array {
  return pickTable(PRODUCTS.map((entry) => entry[kind]));
}

/** The indexes of `shares`, each repeated `shares[index]` times. */
export function pickTable(shares: readonly number[]): Uint8Array {
  return Uint8Array.from(shares.flatMap((share, index) => new Array<number>(share).fill(index)));
}
