/** A row of a night as a mainframe would write it. */
export interface Row {
  night: string;
  contract: string | null;
  customer: string | null;
  product: string | null;
  cents: number | null;
  start: string | null;
  end: string | null;
  status: string;
}

export interface Population {
  what: string;
  nights: string[];
  rows: Row[];
}

export const NIGHTS = ['2025-06-10', '2025-07-10', '2025-07-11', '2025-08-08', '2025-08-11', '2025-08-12'];
const PRODUCTS = ['CARTAO', 'CDC', 'CREDITO PESSOAL', 'IMOBILIARIO'];
const STATUSES = ['ATIVO', 'ATIVO', 'ATIVO', 'ATRASO', 'ATRASO', 'QUITADO', 'CANCEL', 'RENEGOC', 'JUDICIAL'];

/** A small generator of its own, so that a population is the same everywhere and for ever. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function day(date: string, more: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + more * 86_400_000).toISOString().slice(0, 10);
}

/** Contracts that come and go over the nights, with customers of several products, and gaps in every column that may have them. */
function drawn(what: string, seed: number, contracts: number, customers: number): Population {
  const below = seeded(seed);
  const rows: Row[] = [];
  for (let index = 0; index < contracts; index++) {
    const customer = below(20) === 0 ? null : String(10_000_000_000 + below(customers) * 37);
    const product = below(25) === 0 ? null : PRODUCTS[below(PRODUCTS.length)]!;
    const start = below(25) === 0 ? null : day('2025-08-12', -below(500));
    const end = below(25) === 0 ? null : day('2025-06-01', below(140));
    const first = below(3);
    const last = NIGHTS.length - below(4);
    let status = STATUSES[below(STATUSES.length)]!;
    let cents = below(25) === 0 ? null : below(4_000_000) + 1;
    for (const night of NIGHTS.slice(first, last)) {
      if (below(5) === 0) status = STATUSES[below(STATUSES.length)]!;
      if (cents !== null && below(3) === 0) cents = Math.max(1, cents - below(50_000));
      if (below(15) === 0) continue;
      rows.push({
        night,
        contract: `C${String(index).padStart(4, '0')}`,
        customer,
        product,
        cents,
        start,
        end,
        status,
      });
    }
  }
  return { what, nights: NIGHTS, rows };
}

function changed(what: string, seed: number, change: (row: Row, index: number) => Partial<Row>): Population {
  const { rows } = drawn(what, seed, 40, 12);
  return { what, nights: NIGHTS, rows: rows.map((row, index) => ({ ...row, ...change(row, index) })) };
}

/** Contracts that end at the edges of the window between two nights, each followed by one that begins at the edges of the days of grace. */
function atTheEdges(): Population {
  const rows: Row[] = [];
  const ends = ['2025-07-10', '2025-07-11', '2025-07-12', '2025-07-20', '2025-08-12', '2025-08-13'];
  const gaps = [-31, -30, 0, 30, 31];
  for (const [which, end] of ends.entries()) {
    for (const [index, gap] of gaps.entries()) {
      const customer = String(20_000_000_000 + which * 100 + index);
      const of = { customer, product: PRODUCTS[which % 2]!, cents: 100_00 + index, status: 'ATIVO' };
      const contract = `E${which}${index}`;
      for (const night of NIGHTS) {
        rows.push({ night, contract, ...of, start: '2025-01-01', end });
        if (night > '2025-07-11')
          rows.push({ night, contract: `${contract}B`, ...of, start: day(end, gap), end: '2026-01-01' });
      }
    }
  }
  return { what: 'ends and renewals at the edges', nights: NIGHTS, rows };
}

/**
 * Customers who began last at the edges of the steps of recency, with one contract to five each, all of one value, so that many have the
 * same score and sum; and two whose numbers are too short to be masked. Besides, contracts without a number, in arrears, that only the last
 * night has.
 */
