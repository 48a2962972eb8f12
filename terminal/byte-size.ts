import { UsageError } from '../shared/errors.ts';

const UNITS: Record<string, number> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 1024,
  MIB: 1024 ** 2,
  GIB: 1024 ** 3,
  TIB: 1024 ** 4,
};

/** `128MiB` → 134217728. */
export function parseByteSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(text);
  const unit = UNITS[(match?.[2] ?? '?').toUpperCase()];
  const bytes = match && unit ? Math.round(Number(match[1]) * unit) : 0;
  if (bytes < 1) {
    throw new UsageError({
      what: `'${text}' is not a size`,
      next: 'Give a number of bytes, or one with KB, MB, GB, TB, KiB, MiB, GiB or TiB, such as 128MiB.',
    });
  }
  return bytes;
}

/** 134217728 → `134 MB`. */
export function byteSizeText(bytes: number): string {
  for (const [unit, size] of [
    ['TB', 1e12],
    ['GB', 1e9],
    ['MB', 1e6],
    ['kB', 1e3],
  ] as const) {
    if (bytes >= size) return `${(bytes / size).toFixed(bytes >= size * 100 ? 0 : 1)} ${unit}`;
  }
  return `${bytes} bytes`;
}
