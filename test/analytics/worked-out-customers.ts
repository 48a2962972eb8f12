import { money, type Row } from './population.ts';
import {
  type Answer,
  type Asked,
  byProduct,
  customersOf,
  daysBetween,
  groupsBy,
  isLate,
  isOpen,
  masked,
  moneyOrNull,
  nightRows,
  ntile,
  sumOf,
} from './worked-out.ts';

type WorkedOut = (asked: Asked) => Answer;

const openRows = (asked: Asked) => nightRows(asked, asked.params.business_date).filter(isOpen);

interface Scored {
  customer: string;
  contract: string;
  rows: Row[];
  r: number;
  f: number;
  v: number;
}

function scored(asked: Asked): Scored[] {
  const night = String(asked.params.business_date);
  const customers = [...customersOf(openRows(asked))].map(([customer, rows]) => {
    const starts = rows.flatMap(({ start }) => start ?? []).sort();
    const last = starts.at(-1);
    const age = last === undefined ? Number.POSITIVE_INFINITY : daysBetween(last, night);
    const r = 1 + [365, 180, 90, 30].filter((limit) => age <= limit).length;
    return {
      customer,
      contract: rows.map(({ contract }) => contract).sort()[0]!,
      rows,
      r,
      f: Math.min(4, rows.length),
    };
  });
  customers.sort((a, b) => sumOf(a.rows) - sumOf(b.rows) || (a.customer < b.customer ? -1 : 1));
  const quarters = ntile(customers.length, 4);
  return customers.map((customer, index) => ({ ...customer, v: quarters[index]! }));
}

const SEGMENTS: [string, number, number][] = [
  ['champions', 8, 9],
  ['potential', 6, 7],
  ['developing', 4, 5],
  ['inactive', 2, 3],
];
const segmentOf = ({ r, f }: Scored) => SEGMENTS.find(([, from, to]) => r + f >= from && r + f <= to)![0];

function correlation(pairs: [number, number][]): number | null {
  const mean = (at: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[at], 0) / pairs.length;
  const [mx, my] = [mean(0), mean(1)];
  let [xy, xx, yy] = [0, 0, 0];
  for (const [x, y] of pairs) {
    xy += (x - mx) * (y - my);
    xx += (x - mx) ** 2;
    yy += (y - my) ** 2;
  }
  return xx < 1e-12 || yy < 1e-12 ? null : Math.round((xy / Math.sqrt(xx * yy)) * 1e6) / 1e6;
}

