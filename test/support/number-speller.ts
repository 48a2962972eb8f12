import { PUNCHED_ROWS } from './form-encoders.ts';

/**
 * How amounts are written in files, from their descriptions in print and from nothing of the decoder. A value is its digits without
 * point, and the number of its decimals.
 */
export interface Spelling {
  scale: number;
  point: 'none' | '.' | ',';
  thousands: '' | '.' | ',' | ' ' | "'";
  sign: 'none' | 'leading' | 'trailing' | 'leading-separate' | 'trailing-separate' | 'marks';
  /** The characters of signed digits. */
  dialect: 'ibm' | 'microfocus' | 'fujitsu';
  /** A plus is left out. */
  blankPlus: boolean;
  negative: string[];
  positive: string[];
  side: 'before' | 'after';
  justify: 'left' | 'right';
  fill: ' ' | '0';
  /** Zeros at the end of the decimals that are left out, at most. */
  dropped: number;
}

/** The text of a value in a field of `width` characters; undefined if it does not fit, or if a text has no place for its sign. */
export function spell(value: bigint, width: number, spelling: Spelling): string | undefined {
  const isMinus = value < 0n;
  const { sign, point, blankPlus } = spelling;
  if (isMinus && sign === 'none') return undefined;
  const body = digitsOf(isMinus ? -value : value, spelling);
  const separate = isMinus ? '-' : blankPlus ? ' ' : '+';
  const zeros = (text: string, room: number) =>
    spelling.fill === '0' && spelling.justify === 'right' && spelling.thousands === ''
      ? text.padStart(room, '0')
      : text;
  let text: string;
  if (sign === 'leading-separate') text = separate + zeros(body, width - 1);
  else if (sign === 'trailing-separate') text = zeros(body, width - 1) + separate;
  else if (sign === 'marks') text = marked(body, isMinus, spelling);
  else text = zeros(body, width);
  if (sign === 'leading' || sign === 'trailing') {
    if (point !== 'none') return undefined;
    const whole = sign === 'leading' ? text.padStart(width, '0') : text;
    const at = sign === 'leading' ? 0 : whole.length - 1;
    const row = PUNCHED_ROWS[spelling.dialect][isMinus ? 'minus' : 'plus'];
    text = whole.slice(0, at) + row[Number(whole[at])] + whole.slice(at + 1);
  }
  if (text.length > width) return undefined;
  return spelling.justify === 'left' ? text.padEnd(width) : text.padStart(width);
}

function digitsOf(magnitude: bigint, { scale, point, thousands, dropped }: Spelling): string {
  const all = String(magnitude).padStart(scale + 1, '0');
  if (point === 'none') {
    return thousands === '' ? String(magnitude) : grouped(String(magnitude), thousands);
  }
  const whole = all.slice(0, all.length - scale);
  let decimals = all.slice(all.length - scale);
  for (let left = dropped; left > 0 && decimals.endsWith('0'); left--) decimals = decimals.slice(0, -1);
  return grouped(whole, thousands) + (decimals === '' ? '' : point + decimals);
}

function grouped(digits: string, separator: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, separator);
}

function marked(body: string, isMinus: boolean, { negative, positive, side, blankPlus }: Spelling): string {
  const [mark] = isMinus ? negative : positive;
  if (mark === undefined || (!isMinus && blankPlus)) return body;
  if (mark === '()') return `(${body})`;
  return side === 'before' ? mark + body : body + mark;
}

/** Does a text plainly mean a value? Blanks around signs and digits mean nothing, and nor do zeros before and after a number. */
export function means(text: string, value: bigint, spelling: Spelling, isPointSaid: boolean): boolean {
  const { point, thousands, sign } = spelling;
  const magnitude = value < 0n ? -value : value;
  if (point !== 'none' && !isPointSaid && /(^|\D)\d{1,3}[.,]\d{3}(\D|$)/.test(text)) return false;
  const escaped = thousands && `\\${thousands}`;
  const group = new RegExp(`(?<!\\d)\\d{1,3}(?:${escaped}\\d{3})+(?!\\d|${escaped}\\d)`, 'g');
  const plain = thousands === '' ? text : text.replace(group, (found) => found.replaceAll(thousands, ''));
  const bodies = bodyPattern(magnitude, spelling, isPointSaid);
  return (
    signPatterns(bodies, value, spelling).some((pattern) => new RegExp(`^ *${pattern} *$`).test(plain)) &&
    (sign === 'leading' || sign === 'trailing' || /\d/.test(plain))
  );
}

function bodyPattern(magnitude: bigint, { scale, point }: Spelling, isPointSaid: boolean): string {
  const all = String(magnitude).padStart(scale + 1, '0');
  if (point === 'none') return `0*${magnitude === 0n ? '' : magnitude}`;
  const whole = all.slice(0, all.length - scale).replace(/^0+/, '');
  const decimals = all.slice(all.length - scale).replace(/0+$/, '');
  const points = isPointSaid ? `\\${point}` : '[.,]';
  return `0*${whole}${decimals === '' ? `(?:${points}0*)?` : `${points}${decimals}0*`}`;
}

function signPatterns(body: string, value: bigint, spelling: Spelling): string[] {
  const { sign, negative, positive, blankPlus, dialect } = spelling;
  const quote = (text: string) => text.replace(/[-()+$.*?^{}|[\]\\]/g, '\\$&');
  const isEither = value === 0n;
  const unsigned = blankPlus && value >= 0n ? [body] : [];
  const separate = isEither ? '[-+]' : value < 0n ? '-' : '\\+';
  switch (sign) {
    case 'none':
      return value < 0n ? [] : [body];
    case 'leading-separate':
      return [`${separate} *${body}`, ...unsigned.map((one) => ` ${one}`)];
    case 'trailing-separate':
      return [`${body} *${separate}`, ...unsigned.map((one) => `${one} `)];
    case 'marks': {
      const marks = isEither ? [...negative, ...positive] : value < 0n ? negative : positive;
      const sides = marks.flatMap((mark) =>
        mark === '()' ? [`\\( *${body} *\\)`] : [`${quote(mark)} *${body}`, `${body} *${quote(mark)}`],
      );
      return [...sides, ...unsigned];
    }
    case 'leading':
    case 'trailing': {
      const digits = String(value < 0n ? -value : value);
      const rows = PUNCHED_ROWS[dialect];
      const signs = isEither ? ['plus', 'minus'] : value < 0n ? ['minus'] : ['plus'];
      const punch = (digit: string) => [
        ...signs.map((one) => quote(rows[one as 'plus' | 'minus'][Number(digit)]!)),
        ...(value < 0n ? [] : [digit]),
      ];
      if (sign === 'trailing')
        return punch(digits.at(-1)!).map((last) => `0*${digits === '0' ? '' : digits.slice(0, -1)}${last}`);
      // The first character is a digit of the number, or a zero before it.
      return [
        ...punch('0').map((first) => `${first}0*${digits === '0' ? '' : digits}`),
        ...punch(digits[0]!).map((first) => `${first}${digits.slice(1)}`),
      ];
    }
  }
}
