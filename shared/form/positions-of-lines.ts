import { lengthIn } from '../decode/characters.ts';
import type { Layout } from '../layout/layout.ts';
import { type FormFinding, type FormSample, sampledLines } from './form-sample.ts';

const CR = 0x0d;

/** Lines of UTF-8 that are all whole if they are measured in bytes, and the layout counts characters; or the other way round. */
export function otherPositions(sample: FormSample, { encoding, record }: Layout): FormFinding | undefined {
  if (encoding !== 'utf-8' || record.format !== 'lines') return undefined;
  const whole = record.lengthBytes;
  /** Bytes that lines have beyond their characters. */
  const more = new Set<number>();
  let count = 0;
  for (const sampled of sampledLines(sample, record)) {
    const line = sampled.at(-1) === CR ? sampled.subarray(0, -1) : sampled;
    const characters = lengthIn('characters', line);
    if (characters === undefined || characters === line.length) continue;
    const isOther =
      record.positions === 'bytes'
        ? characters === whole && line.length > whole
        : line.length === whole && characters < whole;
    if (!isOther) return undefined;
    more.add(line.length - characters);
    count++;
  }
  // A short line may have the other length by chance; several that lack differently much do not.
  const isProven = record.positions === 'bytes' ? count > 0 : count > 2 && more.size > 1;
  if (!isProven) return undefined;
  const found = record.positions === 'bytes' ? 'characters' : 'bytes';
  return {
    what: `all lines with letters of several bytes have ${whole} ${found}, the length of a record, so that positions count ${found}; the layout says ${record.positions}`,
    next: `Say "positions": "${found}" in the layout.`,
  };
}
