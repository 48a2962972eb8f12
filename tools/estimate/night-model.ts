/** The files of a night, and the machine that it runs on. */
export interface NightShape {
  inputBytes: number;
  files: number;
  rangeSizeBytes: number;
  parserMemoryMb: number;
  otherMemoryMb: number;
  /** How many children of one file's map run at once. */
  maxConcurrency: number;
  /** How many parsers run at once over all files: the reserved concurrency. */
  parserConcurrency: number;
  /** Partitions of a file; each becomes a merged file. */
  partitions: number;
  /** Nights a month. */
  nightsPerMonth: number;
}

/** Measured and assumed rates: tools/estimate/throughput.json. */
export interface Throughput {
  /** Input that one vCPU parses. */
  parseMegabytesPerSecond: number;
  bytesOutPerByteIn: number;
  parserInitMs: number;
  assumptions: {
    vcpuOfThisMachine: number;
    /** The rate at which one connection reads. */
    s3MegabytesPerSecond: number;
    s3RequestMs: number;
    /** The rate at which S3 copies parts of an upload. */
    mergeMegabytesPerSecond: number;
    sparkMegabytesPerSecondPerVcpu: number;
    sparkStartSeconds: number;
    sparkGbPerVcpu: number;
  };
}

interface Stage {
  name: string;
  seconds: number;
  invocations: number;
  /** Seconds that all its invocations together are billed for. */
  billedSeconds: number;
  memoryMb: number;
}

export interface NightEstimate {
  stages: Stage[];
  seconds: number;
  ranges: number;
  /** The most that run at once. */
  parsersAtOnce: number;
  outputBytes: number;
  stateTransitions: number;
  s3Puts: number;
  s3Gets: number;
}

const MEGABYTE = 1_000_000;
/** Lambda gives a whole vCPU at this memory. */
const MB_PER_VCPU = 1769;
/** How many environments Lambda adds to a function in ten seconds. */
const ENVIRONMENTS_PER_TEN_SECONDS = 1000;

/** Time, calls and bytes of a night whose files all arrive at the same moment. */
export function estimateNight(shape: NightShape, rates: Throughput): NightEstimate {
  const { s3MegabytesPerSecond, s3RequestMs, mergeMegabytesPerSecond } = rates.assumptions;
  const request = s3RequestMs / 1000;
  const fileBytes = shape.inputBytes / shape.files;
  const rangesOfFile = Math.max(1, Math.ceil(fileBytes / shape.rangeSizeBytes));
  const ranges = rangesOfFile * shape.files;
  const atOnce = Math.min(ranges, shape.parserConcurrency, shape.maxConcurrency * shape.files);
  const outputBytes = shape.inputBytes * rates.bytesOutPerByteIn;

  const rangeBytes = fileBytes / rangesOfFile;
  // Reading goes on while one thread decodes: the slower of the two counts.
  const decode = rangeBytes / MEGABYTE / parseRate(shape.parserMemoryMb, rates);
  const read = rangeBytes / MEGABYTE / s3MegabytesPerSecond;
  const write = request * (shape.partitions + 3);
  const parseOne = Math.max(decode, read) + write;
  const waves = Math.ceil(ranges / atOnce);
  const ramp = Math.max(0, Math.ceil(atOnce / ENVIRONMENTS_PER_TEN_SECONDS) - 1) * 10;
  const init = rates.parserInitMs / 1000;

  const mergedBytes = outputBytes / shape.files / shape.partitions;
  const mergeOne = mergedBytes / MEGABYTE / mergeMegabytesPerSecond + request * (rangesOfFile / 16 + 4);
  const split = request * (8 + 2 * Math.sqrt(rangesOfFile));
  const reconcile = request * (4 + rangesOfFile / 16);
  // A copy of each merged file, 16 at once, then Glue.
  const finalize =
    request * 12 + (shape.partitions / 16) * (mergedBytes / MEGABYTE / mergeMegabytesPerSecond) + 2;

  const other = shape.otherMemoryMb;
  const merges = shape.files * shape.partitions;
  const stages: Stage[] = [
    stage('split', split, shape.files, split, other),
    stage('parse', ramp + init + waves * parseOne, ranges, parseOne + init, shape.parserMemoryMb),
    stage('reconcile', reconcile, shape.files, reconcile, other),
    stage('merge', mergeOne, merges, mergeOne, other),
    stage('finalize', finalize, shape.files, finalize, other),
  ];
  return {
    stages,
    // Time between states, for maps to start and end, and to hand out children.
    seconds: stages.reduce((sum, { seconds }) => sum + seconds, 0) + 6,
    ...{ ranges, parsersAtOnce: atOnce, outputBytes },
    // Seven states of a file, and of each child its start, its task and its end.
    stateTransitions: shape.files * 7 + (ranges + merges) * 3,
    // Parts, manifest and rejects of each range; copies of upload parts for merged files; copies into the generation; the ledger.
    s3Puts: ranges * (shape.partitions + 2) + merges * (rangesOfFile + 4) + merges * 2 + shape.files * 30,
    s3Gets: ranges * 6 + merges * (rangesOfFile * 2 + 4) + shape.files * (rangesOfFile * 2 + 40),
  };
}

/** Megabytes a second that a parser with this memory decodes: one thread uses one vCPU at most. */
export function parseRate(memoryMb: number, { parseMegabytesPerSecond, assumptions }: Throughput): number {
  return (parseMegabytesPerSecond * Math.min(1, memoryMb / MB_PER_VCPU)) / assumptions.vcpuOfThisMachine;
}

/** The same night on Spark, on a cluster that is started for it. */
export function sparkNight(
  shape: NightShape,
  rates: Throughput,
  vcpus: number,
): { seconds: number; vcpuHours: number; gbHours: number } {
  const { sparkMegabytesPerSecondPerVcpu, sparkStartSeconds, sparkGbPerVcpu } = rates.assumptions;
  const seconds = sparkStartSeconds + shape.inputBytes / MEGABYTE / (sparkMegabytesPerSecondPerVcpu * vcpus);
  const vcpuHours = (seconds / 3600) * vcpus;
  return { seconds, vcpuHours, gbHours: vcpuHours * sparkGbPerVcpu };
}

function stage(
  name: string,
  seconds: number,
  invocations: number,
  billedEach: number,
  memoryMb: number,
): Stage {
  return { name, seconds, invocations, billedSeconds: billedEach * invocations, memoryMb };
}
