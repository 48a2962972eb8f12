/**
 * Where the parts of a date or timestamp stand in its text. Chosen once a layout, so that decoding a value
 * is reading digits at fixed offsets.
 *
 *     dd/MM/yyyy  →  day at 0, month at 3, year at 6, '/' at 2 and 5
 */
export interface DateFormat {
  pattern: string;
  lengthBytes: number;
  /** Offsets into the text; -1 where the pattern has no such part. */
  yearAt: number;
  monthAt: number;
  dayAt: number;
  hourAt: number;
  minuteAt: number;
  secondAt: number;
  /** Fraction of a second: 1 to 6 digits. */
  fractionAt: number;
  fractionDigits: number;
  /** Every byte that must stand as it is. */
  literals: { at: number; byte: number }[];
}

/** Parses `yyyyMMdd`, `dd/MM/yyyy`, `yyyy-MM-dd HH:mm:ss.SSS` …; a string instead says what is wrong with it. */
export function parseDateFormat(pattern: string, kind: 'date' | 'timestamp'): DateFormat | string {
  const format: DateFormat = {
    pattern,
    lengthBytes: pattern.length,
    yearAt: -1,
    monthAt: -1,
    dayAt: -1,
    hourAt: -1,
    minuteAt: -1,
    secondAt: -1,
    fractionAt: -1,
    fractionDigits: 0,
    literals: [],
  };
  const once = (key: 'yearAt' | 'monthAt' | 'dayAt' | 'hourAt' | 'minuteAt' | 'secondAt', at: number) => {
    if (format[key] !== -1) return `'${pattern}' names the same part twice`;
    format[key] = at;
    return undefined;
  };
  for (const match of pattern.matchAll(/([A-Za-z])\1*|[^A-Za-z]/g)) {
    const token = match[0];
    const at = match.index;
    let problem: string | undefined;
    if (token === 'yyyy') problem = once('yearAt', at);
    else if (token === 'MM') problem = once('monthAt', at);
    else if (token === 'dd') problem = once('dayAt', at);
    else if (token === 'HH') problem = once('hourAt', at);
    else if (token === 'mm') problem = once('minuteAt', at);
    else if (token === 'ss') problem = once('secondAt', at);
    else if (/^S{1,6}$/.test(token) && format.fractionAt === -1) {
      format.fractionAt = at;
      format.fractionDigits = token.length;
    } else if (/^[\x21-\x40\x5b-\x60\x7b-\x7e ]$/.test(token) || (token === 'T' && kind === 'timestamp')) {
      format.literals.push({ at, byte: token.charCodeAt(0) });
    } else problem = `'${token}' in '${pattern}' is not one of yyyy, MM, dd, HH, mm, ss, S to SSSSSS`;
    if (problem) return problem;
  }
  if (format.yearAt < 0 || format.monthAt < 0 || format.dayAt < 0) {
    return `'${pattern}' needs yyyy, MM and dd`;
  }
  if (kind === 'date' && (format.hourAt >= 0 || format.minuteAt >= 0 || format.secondAt >= 0)) {
    return `'${pattern}' has a time of day; the type would be timestamp`;
  }
  if (kind === 'timestamp' && format.hourAt < 0) {
    return `'${pattern}' has no HH; without a time of day the type would be date`;
  }
  return format;
}
