import { rm } from 'node:fs/promises';
import { createFileLayoutSource } from '../local/adapters/file-layout-source.ts';
import { temporaryFolder } from '../local/adapters/temporary-folder.ts';
import { convertNight } from '../local/convert-night.ts';
import type { FileSummary } from '../local/file-summary.ts';
import type { NightOptions } from '../local/night.ts';
import type { Layout } from '../shared/layout/layout.ts';
import { loadLayout } from '../shared/pipeline/store/load-layout.ts';
import { LAKE_WORD, SEE_THEM } from '../shared/run/rejects-refusal.ts';
import { shellWord } from '../shared/shown-text.ts';
import { counted } from '../terminal/counted.ts';
import { EXIT_INTERRUPTED, EXIT_LOADED } from '../terminal/exit.ts';
import { outputColumns, say, sayJson, warn } from '../terminal/print.ts';
import { NULL_TEXT } from '../terminal/print-rows.ts';
import { tableLines } from '../terminal/print-table.ts';
import { createProgress } from '../terminal/progress-line.ts';
import { codeOf, printSummary } from './convert-summary.ts';

const SHOWN_ROWS = 3;

/**
 * Converts each file into a lake of its own in the temporary folder, which is removed afterwards, and shows what came out of it: everything
 * that a file alone decides. What the lake knows (that a file is loaded already, or has another layout) is not looked at.
 */
export async function dryRun(
  options: NightOptions & { signal: AbortSignal },
  asJson: boolean,
): Promise<number> {
  const { layout } = await loadLayout(createFileLayoutSource(), options.request.layout);
  let code = EXIT_LOADED;
  for (const input of options.inputs) {
    if (options.signal.aborted) break;
    const night = { ...options, inputs: [input] };
    code = Math.max(code, await dryFile(night, layout, asJson));
  }
  if (options.signal.aborted) {
    warn('Interrupted: nothing was written.');
    return EXIT_INTERRUPTED;
  }
  if (!asJson) {
    say(
      '',
      `Dry run: nothing was written to ${options.lakeDir}, and what it holds already was not looked at.`,
    );
  }
  return code;
}

async function dryFile(options: NightOptions, layout: Layout, asJson: boolean): Promise<number> {
  const { lakeDir: to } = options;
  const lakeDir = await temporaryFolder('positional-lake-dry-');
  const progress = createProgress(process.stderr);
  let code = EXIT_LOADED;
  try {
    for await (const summary of convertNight({
      ...{ ...options, lakeDir, sync: false, expectedFiles: undefined },
      progress: { ...progress, notified: () => undefined },
    })) {
      progress.done();
      if (options.signal?.aborted) break;
      code = codeOf(summary);
      const told = { ...summary, ...reasonOf(summary, to) };
      if (asJson) sayJson({ ...told, dryRun: true, outputs: [], rejectOutputs: [], published: false });
      else {
        printSummary(told, lakeDir, geometryText(layout, summary));
        if (summary.status === 'loaded') await printRows(lakeDir, layout);
      }
    }
    return code;
  } finally {
    progress.done();
    await rm(lakeDir, { recursive: true, force: true });
  }
}

/** Why a file would be refused. Its rejects are gone with the lake of the dry run, and only a conversion keeps them. */
function reasonOf({ reason }: FileSummary, lakeDir: string): { reason?: string } {
  if (reason === undefined) return {};
  return {
    reason: reason
      .replace(SEE_THEM, () => 'To see them, convert it without --dry-run, and then type')
      .replaceAll(LAKE_WORD, () => `--lake ${shellWord(lakeDir)}`),
  };
}

/** `records: lines of 140 bytes, in 2 ranges` */
function geometryText({ record }: Layout, { rangeCount }: FileSummary): string {
  const unit = record.positions === 'characters' ? 'character' : 'byte';
  const most = record.format === 'lines' || record.format === 'fixed' ? '' : 'at most ';
  return `${record.format}: records of ${most}${counted(record.lengthBytes, unit)}, in ${counted(rangeCount, 'range')}`;
}

/** The first rows of each dataset, if DuckDB is there to read them. */
async function printRows(lakeDir: string, { recordTypes }: Layout): Promise<void> {
  const { openLake } = await import('../local/lake/lake-sql.ts');
  const lake = await openLake({ lakeDir });
  try {
    for (const { name } of recordTypes.flatMap(({ datasets }) => datasets)) {
      const result = await lake.query(`SELECT * FROM "${name}" LIMIT ${SHOWN_ROWS}`);
      say('', `first rows of ${name}:`);
      say(...tableLines(result, { width: outputColumns(), nullText: NULL_TEXT }).slice(0, -1));
    }
  } catch (error) {
    warn(`the first rows cannot be shown: ${(error as Error).message}`);
  } finally {
    lake.close();
  }
}
