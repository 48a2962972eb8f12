import { statSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Field } from '../../shared/layout/field.ts';
import { firstDataset, type Layout } from '../../shared/layout/layout.ts';
import { pythonTool } from '../python/python-tool.ts';
import { type Arena, type Contestant, sizeOf, timedProcess } from './contestant.ts';

/** A library of Python with its job, in the versions of `tools/python/<list>.txt`. */
interface PythonEngine {
  name: string;
  list: string;
  script: string;
  /** It reads the file of records as it is, also in EBCDIC; otherwise the same records as lines. */
  readsRecords: boolean;
}

export const SPARK: PythonEngine = {
  name: 'Spark, all cores',
  list: 'spark',
  script: 'spark_job.py',
  readsRecords: true,
};
export const POLARS: PythonEngine = {
  name: 'Polars, all cores',
  list: 'polars',
  script: 'polars_job.py',
  readsRecords: false,
};

/** Names of Java's character sets, by our encodings. */
const JAVA_CHARSETS: Record<string, string> = {
  'iso-8859-1': 'ISO-8859-1',
  'utf-8': 'UTF-8',
  cp037: 'IBM037',
};

/** Converts in a process of its own, on all cores. The first run installs what is needed; if that fails, it says why. */
export function pythonContestant(
  { name, list, script, readsRecords }: PythonEngine,
  { path: recordsPath, layout: recordsLayout, text, scratchDir }: Arena,
): Contestant {
  const { path, layout } = readsRecords ? { path: recordsPath, layout: recordsLayout } : text;
  const outDir = join(scratchDir, list);
  let python = '';
  return {
    name,
    ...sizeOf(statSync(path).size, layout),
    glob: join(outDir, '**/*.parquet'),
    async lack() {
      const tool = await pythonTool(list);
      if ('missing' in tool) return tool.missing;
      python = tool.python;
      return undefined;
    },
    async run() {
      await rm(outDir, { recursive: true, force: true });
      const jobPath = join(scratchDir, `${list}.json`);
      await writeFile(jobPath, JSON.stringify(jobOf(layout, path, outDir, scratchDir)));
      return timedProcess(python, [fileURLToPath(new URL(script, import.meta.url)), jobPath], workMsOf, {
        cwd: scratchDir,
        env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
      });
    },
  };
}

/** What a script has to know. */
function jobOf(layout: Layout, path: string, outDir: string, scratchDir: string) {
  const { fields, partitionBy } = firstDataset(layout);
  const match = layout.recordTypes[0]?.match?.[0];
  return {
    ...{ path, outDir, scratchDir, threads: availableParallelism() },
    charset: JAVA_CHARSETS[layout.encoding],
    // 0: lines.
    recordBytes: layout.record.format === 'fixed' ? layout.record.lengthBytes : 0,
    match: match
      ? { from: match.startByte, length: match.endByte - match.startByte, text: match.text }
      : null,
    fields: fields.map(fieldOf),
    partitionBy: partitionBy.map((field) => field.name),
  };
}

function fieldOf({ name, startByte, endByte, type, keep, usage }: Field) {
  return {
    ...{ name, from: startByte, length: endByte - startByte, kind: type.kind },
    ...(type.kind === 'decimal' && { precision: type.precision, scale: type.scale }),
    ...{ keepAll: keep === 'all', packed: usage === 'packed' },
  };
}

function workMsOf(output: string): number {
  const last = output.trim().split('\n').at(-1) ?? '';
  return (JSON.parse(last) as { workMs: number }).workMs;
}
