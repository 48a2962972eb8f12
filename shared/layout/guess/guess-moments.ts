import type { GuessedRecords } from './guessed-records.ts';
import type { Positions } from './positions.ts';

/** A date or timestamp that a column seems to hold. */
interface MomentGuess {
  from: number;
  to: number;
  type: 'date' | 'timestamp';
  format: string;
}

/** The same digits may be days in two formats, so they are read in neither. */
interface AmbiguousMoment {
  from: number;
  to: number;
  formats: string[];
}

const DATES = [
  'yyyy-MM-dd',
  'yyyy/MM/dd',
  'yyyy.MM.dd',
  'dd.MM.yyyy',
  'dd/MM/yyyy',
  'dd-MM-yyyy',
  'MM/dd/yyyy',
  'MM-dd-yyyy',
];
const DIGIT_DATES = ['yyyyMMdd', 'ddMMyyyy', 'MMddyyyy'];
const TIMES = [
  '-HH.mm.ss.SSSSSS',
  '-HH.mm.ss.SSS',
  '-HH.mm.ss',
  ...[' ', 'T'].flatMap((gap) =>
    [6, 3, 0].map((digits) => `${gap}HH:mm:ss${digits ? `.${'S'.repeat(digits)}` : ''}`),
  ),
  ' HH:mm',
];
/** Longer formats first: a date is the beginning of a timestamp. */
const FORMATS = [
  ...DATES.flatMap((date) => TIMES.map((time) => date + time)),
  'yyyyMMddHHmmss',
  ...DATES,
  ...DIGIT_DATES,
];
/** Years in which a single day, all that a column holds, is a day rather than a number. */
const BUSINESS_YEARS = { from: 1980, to: 2069 };
const ENOUGH_DAYS = 3;

/**
 * Columns that hold days in every record, blanks, zeros and nines aside. Chance makes eight digits a day once in some thousand; what
 * makes false dates is structure: a counter whose last digits are years, leading zeros before a year, one number in all
 * records. So the days must differ in more than the year, or, if there are few, must not be the end of a longer number.
 */
export function guessMoments(
  records: GuessedRecords,
  positions: Positions,
): { moments: MomentGuess[]; ambiguous: AmbiguousMoment[] } {
  const found: (MomentGuess & { days: number })[] = [];
  for (const format of FORMATS) {
    for (let from = 0; from + format.length <= positions.count; from++) {
      if (!fits(positions, from, format)) continue;
      const days = daysOf(records, positions, from, format);
      if (days === undefined) continue;
      found.push({
        from,
        to: from + format.length,
        type: format.includes('HH') ? 'timestamp' : 'date',
        format,
        days,
      });
    }
  }
  const moments: MomentGuess[] = [];
  const ambiguous: AmbiguousMoment[] = [];
  // The longest first, then those with most days, then the order of the formats, then from the left.
  found.sort(
    (a, b) =>
      b.format.length - a.format.length ||
      b.days - a.days ||
      FORMATS.indexOf(a.format) - FORMATS.indexOf(b.format) ||
      a.from - b.from,
  );
  for (const guess of found) {
    if ([...moments, ...ambiguous].some(({ from, to }) => from < guess.to && guess.from < to)) continue;
    const { from, to, type, format } = guess;
    const formats = found
      .filter((other) => other.from === from && other.to === to)
      .map((other) => other.format);
    if (formats.length > 1) ambiguous.push({ from, to, formats });
    else moments.push({ from, to, type, format });
  }
  return { moments, ambiguous };
}

/** Can it stand there, by the characters at each offset alone? */
function fits(positions: Positions, from: number, format: string): boolean {
  for (let index = 0; index < format.length; index++) {
    const part = format.charCodeAt(index);
    const isPart = /[yMdHmsS]/.test(format.charAt(index));
    if (isPart ? !positions.isDigits(from + index) : !isLiteral(positions, from + index, part)) return false;
  }
  return true;
}

