import { simulateQueue } from './work-queue.ts';

/** One conversion as it was: seconds count from the start of its process. */
export interface MeasuredRun {
  workers: number;
  wallSeconds: number;
  inputBytes: number;
  lakeFiles: number;
  lakeBytes: number;
  /** One for each range, in the order of their begin. */
  tasks: { beginSeconds: number; endSeconds: number; inputBytes: number; outputBytes: number }[];
}

/** What a conversion takes, part by part. */
export interface WorkerModel {
  /** Before the first range begins: start of the process, look at the file. On one thread. */
  beforeSeconds: number;
  /** From then on until a further thread begins its first range. */
  threadSeconds: number;
  taskSeconds: number;
  taskSecondsPerByte: number;
  /** After the last range: reconciliation, ledger, publication. On one thread. */
  afterSeconds: number;
  afterSecondsPerFile: number;
  /** The proof of what is published, which all workers share. */
  proofSecondsPerByte: number;
  outputShare: number;
  filesPerRange: number;
}

/** The line `seconds = fixed + each × amount` with the least squares; without a second amount all is `fixed`. Neither is negative. */
export function lineThrough(
  points: readonly { amount: number; seconds: number }[],
): [fixed: number, each: number] {
  const count = points.length;
  const meanAmount = points.reduce((sum, { amount }) => sum + amount, 0) / count;
  const meanSeconds = points.reduce((sum, { seconds }) => sum + seconds, 0) / count;
  let [above, below] = [0, 0];
  for (const { amount, seconds } of points) {
    above += (amount - meanAmount) * (seconds - meanSeconds);
    below += (amount - meanAmount) ** 2;
  }
  const each = below > 0 ? Math.max(0, above / below) : 0;
  const fixed = meanSeconds - each * meanAmount;
  if (fixed >= 0) return [fixed, each];
  return [0, meanAmount > 0 ? meanSeconds / meanAmount : 0];
}

const first = (run: MeasuredRun) => run.tasks[0]!.beginSeconds;
const last = (run: MeasuredRun) => Math.max(...run.tasks.map(({ endSeconds }) => endSeconds));

/**
 * Reads the model from runs with one worker, some with few large ranges and some with many small ones; of runs with two workers it takes
 * only when the second one began.
 */
export function modelOf(runs: readonly MeasuredRun[], proofSecondsPerByte: number): WorkerModel {
  const alone = runs.filter(({ workers }) => workers === 1);
  const points = alone.flatMap(({ tasks }) =>
    tasks.map((task) => ({ amount: task.inputBytes, seconds: task.endSeconds - task.beginSeconds })),
  );
  const [taskSeconds, taskSecondsPerByte] = lineThrough(points);
  const ends = alone.map((run) => ({
    amount: run.lakeFiles,
    seconds: Math.max(0, run.wallSeconds - last(run) - run.lakeBytes * proofSecondsPerByte),
  }));
  const [afterSeconds, afterSecondsPerFile] = lineThrough(ends);
  const second = runs.flatMap((run) =>
    run.workers > 1 && run.tasks[1] ? [run.tasks[1].beginSeconds - first(run)] : [],
  );
  const mean = (values: number[]) =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const whole = alone[0]!;
  return {
    beforeSeconds: mean(alone.map(first)),
    threadSeconds: Math.max(0, mean(second)),
    taskSeconds,
    taskSecondsPerByte,
    afterSeconds,
    afterSecondsPerFile,
    proofSecondsPerByte,
    outputShare: whole.lakeBytes / whole.inputBytes,
    filesPerRange: whole.lakeFiles / whole.tasks.length,
  };
}

export interface SimulatedRun {
  workers: number;
  ranges: number;
  wallSeconds: number;
  /** Seconds in which only the main thread could work. */
  serialSeconds: number;
  /** Seconds of all workers together in which they waited: for the disk, or because nothing was left to do. */
  diskSeconds: number;
  idleSeconds: number;
}

/** Plays a conversion with so many workers. Ranges are equally long but for the last one, as `convert` cuts them. */
export function simulateRun(
  model: WorkerModel,
  file: { inputBytes: number; rangeBytes: number },
  workers: number,
  diskBytesPerSecond: number,
): SimulatedRun {
  const ranges = Math.ceil(file.inputBytes / file.rangeBytes);
  const tasks = Array.from({ length: ranges }, (_, index) => {
    const bytes = Math.min(file.rangeBytes, file.inputBytes - index * file.rangeBytes);
    const seconds = model.taskSeconds + bytes * model.taskSecondsPerByte;
    return { seconds, diskBytes: bytes * model.outputShare };
  });
  const { beforeSeconds, threadSeconds, outputShare } = model;
  const readyAt = Array.from(
    { length: workers },
    (_, index) => beforeSeconds + (index > 0 ? threadSeconds : 0),
  );
  const { endSeconds, diskSeconds, idleSeconds } = simulateQueue(tasks, readyAt, diskBytesPerSecond);
  const afterSeconds = model.afterSeconds + model.afterSecondsPerFile * ranges * model.filesPerRange;
  const proofSeconds = (file.inputBytes * outputShare * model.proofSecondsPerByte) / workers;
  return {
    workers,
    ranges,
    wallSeconds: endSeconds + afterSeconds + proofSeconds,
    serialSeconds: beforeSeconds + afterSeconds,
    diskSeconds,
    idleSeconds,
  };
}
