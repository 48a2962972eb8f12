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
  moneyOrNull,
  nightRows,
  ntile,
  stateOf,
  sumOf,
} from './worked-out.ts';

type WorkedOut = (asked: Asked) => Answer;
type Valued = Row & { cents: number };

const open = (asked: Asked) => nightRows(asked, asked.params.business_date).filter(isOpen);
const valued = (rows: readonly Row[]) => rows.filter((row): row is Valued => row.cents !== null);
/** Of those of one value, contracts without a number come last. */
const byValue = (a: Valued, b: Valued) =>
  a.cents - b.cents || ((a.contract ?? '~') < (b.contract ?? '~') ? -1 : 1);
/** Contracts that can be found again on another night. */
const numbered = (rows: readonly Row[]) => rows.filter(({ contract }) => contract !== null);

/** Contracts that run out between two nights, as the first one has them, and whether the second one has one in their place. */
function judged(asked: Asked, from: unknown, to: unknown): { row: Row; isRenewed: boolean }[] {
  const later = nightRows(asked, to);
  const grace = Number(asked.params.grace);
  return nightRows(asked, from)
    .filter((row) => isOpen(row) && row.customer !== null && row.end !== null)
    .filter(({ end }) => end! > String(from) && end! <= String(to))
    .map((row) => ({
      row,
      isRenewed: later.some(
        (other) =>
          other.customer === row.customer &&
          row.product !== null &&
          other.product === row.product &&
          other.contract !== row.contract &&
          other.start !== null &&
          Math.abs(daysBetween(row.end!, other.start)) <= grace,
      ),
    }));
}

function renewalRate(of: readonly { isRenewed: boolean }[]): number {
  return of.filter(({ isRenewed }) => isRenewed).length / of.length;
}

