/** Numbers, amounts and times as the readers of a language write them. Decimals stay exact: their digits are grouped, never calculated. */
export class FigureTexts {
  private readonly language: string;
  private readonly timeZone: string;
  private readonly groupSign: string;
  private readonly pointSign: string;

  constructor(language: string, timeZone: string) {
    // Days before months, and hours to 24, as the sender's systems have them.
    this.language = language === 'en' ? 'en-GB' : language;
    this.timeZone = timeZone;
    const parts = new Intl.NumberFormat(this.language).formatToParts(12345.6);
    const sign = (type: string, otherwise: string) =>
      parts.find((part) => part.type === type)?.value ?? otherwise;
    this.groupSign = sign('group', ',');
    this.pointSign = sign('decimal', '.');
  }

  count(value: number): string {
    return this.decimal(String(value));
  }

  /** `-1234567.50` → `-1,234,567.50`, or `-1.234.567,50`. A text that is no number stays as it is. */
  decimal(text: string): string {
    const [, minus, whole, fraction] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
    if (whole === undefined) return text;
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, () => this.groupSign);
    return `${minus ? '−' : ''}${grouped}${fraction === undefined ? '' : `${this.pointSign}${fraction}`}`;
  }

  /** `10.4 GB`, in powers of ten. */
  bytes(value: number): string {
    const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
    let [size, unit] = [value, 0];
    while (size >= 1000 && unit < units.length - 1) {
      size /= 1000;
      unit++;
    }
    return `${this.fixed(size, unit === 0 || size >= 100 ? 0 : 1)} ${units[unit]}`;
  }

  /** Of hundredths of a percent: 125 → `+1.25 %`. */
  signedPercent(basisPoints: number): string {
    const sign = basisPoints > 0 ? '+' : basisPoints < 0 ? '−' : '±';
    return `${sign}${this.fixed(Math.abs(basisPoints) / 100, 2)} %`;
  }

  percent(share: number): string {
    const percent = share * 100;
    return `${this.fixed(percent, percent > 0 && percent < 1 ? 3 : 1)} %`;
  }

  usd(value: number): string {
    return `US$ ${this.fixed(value, value < 1 ? 4 : 2)}`;
  }

  /** `3 h 18 min`, `4.2 s`, `120 ms`. */
  duration(ms: number): string {
    if (ms < 1000) return `${Math.round(ms)} ms`;
    if (ms < 60_000) return `${this.fixed(ms / 1000, 1)} s`;
    const minutes = Math.floor(ms / 60_000);
    if (minutes < 60) {
      const seconds = Math.floor((ms % 60_000) / 1000);
      return seconds === 0 ? `${minutes} min` : `${minutes} min ${seconds} s`;
    }
    const rest = minutes % 60;
    return `${this.count(Math.floor(minutes / 60))} h${rest === 0 ? '' : ` ${rest} min`}`;
  }

  /** `05:42`, `05:42:07` or `05:42:07.3`, as exact as asked for. */
  clock(at: string, exact: 'minutes' | 'seconds' | 'tenths'): string {
    const two = '2-digit' as const;
    return this.moment(at, {
      ...{ hour: two, minute: two, hourCycle: 'h23' },
      ...(exact !== 'minutes' && { second: two }),
      ...(exact === 'tenths' && { fractionalSecondDigits: 1 }),
    });
  }

  /** Date and time. */
  dateAndTime(at: string): string {
    return this.moment(at, {
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    });
  }

  /** A business date with its weekday. */
  day(date: string, weekday: 'long' | 'short' = 'long'): string {
    const month = weekday === 'long' ? 'long' : '2-digit';
    const options = { weekday, day: 'numeric', month, year: 'numeric', timeZone: 'UTC' } as const;
    return new Intl.DateTimeFormat(this.language, options).format(Date.parse(`${date}T00:00:00Z`));
  }

  /** A business date where there is little room: `13/08`. */
  shortDay(date: string): string {
    const options = { day: '2-digit', month: '2-digit', timeZone: 'UTC' } as const;
    return new Intl.DateTimeFormat(this.language, options).format(Date.parse(`${date}T00:00:00Z`));
  }

  weekday(date: string): string {
    const options = { weekday: 'short', timeZone: 'UTC' } as const;
    return new Intl.DateTimeFormat(this.language, options).format(Date.parse(`${date}T00:00:00Z`));
  }

  /** `2025-08` → `August 2025`. */
  month(month: string): string {
    const options = { month: 'long', year: 'numeric', timeZone: 'UTC' } as const;
    return new Intl.DateTimeFormat(this.language, options).format(Date.parse(`${month}-01T00:00:00Z`));
  }

  fixed(value: number, digits: number): string {
    return new Intl.NumberFormat(this.language, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(value);
  }

  private moment(at: string, options: Intl.DateTimeFormatOptions): string {
    return new Intl.DateTimeFormat(this.language, { ...options, timeZone: this.timeZone }).format(
      Date.parse(at),
    );
  }
}
