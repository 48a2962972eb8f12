import type { RegionQuotas } from './region-quotas.ts';

/** A night to simulate: its files, the settings of its stage, and what its luck is. */
export interface Night {
  inputBytes: number;
  files: number;
  /** Files arrive evenly over so many seconds; 0 if all of them arrive at once. */
  arrivalSeconds: number;
  /** Partitions of a file; each becomes a merged file. */
  partitions: number;
  rangeSizeBytes: number;
  parserMemoryMb: number;
  otherMemoryMb: number;
  /** Environments that are kept for a function, by its name. */
  reserved: Record<string, number>;
  functionTimeouts: Record<string, number>;
  /** The day is published once when all files are loaded, or again for each file. */
  publication: 'day' | 'file';
  seed: number;
  /** Share of calls that take two to four times as long as others. */
  stragglers: number;
  /** Share of calls that fail for a reason that passes. */
  faults: number;
  quotas: RegionQuotas;
  code: CodeFacts;
}

/** What the code of the pipeline does, as far as it decides on requests and time; each can be tried with another value. */
interface CodeFacts {
  /** Attempts of the starter to start an execution, before its call fails. */
  startAttempts: number;
  /** Each finalizer reads the ledger entries of the whole day, or its own. */
  dayReads: 'all' | 'own';
  copiesAtOnce: number;
  /**
   * Who copies objects to where readers look for them. all: a publication copies those of all its files. new: those that no publication before
   * has copied. own: each finalizer those of its file. none: nobody, because readers find them where they are.
   */
  copies: 'all' | 'new' | 'own' | 'none';
  /** A file of one part is copied to its name by a merger, or taken as it is. */
  onlyParts: 'copied' | 'taken';
  /** Parts of an upload; what is smaller is one PutObject. */
  uploadPartBytes: number;
  /** Partitions that S3 has made of the scratch of runs. */
  prefixes: number;
}

/** Measured and assumed rates: shared/cost/throughput.json says where they are from. */
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
    /** From the end of an upload to the call of the starter. */
    eventMs: number;
    /** From one state to the next. */
    stateMs: number;
    /** Until the first child of a map starts. */
    mapStartMs: number;
    /** From the end of the last child to the next state. */
    mapEndMs: number;
    /** Switching a day in the catalog. */
    catalogMs: number;
    /** Memory that an EXPRESS child is billed for. */
    expressMb: number;
    sparkMegabytesPerSecondPerVcpu: number;
    sparkStartSeconds: number;
    sparkGbPerVcpu: number;
  };
}

/** Lambda gives a whole vCPU at this memory. */
const MB_PER_VCPU = 1769;

/** Megabytes a second that a parser with this memory decodes: one thread uses one vCPU at most. */
export function parseRate(memoryMb: number, { parseMegabytesPerSecond, assumptions }: Throughput): number {
  return (parseMegabytesPerSecond * Math.min(1, memoryMb / MB_PER_VCPU)) / assumptions.vcpuOfThisMachine;
}
