import { DECIMAL_DIGITS } from '../field-type.ts';

/**
 * The meaning of a PICTURE.
 *
 *     X(30)        alphanumeric   30 characters
 *     S9(13)V99    numeric        15 digits, scale 2, signed
 *     9(5)P(3)     numeric         5 digits, scale -3: 12345 means 12345000
 *     VP(3)99      numeric         2 digits, scale 5: 12 means 0.00012
 *     -ZZZ.ZZ9,99  edited         11 characters, read as text
 *     N(10)        national       10 characters of UTF-16
 */
export interface Picture {
  /** Upper case, as written. */
  text: string;
  category: 'alphanumeric' | 'numeric' | 'edited' | 'national';
  /** Character positions; for a number its digits, without a separate sign. */
  characters: number;
  signed: boolean;
  /** Digits of a number that are stored. */
  digits: number;
  /** Digits after the point; negative if the picture ends in Ps. */
  scale: number;
}

interface PictureProblem {
  /** Offset into the text. */
  at: number;
  found: string;
  expected: string;
}

/** The most character positions of one item. */
const MAX_CHARACTERS = 1_048_576;
const SYMBOL = /CR|DB|[AX9NSVPZBE0*+\-,./$£€¥]/y;
const EDITING = /^(?:Z|\*|\+|-|,|\.|\/|B|0|E|\$|£|€|¥|CR|DB)$/;

interface Run {
  symbol: string;
  count: number;
  at: number;
}

/** Parses `S9(13)V99`; returns a problem if the picture is wrong. */
export function parsePicture(written: string): Picture | PictureProblem {
  const text = written.toUpperCase();
  const runs = runsOf(text);
  if ('found' in runs) return runs;
  const total = runs.reduce((sum, run) => sum + run.count, 0);
  if (total > MAX_CHARACTERS) {
    return { at: 0, found: `${total} positions`, expected: `at most ${MAX_CHARACTERS}` };
  }
  const has = (pattern: RegExp) => runs.some(({ symbol }) => pattern.test(symbol));
  const picture = { text, signed: false, digits: 0, scale: 0, characters: charactersOf(runs) };
  const wrong = (pattern: RegExp, expected: string): PictureProblem | undefined => {
    const run = runs.find(({ symbol }) => !pattern.test(symbol));
    return run && { at: run.at, found: `'${run.symbol}'`, expected };
  };
  if (has(/^N$/)) {
    return (
      wrong(/^N$/, 'N only in a national picture (national edited ones are not read)') ?? {
        ...picture,
        category: 'national',
      }
    );
  }
  if (has(EDITING)) {
    if (has(/^[AX]$/)) {
      return (
        wrong(/^[AX9B0/]$/, 'A, X, 9, B, 0 and / in an edited text') ?? { ...picture, category: 'edited' }
      );
    }
    if (!has(/^(9|Z|\*)$/) && !runs.some(({ symbol, count }) => /^[+\-$£€¥]$/.test(symbol) && count > 1)) {
      return { at: 0, found: 'no digit position', expected: '9, Z, * or a floating sign' };
    }
    return wrong(/^[^S]/, 'S in unedited pictures only') ?? { ...picture, category: 'edited' };
  }
  if (has(/^[AX]$/)) {
    return wrong(/^[AX9]$/, 'A, X and 9 only in a text') ?? { ...picture, category: 'alphanumeric' };
  }
  return numeric(runs, text);
}

function runsOf(text: string): Run[] | PictureProblem {
  const runs: Run[] = [];
  let at = 0;
  while (at < text.length) {
    SYMBOL.lastIndex = at;
    const symbol = SYMBOL.exec(text)?.[0];
    if (symbol === undefined) {
      return {
        at,
        found: `'${text[at]}'`,
        expected:
          text[at] === 'G' ? 'no DBCS picture: G is not read' : 'a picture symbol such as X, 9, S, V, P, Z',
      };
    }
    const start = at;
    at += symbol.length;
    let count = 1;
    if (text[at] === '(') {
      const repetition = /^\((\d+)\)/.exec(text.slice(at));
      count = Number(repetition?.[1] ?? 0);
      if (!repetition || count < 1) {
        return { at, found: `'${text.slice(at, at + 12)}'`, expected: 'a repetition such as (5)' };
      }
      at += repetition[0].length;
    }
    const last = runs.at(-1);
    if (last?.symbol === symbol) last.count += count;
    else runs.push({ symbol, count, at: start });
  }
  return runs;
}

function charactersOf(runs: Run[]): number {
  return runs.reduce((sum, { symbol, count }) => {
    if (/^[SVP]$/.test(symbol)) return sum;
    return sum + symbol.length * count;
  }, 0);
}

/** `[S] [V] P… 9… ` or `[S] 9… [V] 9…` or `[S] 9… P… [V]`. */
function numeric(runs: Run[], text: string): Picture | PictureProblem {
  const order = runs.map(({ symbol }) => symbol).join('');
  const once = runs.find(({ symbol, count }) => /^[SV]$/.test(symbol) && count > 1);
  if (once || !/^S?(?:V?P9|9|9V9|V9|9V|9PV?)$/.test(order)) {
    return {
      at: once?.at ?? 0,
      found: `'${text}'`,
      expected: 'S first, V once, digits, and Ps at one end of them',
    };
  }
  const countOf = (symbol: string) =>
    runs.reduce((sum, run) => sum + (run.symbol === symbol ? run.count : 0), 0);
  const digits = countOf('9');
  const zeros = countOf('P');
  const pointAt = runs.findIndex(({ symbol }) => symbol === 'V');
  let scale =
    pointAt < 0 ? 0 : runs.slice(pointAt).reduce((sum, run) => sum + (run.symbol === '9' ? run.count : 0), 0);
  if (zeros > 0) scale = order.indexOf('P') < order.indexOf('9') ? zeros + digits : -zeros;
  if (Math.max(digits, scale, digits + zeros) > DECIMAL_DIGITS) {
    return { at: 0, found: `${digits + zeros} digits`, expected: `at most ${DECIMAL_DIGITS}` };
  }
  return {
    text,
    category: 'numeric',
    characters: digits,
    signed: order.startsWith('S'),
    digits,
    scale,
  };
}
