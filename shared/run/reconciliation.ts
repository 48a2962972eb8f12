import { countsShape, listOf, named, nullable, objectOf, optional, text } from '../json-shape.ts';
import { type Dataset, datasetsOf, type Layout } from '../layout/layout.ts';
import { type Refusal, refusalShape, refuse } from '../refusal.ts';
import {
  addSums,
  type ControlTotalResult,
  controlTotalShape,
  type Figures,
  judgeTotals,
  totalRefusal,
  undecodableRefusal,
} from '../totals/control-totals.ts';
import { groupRefusal } from '../totals/group-totals.ts';
import { joinedRefusal } from '../totals/joined-files.ts';
import type { RecordCounts } from '../totals/record-counts.ts';
import { recordCountsShape } from '../totals/record-counts.ts';
import { contentDigest, wholeChecksum } from './content-digest.ts';
import type { FilePlan, PlannedRange } from './file-plan.ts';
import {
  invalidRefusal,
  type NulledExamples,
  neverValidWarnings,
  nulledExamplesShape,
} from './invalid-values.ts';
import type { PartManifest } from './part-manifest.ts';
import { addRejectsDigests } from './rejects-digest.ts';
import { rejectsRefusal, seeRejects } from './rejects-refusal.ts';
import { figuresRefusal, knownBytes } from './stated-figures.ts';

/** The account of a file, added up from its part manifests: `runs/<runId>/reconciliation.json`. */
export interface Reconciliation {
  records: RecordCounts;
  reasons: Record<string, number>;
  /** Which records were rejected (`RejectsDigest`). */
  rejectsDigest?: string;
  nulled: Record<string, number>;
  /** The first such value of each field. */
  nulledExamples?: NulledExamples;
  warnings?: string[];
  controlTotals: ControlTotalResult[];
  /** SHA-256 over sizes, header, trailer and the checksum of the details: the same content has the same digest. */
  contentDigest: string;
  /** CRC-64/NVME of all bytes of the file, in base64; missing if the ranges do not tile the file. */
  checksum?: string;
  refusal: Refusal | null;
}

export const reconciliationShape = objectOf<Reconciliation>({
  records: recordCountsShape,
  reasons: countsShape,
  rejectsDigest: optional(text),
  nulled: countsShape,
  nulledExamples: optional(nulledExamplesShape),
  warnings: optional(listOf(text)),
  controlTotals: listOf(controlTotalShape),
  contentDigest: text,
  checksum: optional(text),
  refusal: nullable(refusalShape),
});

/**
 * Adds up what the parsers did and judges it: do the ranges tile the file, do the counts balance, does every control total agree, are
 * there few enough rejects and partitions? The first test that fails refuses the file.
 */
export function reconcile(
  plan: FilePlan,
  layout: Layout,
  ranges: PlannedRange[],
  manifests: PartManifest[],
): Reconciliation {
  const stopped =
    manifests.find((manifest) => manifest.refusal)?.refusal ?? partitionRefusal(plan, layout, manifests);
  // A parser ends at such a refusal: how far it came depends on the size of ranges, and says nothing of the file.
  const counted = stopped ? [] : manifests;
  const { records, types } = countRecords(plan, layout, counted);
  const sums = addSums(counted.flatMap((manifest) => manifest.sums));
  const totals = new Map(Array.from(sums, ([key, sum]) => [key, sum.total]));
  const figures: Figures = { of: 'file', records, types, sums: totals };
  const reasons = addCounts(counted.map((manifest) => manifest.reasons));
  const controlTotals = judgeTotals(layout.controlTotals, plan, figures);
  const values = valuesByField(counted);
  const refusal =
    stopped ??
    tilingRefusal(plan, ranges, manifests) ??
    chainRefusal(plan, records) ??
    countRefusal(plan, manifests) ??
    joinedRefusal(plan.sourceKey, layout, records, reasons, seeRejects(plan)) ??
    // If no detail could be decoded, the totals prove nothing: the rejects say what is wrong.
    (records.rejected === records.detail ? rejectsRefusal(plan, layout, records, manifests) : undefined) ??
    undecodableRefusal(plan, records, sums) ??
    groupsRefusal(plan, layout, manifests) ??
    totalRefusal(plan, layout.controlTotals, controlTotals, figures) ??
    rejectsRefusal(plan, layout, records, manifests) ??
    invalidRefusal(plan.sourceKey, layout, values) ??
    undefined;
  const rejectsDigest = addRejectsDigests(counted.map((manifest) => manifest.rejectsDigest));
  const checksum = refusal?.code === 'ranges-do-not-tile' ? undefined : wholeChecksum(plan, manifests);
  return {
    records,
    reasons,
    ...(rejectsDigest === undefined ? {} : { rejectsDigest }),
    nulled: values.nulled,
    // The example of the first range wins.
    nulledExamples: Object.assign({}, ...counted.map((manifest) => manifest.nulledExamples).reverse()),
    warnings: neverValidWarnings(plan.sourceKey, values),
    controlTotals,
    contentDigest: contentDigest(plan, manifests),
    ...(checksum === undefined ? {} : { checksum }),
    refusal: refusal ?? statedRefusal(plan, records, checksum) ?? null,
  };
}

