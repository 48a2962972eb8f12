import { compactDate, type Form, offsetsOf, type RawRecord, rowText } from './form.ts';

const LINE_BYTES = 141;
const HOLDER = 'JOÃO DA CONCEIÇÃO';

/** The contracts of the sample nights: lines of 140 bytes without control records. Their layout comes with the project. */
export const CONTRACTS: Form = {
  dataset: 'contracts',
  tables: ['contracts'],
  layouts: [],
  columns: { id: 'id_contrato', amount: 'valor_contrato', product: 'tipo_produto', note: 'status' },
  records: { least: 100, most: 120, rejectedPercent: 1 },
  fileName: (businessDate, name) => `contratos_${compactDate(businessDate)}_${name}.txt`,
  encode: (records, { isSupplement, isSound }) => {
    // There is no total that could be wrong: too many of its records are.
    const spoilt = (record: RawRecord, index: number) => (index % 9 === 0 ? { ...record, id: '' } : record);
    const sent = isSound || isSupplement ? records : records.map(spoilt);
    return {
      bytes: Buffer.from(sent.map(lineOf).join(''), 'latin1'),
      offsets: offsetsOf(
        sent.map(() => LINE_BYTES),
        0,
      ),
    };
  },
  shown: ({ id, cents, product, note }) => rowText(id, cents, product, note),
};

function lineOf({ id, cents, product, note }: RawRecord): string {
  const document = '12345678909'.padEnd(15);
  const amount = String(cents).padStart(15, '0');
  const dates = '20240131 20290131 ';
  return `${id.padEnd(15)}${document}${HOLDER.padEnd(50)}${amount}${dates}${note.padEnd(7)}${product.padEnd(20)}\n`;
}
