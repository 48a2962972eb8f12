import type { Chances } from '../../chaos/fault-plan.ts';
import type { SenderPage } from './sender-page.ts';
import { type Cell, oneOf, type SheetField } from './sheet-field.ts';

const MS_PER_DAY = 86_400_000;
/** The years are such that no day of one format is a day of another one of the same length. */
const FIRST_DAY_MS = Date.UTC(2013, 0, 1);
const DAYS = 7_000;

interface Day {
  year: string;
  month: string;
  day: string;
  dayOfYear: string;
}

/** By format: how it is written, and a format of the same length that programs use as well. */
const FORMATS: Record<string, { write: (day: Day) => string; other: (day: Day) => string }> = {
  yyyyMMdd: {
    write: ({ year, month, day }) => year + month + day,
    other: ({ year, month, day }) => day + month + year,
  },
  ddMMyyyy: {
    write: ({ year, month, day }) => day + month + year,
    other: ({ year, month, day }) => year + month + day,
  },
  'yyyy-MM-dd': {
    write: ({ year, month, day }) => `${year}-${month}-${day}`,
    other: ({ year, month, day }) => `${day}/${month}/${year}`,
  },
  'dd/MM/yyyy': {
    write: ({ year, month, day }) => `${day}/${month}/${year}`,
    other: ({ year, month, day }) => `${year}-${month}-${day}`,
  },
  yyyyDDD: {
    write: ({ year, dayOfYear }) => year + dayOfYear,
    other: ({ dayOfYear, year }) => `${dayOfYear} ${year}`.slice(0, 7),
  },
};

function partsOf(ms: number): Day {
  const [year = '', month = '', day = ''] = new Date(ms).toISOString().slice(0, 10).split('-');
  const dayOfYear = String((ms - Date.UTC(Number(year), 0, 1)) / MS_PER_DAY + 1).padStart(3, '0');
  return { year, month, day, dayOfYear };
}

/** A day in text. */
export function dateField(name: string, page: SenderPage, chances: Chances): SheetField {
  const format = chances.of(Object.keys(FORMATS));
  const { write, other } = FORMATS[format]!;
  return {
    name,
    widthBytes: format.length,
    entry: { type: 'date', format },
    isText: false,
    draw(random): Cell {
      if (random.happens(0.1)) {
        return { meant: null, bytes: new Array<number>(format.length).fill(page.space) };
      }
      const ms = FIRST_DAY_MS + random.below(DAYS) * MS_PER_DAY;
      return { meant: new Date(ms).toISOString().slice(0, 10), bytes: page.bytesOf(write(partsOf(ms))) };
    },
    misspell(random, { meant }) {
      if (meant === null) return undefined;
      const parts = partsOf(Date.parse(meant));
      const blankPadded = write({
        ...parts,
        month: parts.month.replace(/^0/, ' '),
        day: parts.day.replace(/^0/, ' '),
      });
      const written = write(parts);
      return oneOf(random, format.length, [
        ['date of another format', page.bytesOf(other(parts))],
        ['date with blanks for zeros', blankPadded === written ? undefined : page.bytesOf(blankPadded)],
        ['date with a NUL in it', page.bytesOf(written).with(random.below(format.length), 0)],
        [
          'date with a letter in it',
          page.bytesOf(written).with(random.below(format.length), page.bytesOf('O')[0]!),
        ],
      ]);
    },
  };
}

/** A moment as Db2 writes it, to the millisecond. */
export function momentField(name: string, page: SenderPage): SheetField {
  const format = 'yyyy-MM-dd-HH.mm.ss.SSS';
  const write = (ms: number) =>
    new Date(ms).toISOString().slice(0, 23).replace('T', '-').replaceAll(':', '.');
  return {
    name,
    widthBytes: format.length,
    entry: { type: 'timestamp', format },
    isText: false,
    draw(random): Cell {
      const isMidnight = random.happens(0.2);
      const ms = FIRST_DAY_MS + random.below(DAYS) * MS_PER_DAY + (isMidnight ? 0 : random.below(MS_PER_DAY));
      return { meant: String(ms), bytes: page.bytesOf(write(ms)) };
    },
    misspell(random, { meant }) {
      const ms = Number(meant);
      const written = write(ms);
      const isMidnight = ms % MS_PER_DAY === 0;
      const lastHour = `${write(ms - MS_PER_DAY).slice(0, 11)}24.00.00.000`;
      return oneOf(random, format.length, [
        ['midnight as hour 24 of the day before', isMidnight ? page.bytesOf(lastHour) : undefined],
        [
          'time with colons',
          page.bytesOf(`${written.slice(0, 11)}${written.slice(11).replaceAll('.', ':')}`),
        ],
        ['time with a T', page.bytesOf(`${written.slice(0, 10)}T${written.slice(11)}`)],
      ]);
    },
  };
}