function begunAtTheEdges(): Population {
  const rows: Row[] = [];
  const ages = [0, 29, 30, 31, 89, 90, 91, 179, 180, 181, 364, 365, 366, null];
  for (const [which, age] of ages.entries()) {
    for (let contracts = 1; contracts <= 5; contracts++) {
      const customer =
        which === 0 && contracts < 3 ? '7'.repeat(contracts) : `3000000${which + 10}${contracts}`;
      for (let index = 0; index < contracts; index++) {
        const start = age === null ? null : day('2025-08-12', -age - index * 400);
        const product = ['CARTAO', 'CDC', null, ...PRODUCTS.slice(2)][(which + index) % 5]!;
        const status = which % 5 === 3 && index === 0 ? 'ATRASO' : 'ATIVO';
        const contract = `B${String(99 - which)}${contracts}${index}`;
        for (const night of NIGHTS.slice(-2))
          rows.push({ night, contract, customer, product, cents: 100_00, start, end: null, status });
      }
    }
  }
  for (const product of ['CARTAO', 'CONSORCIO']) {
    const of = { customer: '30000000999', product, cents: 5_00, start: null, end: null, status: 'ATRASO' };
    rows.push({ night: NIGHTS.at(-1)!, contract: null, ...of });
  }
  return { what: 'beginnings at the edges of recency', nights: NIGHTS, rows };
}

export const POPULATIONS: Population[] = [
  atTheEdges(),
  begunAtTheEdges(),
  { what: 'nights without a row', nights: NIGHTS, rows: [] },
  {
    what: 'one contract, one night',
    nights: ['2025-08-12'],
    rows: [
      {
        night: '2025-08-12',
        contract: 'C0001',
        customer: '12345678901',
        product: 'CDC',
        cents: 1,
        start: '2025-08-12',
        end: '2025-08-13',
        status: 'ATIVO',
      },
    ],
  },
  changed('all values the same', 7, () => ({ cents: 10_000_00 })),
  changed('values at the limits of bins', 8, (_, index) => ({
    cents: [999_999, 1_000_000, 1_000_001, -1, 0][index % 5]!,
  })),
  changed('contracts without a number', 20, ({ product }, index) =>
    product === 'CDC' || index % 9 === 0 ? { contract: null } : {},
  ),
  changed('every value is zero', 19, () => ({ cents: 0 })),
  changed('nobody has a value', 9, () => ({ cents: null })),
  changed('everything has ended', 10, () => ({ status: 'QUITADO' })),
  changed('everything is in arrears', 11, () => ({ status: 'ATRASO' })),
  changed('nobody is known', 12, () => ({ customer: null })),
  changed('one customer has everything', 13, () => ({ customer: '1' })),
  changed('no dates', 14, () => ({ start: null, end: null })),
  drawn('many contracts', 15, 250, 60),
  drawn('few customers', 16, 80, 9),
  drawn('many customers', 17, 80, 1_000),
  drawn('another draw', 18, 90, 40),
];

/** The columns of the layout of contracts that the mapping names. */
export const COLUMNS = [
  ...['year', 'month', 'day', 'id_contrato', 'cpf_cnpj_clean', 'tipo_produto'].map((name) => [
    name,
    'varchar',
  ]),
  ...[
    ['valor_contrato', 'decimal(15,2)'],
    ['data_inicio', 'date'],
    ['data_fim', 'date'],
    ['status', 'varchar'],
  ],
] as [name: string, type: string][];

/** The rows of the population, as SQL writes them. */
export function tuplesOf({ rows }: Population): string[] {
  return rows.map(({ night, contract, customer, product, cents, start, end, status }) => {
    const texts = [night.slice(0, 4), night.slice(5, 7), night.slice(8), contract, customer, product];
    const values = [...texts, cents === null ? null : money(cents), start, end, status];
    const literals = values.map((value, index) => {
      const type = COLUMNS[index]![1];
      return `CAST(${value === null ? 'NULL' : `'${value}'`} AS ${type})`;
    });
    return `(${literals.join(', ')})`;
  });
}

/** A statement that makes the rows of the table of days. */
export function daysOf({ nights }: Population): string {
  const dates = nights.map((night) => `(DATE '${night}')`);
  return `SELECT business_date FROM (VALUES ${dates.join(', ')}) AS days(business_date)`;
}

/** -5 → `-0.05` */
export function money(cents: number): string {
  const digits = String(Math.abs(cents)).padStart(3, '0');
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
