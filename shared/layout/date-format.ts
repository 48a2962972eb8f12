/**
 * The offsets of the parts of a date or timestamp in its text. They are worked out once per layout, so that decoding a
 * value is reading digits at fixed offsets. A date in a packed or binary number is read as its digits.
 *
 *     dd/MM/yyyy  →  day at 0, month at 3, year at 6, '/' at 2 and 5
 *     yyyyDDD     →  2025224 is the 224th day, 12 August
 *     CyyMMdd     →  1250812: C is 0 for 19yy, 1 for 20yy, as on IBM i
 *     yyMMdd      →  250812, within the hundred years that begin with `pivotYear`
 */
export interface DateFormat {
  pattern: string;
  lengthBytes: number;
  /** Offsets into the text; -1 if the pattern has no such part. */
  yearAt: number;
  yearDigits: 2 | 4;
  /** The digit that counts centuries from 1900 on. */
  centuryAt: number;
  /** First year that two digits without a century can mean; 0 if the year has four digits or a century. */
  pivotYear: number;
  monthAt: number;
  dayAt: number;
  /** Three digits, in place of month and day. */
  dayOfYearAt: number;
  hourAt: number;
  minuteAt: number;
  secondAt: number;
  /** Fraction of a second: 1 to 6 digits. */
  fractionAt: number;
  fractionDigits: number;
  /** Bytes that must be exactly these. */
  literals: { at: number; byte: number }[];
}

type PartAt = Extract<keyof DateFormat, `${string}At`>;

const PARTS: Record<string, PartAt> = {
  yyyy: 'yearAt',
  yy: 'yearAt',
  C: 'centuryAt',
  MM: 'monthAt',
  dd: 'dayAt',
  DDD: 'dayOfYearAt',
  HH: 'hourAt',
  mm: 'minuteAt',
  ss: 'secondAt',
};

/**
 * Parses `yyyyMMdd`, `dd/MM/yyyy`, `yyyyDDD`, `yyyy-MM-dd HH:mm:ss.SSS` …. A string in place of a format says what is wrong with the
 * pattern. `pivotYear` is needed if the year has two digits and no century: 1950 makes 50 to 99 and 00 to 49 the years 1950 to 2049.
 */
export function parseDateFormat(
  pattern: string,
  kind: 'date' | 'timestamp',
  pivotYear?: number,
): DateFormat | string {
  const format: DateFormat = {
    pattern,
    lengthBytes: pattern.length,
    yearAt: -1,
    yearDigits: 4,
    centuryAt: -1,
    pivotYear: 0,
    monthAt: -1,
    dayAt: -1,
    dayOfYearAt: -1,
    hourAt: -1,
    minuteAt: -1,
    secondAt: -1,
    fractionAt: -1,
    fractionDigits: 0,
    literals: [],
  };
  for (const match of pattern.matchAll(/([A-Za-z])\1*|[^A-Za-z]/g)) {
    const token = match[0];
    const at = match.index;
    const part = PARTS[token];
    if (part !== undefined) {
      if (format[part] !== -1) return `'${pattern}' names the same part twice`;
      format[part] = at;
      if (token === 'yy') format.yearDigits = 2;
    } else if (/^S{1,6}$/.test(token) && format.fractionAt === -1) {
      format.fractionAt = at;
      format.fractionDigits = token.length;
    } else if (/^[\x21-\x40\x5b-\x60\x7b-\x7e ]$/.test(token) || (token === 'T' && kind === 'timestamp')) {
      format.literals.push({ at, byte: token.charCodeAt(0) });
    } else {
      return `'${token}' in '${pattern}' is not one of ${Object.keys(PARTS).join(', ')}, S to SSSSSS`;
    }
  }
  return dayProblem(format) ?? timeProblem(format, kind) ?? yearProblem(format, pivotYear) ?? format;
}

function dayProblem({ pattern, yearAt, monthAt, dayAt, dayOfYearAt }: DateFormat): string | undefined {
  if (dayOfYearAt >= 0 && (monthAt >= 0 || dayAt >= 0)) {
    return `'${pattern}' has DDD, the day of the year, beside MM or dd`;
  }
  if (yearAt < 0 || (dayOfYearAt < 0 && (monthAt < 0 || dayAt < 0))) {
    return `'${pattern}' needs yyyy (or yy), MM and dd, or yyyy and DDD`;
  }
  return undefined;
}

function timeProblem(
  { pattern, hourAt, minuteAt, secondAt }: DateFormat,
  kind: 'date' | 'timestamp',
): string | undefined {
  if (kind === 'date' && (hourAt >= 0 || minuteAt >= 0 || secondAt >= 0)) {
    return `'${pattern}' has a time of day; the type would be timestamp`;
  }
  if (kind === 'timestamp' && hourAt < 0) {
    return `'${pattern}' has no HH; without a time of day the type would be date`;
  }
  return undefined;
}

/** Decides what two digits of a year mean. */
function yearProblem(format: DateFormat, pivotYear: number | undefined): string | undefined {
  const { pattern, yearDigits, centuryAt } = format;
  if (centuryAt >= 0 && yearDigits === 4) return `'${pattern}' has C beside a year of four digits`;
  const needsPivot = yearDigits === 2 && centuryAt < 0;
  if (!needsPivot) {
    return pivotYear === undefined
      ? undefined
      : `'pivotYear' is for a year of two digits, and '${pattern}' has none`;
  }
  if (pivotYear === undefined) {
    return `'${pattern}' has a year of two digits: say 'pivotYear', the first year it can mean (1950: 50 is 1950, 49 is 2049)`;
  }
  format.pivotYear = pivotYear;
  return undefined;
}