/** What was read of the file, and the details of each record type. */
function countRecords(plan: FilePlan, layout: Layout, manifests: PartManifest[]) {
  const detail = total(manifests, (manifest) => manifest.records.detail);
  const rejected = total(manifests, (manifest) => manifest.records.rejected);
  const header = plan.header ? 1 : 0;
  const trailer = plan.trailer ? 1 : 0;
  const types = addCounts(
    manifests.map(({ recordTypes }) =>
      Object.fromEntries(recordTypes.map(({ name, records }) => [name, records])),
    ),
  );
  const short = total(manifests, (manifest) => manifest.records.short ?? 0);
  const discarded = layout.recordTypes.filter(({ datasets }) => datasets.length === 0);
  const records: RecordCounts = {
    read: header + detail + trailer,
    header,
    detail,
    trailer,
    rejected,
    ...(short > 0 && { short }),
    ...(discarded.length > 0 && {
      discarded: named(discarded.map(({ name }) => [name, types[name] ?? 0] as const)),
    }),
  };
  return { records, types };
}

function total<T>(of: T[], figure: (item: T) => number): number {
  return of.reduce((sum, item) => sum + figure(item), 0);
}

function valuesByField(manifests: PartManifest[]) {
  return {
    nulled: addCounts(manifests.map((manifest) => manifest.nulled)),
    valid: addCounts(manifests.map((manifest) => manifest.valid ?? {})),
  };
}