function isLiteral(positions: Positions, at: number, character: number): boolean {
  const times = positions.times(at, character);
  if (character === 0x20) return times === positions.recordCount;
  return times > 0 && times + positions.blanks(at) === positions.recordCount;
}

/** Number of different days, or undefined if a value is none, or if the values are rather a number. */
function daysOf(
  records: GuessedRecords,
  positions: Positions,
  from: number,
  format: string,
): number | undefined {
  const yearAt = format.indexOf('yyyy');
  const monthAt = format.indexOf('MM');
  const dayAt = format.indexOf('dd');
  const hourAt = format.indexOf('HH');
  const days = new Set<number>();
  const years = new Set<number>();
  const daysWithoutYear = new Set<number>();
  const timesOfDay = new Set<string>();
  for (let record = 0; record < records.count; record++) {
    const number = (offset: number, length: number) => {
      let value = 0;
      for (let at = from + offset; at < from + offset + length; at++)
        value = value * 10 + records.charAt(record, at) - 0x30;
      return value;
    };
    if (isAside(records, record, from, format)) continue;
    const [year, month, day] = [number(yearAt, 4), number(monthAt, 2), number(dayAt, 2)];
    if (!isDay(year, month, day) || !isTimeOfDay(format, number)) return undefined;
    years.add(year);
    if (hourAt >= 0 && timesOfDay.size < ENOUGH_DAYS * 10)
      timesOfDay.add(records.text(record, from + hourAt, from + hourAt + 4));
    daysWithoutYear.add(month * 100 + day);
    days.add((year * 100 + month) * 100 + day);
  }
  if (days.size === 0) return undefined;
  if (/[^yMdHmsS]/.test(format)) return days.size;
  // A small number after a day, 0000001, is a second of each night.
  if (hourAt >= 0 && timesOfDay.size < ENOUGH_DAYS) return undefined;
  if (days.size >= ENOUGH_DAYS) return daysWithoutYear.size > 1 ? days.size : undefined;
  const isBusiness = [...years].every((year) => year >= BUSINESS_YEARS.from && year <= BUSINESS_YEARS.to);
  return isBusiness && !endsNumber(positions, from) ? days.size : undefined;
}

/** Two zeros before it in every record: the digits are the end of a longer number. */
function endsNumber(positions: Positions, from: number): boolean {
  return from >= 2 && positions.isOnly(from - 1, 0x30) && positions.isOnly(from - 2, 0x30);
}

/** Blank, or zeros or nines in place of each digit: "no date" in many systems. */
function isAside(records: GuessedRecords, record: number, from: number, format: string): boolean {
  let first = 0;
  for (let index = 0; index < format.length; index++) {
    const character = records.charAt(record, from + index);
    if (!/[yMdHmsS]/.test(format.charAt(index))) continue;
    if (first === 0) first = character;
    if (character !== first || (first !== 0x20 && first !== 0x30 && first !== 0x39)) return false;
  }
  return true;
}

function isDay(year: number, month: number, day: number): boolean {
  // 9999-12-31 and 0001-01-01 mean "no date" in many business systems.
  if ((year === 9999 && month === 12 && day === 31) || (year === 1 && month === 1 && day === 1)) return true;
  if (!(year >= 1850 && year <= 2200 && month >= 1 && month <= 12 && day >= 1)) return false;
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return day <= [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]!;
}

function isTimeOfDay(format: string, number: (offset: number, length: number) => number): boolean {
  const hourAt = format.indexOf('HH');
  if (hourAt < 0) return true;
  const secondAt = format.indexOf('ss');
  const [hour, minute, second] = [
    number(hourAt, 2),
    number(format.indexOf('mm'), 2),
    secondAt < 0 ? 0 : number(secondAt, 2),
  ];
  // Db2 writes the end of a day as hour 24.
  return (hour < 24 && minute < 60 && second < 60) || (hour === 24 && minute === 0 && second === 0);
}
