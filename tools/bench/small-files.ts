import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OutputsDiffer } from './compare-outputs.ts';
import { type Arena, type Contestant, PROGRAM, type Said, sizeOf, timedProcess } from './contestant.ts';
import { terminatorBytesOf } from './workload.ts';

const FILE_BYTES = 1_000_000;
/** Of a hundred, starting and compiling would be a third of the time, of a thousand a tenth. */
const MOST_FILES = 10_000;

export const SMALL_FILES = 'convert, 2 workers, files of 1 MB';

/** Converts the beginning of the workload's file in files of 1 MB, all by one command; their day is published once. */
export function smallFiles({ path, layout, layoutPath, scratchDir }: Arena): Contestant {
  const strideBytes = layout.record.lengthBytes + terminatorBytesOf(layout);
  const fileBytes = Math.floor(FILE_BYTES / strideBytes) * strideBytes;
  const fileCount = Math.min(MOST_FILES, Math.floor(statSync(path).size / fileBytes));
  const { recordCount, inputBytes } = sizeOf(fileCount * fileBytes, layout);
  let rounds = 0;
  let paths: Promise<string[]> | undefined;
  return {
    ...{ name: SMALL_FILES, recordCount, inputBytes },
    async lack() {
      if (layout.header || layout.trailer) return 'Each file would need a header or a trailer of its own.';
      return fileCount === 0 ? 'The file is smaller than one of them.' : undefined;
    },
    async run() {
      paths ??= cut(path, join(scratchDir, 'small-files'), fileBytes, fileCount);
      // The lakes of earlier rounds stay until all end: a file system that has just removed thousands of files looks at each of them again
      // before it makes one (ext4 without a journal, a fifth of the time), which no night does.
      const outDir = join(scratchDir, `small-files-lake-${rounds++}`);
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
    const file = join(folder, `records_${String(index).padStart(5, '0')}.txt`);
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
