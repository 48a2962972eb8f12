import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OutputsDiffer } from './compare-outputs.ts';
import { type Arena, type Contestant, PROGRAM, type Said, sizeOf, timedProcess } from './contestant.ts';
import { terminatorBytesOf } from './workload.ts';

const FILE_BYTES = 1_000_000;
/** More would take minutes and say the same. */
const MOST_FILES = 100;

export const SMALL_FILES = 'convert, 2 workers, files of 1 MB';

/** Converts the beginning of the workload's file in files of 1 MB, all by one command; their day is published once. */
export function smallFiles({ path, layout, layoutPath, scratchDir }: Arena): Contestant {
  const strideBytes = layout.record.lengthBytes + terminatorBytesOf(layout);
  const fileBytes = Math.floor(FILE_BYTES / strideBytes) * strideBytes;
  const fileCount = Math.min(MOST_FILES, Math.floor(statSync(path).size / fileBytes));
  const { recordCount, inputBytes } = sizeOf(fileCount * fileBytes, layout);
  const outDir = join(scratchDir, 'small-files-lake');
  let paths: Promise<string[]> | undefined;
  return {
    ...{ name: SMALL_FILES, recordCount, inputBytes },
    async lack() {
      if (layout.header || layout.trailer) return 'Each file would need a header or a trailer of its own.';
      return fileCount === 0 ? 'The file is smaller than one of them.' : undefined;
    },
    async run() {
      paths ??= cut(path, join(scratchDir, 'small-files'), fileBytes, fileCount);
      await rm(outDir, { recursive: true, force: true });
      const args = [
        '--layout',
        layoutPath,
        '--out',
        outDir,
        '--business-date',
        '2025-08-12',
        '--workers',
        '2',
      ];
      const command = ['convert', ...args, '--json', '--expected-files', String(fileCount), '--input'];
      return timedProcess(process.execPath, [PROGRAM, ...command, ...(await paths)], (output) =>
        saidOf(output, recordCount),
      );
    },
  };
}

async function cut(path: string, folder: string, fileBytes: number, fileCount: number): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const source = openSync(path, 'r');
  const bytes = Buffer.alloc(fileBytes);
  const paths: string[] = [];
  for (let index = 0; index < fileCount; index++) {
    readSync(source, bytes, 0, fileBytes, index * fileBytes);
    const file = join(folder, `records_${String(index).padStart(4, '0')}.txt`);
    await writeFile(file, bytes);
    paths.push(file);
  }
  closeSync(source);
  return paths;
}

/** Several files are converted at once, so that the times of each say nothing of all. */
function saidOf(output: string, recordCount: number): Said {
  const files = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { rows: number });
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  if (rows !== recordCount) throw new OutputsDiffer(`${SMALL_FILES}: ${rows} rows of ${recordCount} records`);
  return {};
}
