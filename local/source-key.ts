import { basename, relative, sep } from 'node:path';

/** The key of an input file: its path below `rawRoot`, else its name. Both paths are absolute. */
export function sourceKeyOf(input: string, rawRoot: string | undefined): string {
  return rawRoot === undefined ? basename(input) : relative(rawRoot, input).split(sep).join('/');
}