/** Answers about contracts, worked out row by row, without SQL. */
export const ABOUT_CONTRACTS: Record<string, WorkedOut> = {
  'value-quartiles': (asked) =>
    byProduct(valued(open(asked))).map(([product, rows]) => {
      const cents = rows.map((row) => row.cents!).sort((a, b) => a - b);
      const at = (share: number) => money(cents[Math.ceil(cents.length * share) - 1]!);
      return [product, cents.length, money(cents[0]!), at(0.25), at(0.5), at(0.75), money(cents.at(-1)!)];
    }),
  'value-bins-fixed': (asked) => {
    const width = Number(asked.params.width);
    const rows = valued(open(asked)).map((row) => ({
      row,
      from: Math.floor(row.cents / 100 / width) * width,
    }));
    return [...Map.groupBy(rows, ({ from }) => from)]
      .sort(([a], [b]) => a - b)
      .map(([from, own]) => [from, from + width, own.length, money(sumOf(own.map(({ row }) => row)))]);
  },
  'value-bins-equal': (asked) => {
    const rows = valued(open(asked)).sort(byValue);
    const bins = ntile(rows.length, Number(asked.params.bins));
    return [...Map.groupBy(rows, (_, index) => bins[index]!)].map(([bin, own]) => [
      ...[bin, own.length, money(own[0]!.cents), money(own.at(-1)!.cents), money(sumOf(own))],
    ]);
  },
  'roi-payback': (asked) => {
    const { first_date: first, business_date: last, cost, margin_percent: margin, months } = asked.params;
    const won = open(asked).filter(
      ({ start }) => start !== null && start >= String(first) && start <= String(last),
    );
    return byProduct(won).map(([product, rows]) => {
      const invested = rows.length * Number(cost);
      const monthly = (sumOf(rows) / 100) * (Number(margin) / 100);
      const gained = monthly * Number(months) - invested;
      return [
        ...[product, rows.length, invested, monthly],
        invested > 0 ? gained / invested : null,
        monthly > 0 ? invested / monthly : null,
      ];
    });
  },
  delinquency: (asked) =>
    byProduct(open(asked)).map(([product, rows]) => {
      const late = rows.filter(isLate);
      return [
        ...[
          product,
          rows.length,
          late.length,
          money(sumOf(rows)),
          money(sumOf(late)),
          late.length / rows.length,
        ],
        sumOf(rows) > 0 ? sumOf(late) / sumOf(rows) : null,
      ];
    }),
  'nights-in-arrears': (asked) => {
    const within = asked.population.rows.filter(
      ({ night }) => night >= String(asked.params.first_date) && night <= String(asked.params.business_date),
    );
    // Nights without a row are not seen in the table.
    const nights = [...new Set(within.map(({ night }) => night))].sort().reverse();
    const runs = [...Map.groupBy(numbered(within), ({ contract }) => contract).values()].flatMap((rows) => {
      const length = nights.findIndex((night) => !rows.some((row) => row.night === night && isLate(row)));
      const run = length === -1 ? nights.length : length;
      return run === 0 ? [] : [{ run, cents: rows.find(({ night }) => night === nights[0])!.cents }];
    });
    return [...Map.groupBy(runs, ({ run }) => run)]
      .sort(([a], [b]) => a - b)
      .map(([run, of]) => [run, of.length, money(sumOf(of))]);
  },
  'roll-rates': (asked) => {
    const byNumber = (night: unknown) =>
      new Map(numbered(nightRows(asked, night)).map((row) => [row.contract, row]));
    const [before, after] = [byNumber(asked.params.earlier_date), byNumber(asked.params.business_date)];
    const moves = [...new Set([...before.keys(), ...after.keys()])].map((contract) => {
      const [from, to] = [before.get(contract), after.get(contract)];
      return {
        from: from ? stateOf(from) : 'new',
        to: to ? stateOf(to) : 'gone',
        cents: from?.cents ?? to?.cents ?? 0,
      };
    });
    return groupsBy(moves, ({ from }) => from).flatMap(([from, all]) =>
      groupsBy(all, ({ to }) => to).map(([to, own]) => [
        from,
        to,
        own.length,
        money(sumOf(own)),
        own.length / all.length,
      ]),
    );
  },
  renewals: (asked) =>
    groupsBy(
      judged(asked, asked.params.earlier_date, asked.params.business_date),
      ({ row }) => row.product,
    ).map(([product, of]) => {
      const renewed = of.filter(({ isRenewed }) => isRenewed);
      const value = (some: typeof of) => money(sumOf(some.map(({ row }) => row)));
      return [product, of.length, renewed.length, value(of), value(renewed), renewalRate(of)];
    }),
  'renewal-forecast': (asked) => {
    const { business_date: now, earlier_date: earlier, days } = asked.params;
    const ended = groupsBy(judged(asked, earlier, now), ({ row }) => row.product);
    const ahead = open(asked).filter(({ customer, end }) => {
      const left = end === null ? 0 : daysBetween(String(now), end);
      return customer !== null && left >= 1 && left <= Number(days);
    });
    return byProduct(ahead).map(([product, rows]) => {
      // A product that is not known has no rate: SQL finds no null.
      const of = product === null ? [] : (ended.find(([name]) => name === product)?.[1] ?? []);
      const rate = of.length > 0 ? renewalRate(of) : null;
      return [
        ...[product, rows.length, money(sumOf(rows)), of.length, rate],
        rate === null ? null : rows.length * rate,
        rate === null ? null : (sumOf(rows) / 100) * rate,
      ];
    });
  },
  'renewal-backtest': (asked) => {
    const { business_date: now, earlier_date: earlier, before_date: before } = asked.params;
    const measured = groupsBy(judged(asked, before, earlier), ({ row }) => row.product);
    return groupsBy(judged(asked, earlier, now), ({ row }) => row.product).map(([product, of]) => {
      const known = measured.find(([name]) => name === product)?.[1] ?? [];
      const renewed = of.filter(({ isRenewed }) => isRenewed).length;
      const expected = known.length > 0 ? of.length * renewalRate(known) : null;
      return [
        product,
        of.length,
        known.length,
        expected,
        renewed,
        expected === null ? null : expected - renewed,
      ];
    });
  },
  'renewals-ahead': (asked) => {
    const { business_date: now, days } = asked.params;
    const ahead = open(asked).filter(({ end }) => {
      const left = end === null ? 0 : daysBetween(String(now), end);
      return left >= 1 && left <= Number(days);
    });
    return groupsBy(ahead, ({ end }) => `${end!.slice(0, 7)}-01`).map(([month, rows]) => [
      ...[month, rows.length, money(sumOf(rows))],
    ]);
  },
  'day-over-day': (asked) => {
    const before = nightRows(asked, asked.params.earlier_date);
    const now = nightRows(asked, asked.params.business_date);
    return byProduct([...before, ...now]).map(([product]) => {
      const of = (rows: Row[]) => rows.filter((row) => row.product === product);
      const names = (rows: Row[]) => new Set(numbered(of(rows)).map(({ contract }) => contract));
      const [old, own] = [names(before), names(now)];
      const change = sumOf(of(now)) - sumOf(of(before));
      return [
        ...[product, of(before).length, of(now).length, of(now).length - of(before).length],
        ...[[...own].filter((one) => !old.has(one)).length, [...old].filter((one) => !own.has(one)).length],
        ...[money(sumOf(of(before))), money(sumOf(of(now))), money(change)],
      ];
    });
  },
  'daily-volume': (asked) => {
    const { first_date: first, business_date: last } = asked.params;
    const rows = asked.population.rows.filter(({ night }) => night >= String(first) && night <= String(last));
    return groupsBy(rows, ({ night }) => night).map(([night, own]) => [
      ...[night, own.length, customersOf(own).size, moneyOrNull(own)],
    ]);
  },
  'product-distribution': (asked) => {
    const all = open(asked);
    return byProduct(all)
      .sort(([, a], [, b]) => sumOf(b) - sumOf(a))
      .map(([product, rows]) => [
        ...[product, rows.length, customersOf(rows).size, money(sumOf(rows))],
        sumOf(all) > 0 ? sumOf(rows) / sumOf(all) : null,
      ]);
  },
};