function addCounts(counts: Record<string, number>[]): Record<string, number> {
  const sum = named<number>();
  for (const [name, count] of counts.flatMap(Object.entries)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

/** Header, ranges, trailer and remainder must cover every byte once, and every parser must have read its whole range. */
function tilingRefusal(
  plan: FilePlan,
  ranges: PlannedRange[],
  manifests: PartManifest[],
): Refusal | undefined {
  // Ranges cut along a chain of lengths contain header and trailer.
  const [header, trailer] = plan.chain ? [null, null] : [plan.header, plan.trailer];
  let at = header?.endByte ?? plan.leadingBytes;
  const broken = (gap: string): Refusal =>
    refuse('ranges-do-not-tile', {
      where: plan.sourceKey,
      what: `the byte ranges do not cover the file: ${gap}`,
      next: runAgain(plan),
    });
  if (header && header.startByte !== plan.leadingBytes) {
    return broken(`the header does not start at byte ${plan.leadingBytes}`);
  }
  if (manifests.length !== ranges.length) {
    return broken(`${ranges.length} ranges were planned and ${manifests.length} parsed`);
  }
  for (const [index, { startByte, endByte, consumed, rangeIndex }] of manifests.entries()) {
    const range = ranges[index];
    const asPlanned = startByte === range?.startByte && endByte === range?.endByte && rangeIndex === index;
    const whole = consumed.startByte === startByte && consumed.endByte === endByte;
    if (startByte !== at || !asPlanned || !whole) {
      return broken(
        `range ${index} should start at byte ${at} and covers ${consumed.startByte} to ${consumed.endByte}`,
      );
    }
    at = endByte;
  }
  if (trailer) {
    if (trailer.startByte !== at) return broken(`the trailer starts at byte ${trailer.startByte}, not ${at}`);
    at = trailer.endByte;
  }
  if (plan.remainder.startByte !== at || plan.remainder.endByte !== plan.sizeBytes) {
    return broken(`bytes from ${at} to ${plan.sizeBytes} belong to nothing`);
  }
  return undefined;
}

/** A fault of this program and not of the file. */
function runAgain({ runId }: FilePlan): string {
  return `Run it again with --force, and report it with the run id ${runId} if it happens twice.`;
}

/** The splitter counts the records of a chain of lengths while it follows it. */
function chainRefusal(plan: FilePlan, { read }: RecordCounts): Refusal | undefined {
  const { chain, sourceKey } = plan;
  if (!chain || chain.recordCount === read) return undefined;
  return refuse('counts-do-not-balance', {
    where: sourceKey,
    what: `the splitter counted ${chain.recordCount} records and the parsers ${read}`,
    next: runAgain(plan),
  });
}

function countRefusal(plan: FilePlan, manifests: PartManifest[]): Refusal | undefined {
  for (const { rangeIndex, records, outputs, rejects, reasons, expectedRows, recordTypes } of manifests) {
    const rowsOf = (dataset: string) =>
      total(outputs, (output) => (output.dataset === dataset ? output.rows : 0));
    const isUnbalanced = Object.entries(expectedRows).some(([dataset, rows]) => rowsOf(dataset) !== rows);
    const byReason = total(Object.values(reasons), (count) => count);
    const discarded = total(recordTypes, (type) => (type.discarded ? type.records : 0));
    const balanced =
      records.detail === records.accepted + records.rejected + records.discarded &&
      records.discarded === discarded &&
      !isUnbalanced &&
      (rejects?.rows ?? 0) === records.rejected &&
      byReason === records.rejected;
    if (!balanced) {
      const rows = Object.entries(expectedRows)
        .map(([dataset, expected]) => `${expected} rows of ${dataset} (${rowsOf(dataset)} written)`)
        .join(' and ');
      return refuse('counts-do-not-balance', {
        where: `${plan.sourceKey}, range ${rangeIndex}`,
        what: `of ${records.detail} details that were read, ${records.accepted} were accepted, which make ${rows}, ${records.rejected} rejected (${rejects?.rows ?? 0} written) and ${records.discarded} discarded`,
        next: runAgain(plan),
      });
    }
  }
  return undefined;
}

function partitionRefusal(plan: FilePlan, layout: Layout, manifests: PartManifest[]): Refusal | undefined {
  for (const dataset of datasetsOf(layout)) {
    const values = new Set(
      manifests.flatMap(({ outputs }) =>
        outputs
          .filter((output) => output.dataset === dataset.name)
          .map(({ partition }) => JSON.stringify(partition)),
      ),
    );
    if (values.size > layout.maxPartitions) return tooManyPartitions(plan.sourceKey, layout, dataset);
  }
  return undefined;
}

export function tooManyPartitions(sourceKey: string, layout: Layout, dataset: Dataset): Refusal {
  const columns = dataset.partitionBy.map((field) => field.name).join(', ');
  return refuse('too-many-partitions', {
    where: sourceKey,
    what: `the file has more than ${layout.maxPartitions} values of ${columns}`,
    why: 'Each would become a folder of small files; most likely the positions in the layout are wrong.',
    next: 'Correct the layout, or raise "maxPartitions" in it if so many are meant.',
  });
}

function groupsRefusal({ sourceKey }: FilePlan, { groups }: Layout, manifests: PartManifest[]) {
  if (!groups) return undefined;
  const ranges = manifests.flatMap((manifest) => manifest.groups ?? []);
  return groupRefusal(sourceKey, groups, ranges);
}

function statedRefusal(
  { sourceKey, sizeBytes, storedBytes, dayManifest }: FilePlan,
  { read, detail }: RecordCounts,
  checksum: string | undefined,
): Refusal | undefined {
  if (!dayManifest) return undefined;
  const bytes = knownBytes({ sizeBytes, storedBytes, checksum });
  const { key, entry } = dayManifest;
  return figuresRefusal(sourceKey, key, entry, { ...bytes, records: read, details: detail });
}
