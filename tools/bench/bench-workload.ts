import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { median } from '../median.ts';
import { compareOutputs } from './compare-outputs.ts';
import type { Arena, Contestant, Timing } from './contestant.ts';
import { contestantsOf } from './contestants.ts';
import { floorsOf } from './floors.ts';
import { type Lookup, lookUp } from './lookup.ts';
import { layoutOf, terminatorBytesOf, type Workload } from './workload.ts';

/** Floors are measured in memory: a larger file has none. */
const MOST_IN_MEMORY_BYTES = 2 ** 31 - 1;

export interface BenchOptions {
  bytes?: number | undefined;
  rounds: number;
  /** Only contestants whose name contains one of these; all of them if undefined. */
  only?: string[] | undefined;
  /** Makes the contestants; the usual ones if undefined. */
  contestants?: ((arena: Arena) => Contestant[]) | undefined;
  /** Called with a line before each step. */
  progress?: ((line: string) => void) | undefined;
}

interface Result {
  name: string;
  /** Medians of the timed rounds: with the start of a process, if it is one, and without. */
  wholeMs: number;
  workMs: number;
  /** Without the start. Megabytes of its own input, which may hold the same records in another form. */
  megabytesPerSecond: number;
  recordsPerSecond: number;
  /** With the start. */
  wholeRecordsPerSecond: number;
  /** Median, with the start. */
  cpuSeconds?: number | undefined;
  /** Median of the bytes that it gave to the disk. */
  diskBytes?: number | undefined;
  /** Parquet bytes of all its files; undefined if it writes none. */
  outputBytes?: number | undefined;
}

export interface WorkloadResult {
  workload: string;
  title: string;
  inputBytes: number;
  records: number;
  results: Result[];
  floors: Result[];
  /** One row found in the lake of the first conversion. */
  lookup?: Lookup | undefined;
  /** Contestants that did not take part, and why. */
  skipped: { name: string; why: string }[];
}

/** Generates the workload into `scratchDir`, checks that all contestants write the same rows, then times them in turns. */
export async function benchWorkload(
  workload: Workload,
  scratchDir: string,
  options: BenchOptions,
): Promise<WorkloadResult> {
  const { contestants = contestantsOf, only } = options;
  const progress = (step: string) => options.progress?.(`${workload.name}: ${step}`);
  progress('generating');
  const { arena, inputBytes, records } = await generate(workload, scratchDir, options.bytes);
  const asked = contestants(arena).filter(({ name }) => !only || only.some((part) => name.includes(part)));
  const { chosen, skipped } = await withoutLacking(asked, progress);
  const outputBytes = await compareOutputs(workload.name, chosen, arena, progress);
  const floors =
    inputBytes > MOST_IN_MEMORY_BYTES
      ? []
      : await floorsOf(arena.path, await readFile(arena.path), arena.layout);
  const runners = [...chosen, ...floors.map((floor) => ({ ...floor, inputBytes, recordCount: records }))];
  const results = (await timeInTurns(runners, options.rounds, progress)).map((result) => ({
    ...result,
    outputBytes: outputBytes.get(result.name),
  }));
  const lake = chosen.find(({ name }) => name.startsWith('convert'))?.glob;
  const { lookedUp } = workload;
  return {
    lookup: lake && lookedUp ? await lookUp(lake, lookedUp) : undefined,
    workload: workload.name,
    title: workload.title,
    inputBytes,
    records,
    results: results.slice(0, chosen.length),
    floors: results.slice(chosen.length),
    skipped,
  };
}

/** Leaves out who lacks something here. */
async function withoutLacking(
  asked: Contestant[],
  progress: (step: string) => void,
): Promise<{ chosen: Contestant[]; skipped: WorkloadResult['skipped'] }> {
  const chosen: Contestant[] = [];
  const skipped: WorkloadResult['skipped'] = [];
  for (const contestant of asked) {
    progress(`preparing ${contestant.name}`);
    const why = await contestant.lack?.();
    if (why === undefined) chosen.push(contestant);
    else skipped.push({ name: contestant.name, why });
  }
  return { chosen, skipped };
}

async function generate(
  workload: Workload,
  scratchDir: string,
  bytes: number = workload.defaultBytes,
): Promise<{ arena: Arena; inputBytes: number; records: number }> {
  await mkdir(scratchDir, { recursive: true });
  const path = join(scratchDir, 'records.txt');
  const layoutPath = join(scratchDir, `${workload.name}.json`);
  await writeFile(layoutPath, workload.layoutText);
  const inputBytes = await workload.write(path, bytes);
  const layout = layoutOf(workload);
  const text = workload.text
    ? { path: workload.text.pathBeside(path), layout: readLayout(workload.text.layoutText, workload.name) }
    : { path, layout };
  const records = Math.floor(inputBytes / (layout.record.lengthBytes + terminatorBytesOf(layout)));
  return { arena: { path, layout, layoutPath, text, scratchDir }, inputBytes, records };
}

type Runner = Pick<Contestant, 'name' | 'run' | 'inputBytes' | 'recordCount'>;

/** Runs each of them once a round. */
async function timeInTurns(
  runners: Runner[],
  rounds: number,
  progress: (step: string) => void,
): Promise<Result[]> {
  const timed: { runner: Runner; times: Timing[] }[] = runners.map((runner) => ({ runner, times: [] }));
  for (let round = 1; round <= rounds; round++) {
    for (const { runner, times } of timed) {
      progress(`round ${round} of ${rounds}, ${runner.name}`);
      times.push(await runner.run());
    }
  }
  return timed.map(({ runner: { name, inputBytes, recordCount }, times }) => {
    const workMs = median(times.map((time) => time.workMs));
    const wholeMs = median(times.map((time) => time.wholeMs));
    return {
      ...{ name, workMs, wholeMs },
      cpuSeconds: medianIfKnown(times.map((time) => time.cpuSeconds)),
      diskBytes: medianIfKnown(times.map((time) => time.diskBytes)),
      megabytesPerSecond: inputBytes / 1e3 / workMs,
      recordsPerSecond: (recordCount * 1e3) / workMs,
      wholeRecordsPerSecond: (recordCount * 1e3) / wholeMs,
    };
  });
}

function medianIfKnown(values: (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === values.length ? median(known) : undefined;
}