/** Answers about customers, worked out row by row, without SQL. */
export const ABOUT_CUSTOMERS: Record<string, WorkedOut> = {
  'product-score-correlation': (asked) => {
    const customers = scored(asked);
    const products = new Set(
      openRows(asked).flatMap(({ product, customer }) => (customer === null ? [] : (product ?? []))),
    );
    return [...products].sort().map((product) => {
      const pairs = customers.map((one): [number, number] => [
        one.rows.some((row) => row.product === product) ? 1 : 0,
        one.r + one.f,
      ]);
      return [product, pairs.filter(([owns]) => owns === 1).length, pairs.length, correlation(pairs)];
    });
  },
  penetration: (asked) => {
    const rows = openRows(asked).filter(({ customer }) => customer !== null);
    const all = customersOf(rows).size;
    return byProduct(rows)
      .map(([product, own]): [string | null, number] => [product, customersOf(own).size])
      .sort((a, b) => b[1] - a[1])
      .map(([product, owners]) => [product, owners, all, owners / all]);
  },
  'cross-sell': (asked) => {
    const { has, lacks, most } = asked.params;
    return [...customersOf(openRows(asked))]
      .filter(
        ([, rows]) =>
          rows.some(({ product }) => product === has) &&
          !rows.some(({ product }) => product === lacks) &&
          !rows.some(isLate),
      )
      .map(([customer, rows]) => ({
        customer,
        rows,
        contract: rows
          .filter(({ product }) => product === has)
          .map(({ contract }) => contract)
          .sort()[0]!,
      }))
      .sort((a, b) => sumOf(b.rows) - sumOf(a.rows) || (a.contract < b.contract ? -1 : 1))
      .slice(0, Number(most))
      .map(({ customer, rows, contract }) => [
        masked(customer),
        contract,
        rows.length,
        new Set(rows.flatMap(({ product }) => product ?? [])).size,
        money(sumOf(rows)),
      ]);
  },
  'rfv-customers': (asked) =>
    scored(asked)
      .filter((one) => segmentOf(one) === asked.params.segment)
      .sort(
        (a, b) =>
          b.r + b.f - a.r - a.f || sumOf(b.rows) - sumOf(a.rows) || (a.contract < b.contract ? -1 : 1),
      )
      .slice(0, Number(asked.params.most))
      .map((one) => [
        ...[masked(one.customer), one.contract, one.rows.length, money(sumOf(one.rows))],
        ...[one.r, one.f, one.v, one.r + one.f, segmentOf(one)],
      ]),
  'rfv-segments': (asked) =>
    SEGMENTS.flatMap(([segment]) => {
      const own = scored(asked).filter((one) => segmentOf(one) === segment);
      if (own.length === 0) return [];
      const scores = own.map(({ r, f }) => r + f);
      const rows = own.flatMap((one) => one.rows);
      return [
        [segment, Math.min(...scores), Math.max(...scores), own.length, rows.length, money(sumOf(rows))],
      ];
    }),
  'share-of-wallet-within-bank': (asked) => {
    const rows = openRows(asked).filter(({ customer, cents }) => customer !== null && cents !== null);
    const wallets = new Map([...customersOf(rows)].map(([customer, own]) => [customer, sumOf(own)]));
    const positive = rows.filter(({ customer }) => wallets.get(customer!)! > 0);
    return byProduct(positive).map(([product, own]) => {
      const customers = [...customersOf(own)];
      const wallet = customers.reduce((sum, [customer]) => sum + wallets.get(customer)!, 0);
      const shares = customers.map(([customer, of]) => sumOf(of) / wallets.get(customer)!);
      return [
        ...[product, customers.length, money(sumOf(own)), money(wallet), sumOf(own) / wallet],
        shares.reduce((sum, share) => sum + share, 0) / shares.length,
      ];
    });
  },
  churn: (asked) => {
    const before = nightRows(asked, asked.params.earlier_date).filter(isOpen);
    const after = openRows(asked).filter(({ product }) => product !== null);
    return byProduct(before.filter(({ product }) => product !== null)).flatMap(([product, rows]) => {
      const customers = [...customersOf(rows).keys()];
      if (customers.length === 0) return [];
      const lost = customers.filter(
        (customer) => !after.some((row) => row.customer === customer && row.product === product),
      );
      const left = customers.filter((customer) => !after.some((row) => row.customer === customer));
      return [[product, customers.length, lost.length, left.length, lost.length / customers.length]];
    });
  },
  cohorts: (asked) => {
    const rows = nightRows(asked, asked.params.business_date).filter(({ start }) => start !== null);
    const customers = [...customersOf(rows).values()].map((own) => ({
      own,
      cohort: `${own
        .map(({ start }) => start!)
        .sort()[0]!
        .slice(0, 7)}-01`,
    }));
    return groupsBy(customers, ({ cohort }) => cohort).map(([cohort, of]) => {
      const open = of.filter(({ own }) => own.some(isOpen)).length;
      const late = of.filter(({ own }) => own.some(isLate)).length;
      const value = money(sumOf(of.flatMap(({ own }) => own.filter(isOpen))));
      return [cohort, of.length, open, late, value, open / of.length];
    });
  },
  ltv: (asked) => {
    const { margin_percent: margin, churn_percent: churn, discount_percent: discount } = asked.params;
    const rows = openRows(asked).filter(({ customer, cents }) => customer !== null && cents !== null);
    return byProduct(rows).map(([product, own]) => {
      const customers = customersOf(own).size;
      const mean = sumOf(own) / 100 / customers;
      const monthly = (mean * Number(margin)) / 100;
      // Margins of 2,000 months, one by one: the sum that the formula stands for.
      let worth = 0;
      let [left, worthOfOne] = [1, 1];
      for (let month = 0; month < 5_000; month++) {
        worth += monthly * left * worthOfOne;
        left *= 1 + Number(discount) / 100 - (Number(discount) + Number(churn)) / 100;
        worthOfOne /= 1 + Number(discount) / 100;
      }
      return [product, customers, mean, monthly, worth];
    });
  },
  'top-clients': (asked) => {
    const all = openRows(asked);
    const rows = all.filter(({ cents }) => cents !== null);
    return [...customersOf(rows)]
      .map(([customer, own]) => ({ customer, own, contract: own.map(({ contract }) => contract).sort()[0]! }))
      .sort((a, b) => sumOf(b.own) - sumOf(a.own) || (a.contract < b.contract ? -1 : 1))
      .slice(0, Number(asked.params.most))
      .map(({ customer, own, contract }) => [
        ...[masked(customer), contract, own.length],
        ...[new Set(own.flatMap(({ product }) => product ?? [])).size, moneyOrNull(own)],
        sumOf(all) > 0 ? sumOf(own) / sumOf(all) : null,
      ]);
  },
};
