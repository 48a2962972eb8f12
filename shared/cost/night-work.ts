import type { BilledNight } from './night-costs.ts';
import THROUGHPUT from './throughput.json' with { type: 'json' };

/** What was done to one file, as far as a bill counts it. */
export interface FileOfNight {
  inputBytes: number;
  ranges: number;
  /** Merged files that were written; files of one part are taken as they are. */
  merges: number;
  /** Files that readers see, rejects included. */
  outputs: number;
  outputBytes: number;
  /** Times that it was taken up. */
  claims: number;
  isLoaded: boolean;
  /** Seconds that its ranges took on Lambda; undefined if they were not measured there. */
  parserSeconds?: number | undefined;
}

/** Settings of a stage: resources/stages/defaults.yml. */
const PARSER_MB = 1769;
const OTHER_MB = 1024;
/** In groups of so many at once, as in the code of each step; tools/simulate/file-work.ts has the same numbers. */
const CUTS_AT_ONCE = 16;
const MANIFESTS_AT_ONCE = 32;
const FOOTERS_AT_ONCE = 8;
const MOST_LOTS = 15;
const MEGABYTE = 1e6;
/** Entered on the way of a file: start, Split, SplitVerdict, the parse state, Reconcile, ReconcileVerdict, Finalize, Loaded, end. */
const TRANSITIONS = 9;

const { assumptions, parseMegabytesPerSecond, parserInitMs } = THROUGHPUT;
const REQUEST_SECONDS = assumptions.s3RequestMs / 1000;

/**
 * What a night is billed for, from what it did: counted where the ledger counts it, and else worked out as tools/simulate does, whose
 * result it stays near to (test/cost).
 */
export function workOfNight(files: FileOfNight[]): BilledNight {
  const night: BilledNight = {
    functions: [],
    ...{ stateTransitions: 0, expressRequests: 0, expressGbSeconds: 0, s3Puts: 0, s3Gets: 0 },
  };
  const call = (memoryMb: number, invocations: number, billedSeconds: number) =>
    night.functions.push({ memoryMb, invocations, billedSeconds });
  for (const file of files) {
    const { ranges, merges, outputs, claims } = file;
    const { s3RequestMs: _requestMs, ...rates } = assumptions;
    const parse = file.parserSeconds ?? parserSeconds(file);
    const lots = Math.min(MOST_LOTS, merges);
    // A part of every range, of the partition that the merge is for.
    const partsOfMerge = merges === 0 ? 0 : ranges;
    // The starter, and each claim's splitter.
    call(OTHER_MB, 2 * claims, claims * REQUEST_SECONDS * (18 + Math.ceil((ranges - 1) / CUTS_AT_ONCE)));
    call(PARSER_MB, ranges, parse);
    const waves = Math.ceil(ranges / MANIFESTS_AT_ONCE) + Math.ceil(outputs / MANIFESTS_AT_ONCE);
    call(OTHER_MB, 1, REQUEST_SECONDS * (8 + waves));
    const mergeSeconds =
      merges * REQUEST_SECONDS * (6 + Math.ceil(partsOfMerge / FOOTERS_AT_ONCE) * 2) +
      (merges > 0 ? file.outputBytes / MEGABYTE / rates.mergeMegabytesPerSecond : 0);
    if (lots > 0) call(OTHER_MB, lots, mergeSeconds);
    call(OTHER_MB, 1, REQUEST_SECONDS * (12 + Math.ceil(outputs / MANIFESTS_AT_ONCE)));
    night.stateTransitions += TRANSITIONS + (claims - 1) + (merges > 0 ? 1 + lots : 0);
    if (ranges > 1) {
      night.expressRequests += ranges;
      night.expressGbSeconds += ((parse + ranges * (rates.stateMs / 1000)) * rates.expressMb) / 1024;
    }
    night.s3Gets +=
      14 * claims + (ranges - 1) + 3 * ranges + ranges + 6 + merges * (3 + 2 * partsOfMerge) + outputs + 8;
    night.s3Puts += 6 * claims + ranges * (outputs + 2) + outputs + 6 + merges * (partsOfMerge + 4) + 5;
    if (file.isLoaded) night.s3Gets += 3 * outputs;
  }
  if (files.some(({ isLoaded }) => isLoaded)) {
    call(OTHER_MB, 1, assumptions.catalogMs / 1000);
    night.s3Puts += 10;
    night.s3Gets += 6;
  }
  return night;
}

/** Reading goes on while one thread decodes: the slower of the two counts. */
function parserSeconds({ inputBytes, ranges, outputs }: FileOfNight): number {
  const rate = Math.min(
    parseMegabytesPerSecond / assumptions.vcpuOfThisMachine,
    assumptions.s3MegabytesPerSecond,
  );
  return inputBytes / MEGABYTE / rate + ranges * (REQUEST_SECONDS * (outputs + 3) + parserInitMs / 1000);
}
