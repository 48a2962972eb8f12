import { manifestEntryOf, manifestTotals, parseDayManifest } from '../../day/day-manifest.ts';
import { type DayTerms, dayManifestKeyOf } from '../../day/day-terms.ts';
import type { Layout } from '../../layout/layout.ts';
import type { ObjectInfo, ObjectStore } from '../../ports/object-store.ts';
import type { SplitPorts } from '../../ports/pipeline-ports.ts';
import { isRefusal, type Refusal, refuse } from '../../refusal.ts';
import type { FilePlan } from '../../run/file-plan.ts';
import { figuresRefusal } from '../../run/stated-figures.ts';
import { changeTerms } from '../store/kept-terms.ts';
import type { Numbered } from '../store/numbered-object.ts';

/** No day manifest is larger. A larger object is something else, and is not read. */
const MAX_DAY_MANIFEST_BYTES = 4 * 1024 * 1024;

/**
 * Keeps the terms of the day, with the day manifest that is beside the data now. If the day manifest was removed, the one
 * that was read before stays in force; one that cannot be used is a refusal.
 */
export async function recordTerms(
  ports: SplitPorts,
  layout: Layout,
  layoutFile: { file: string; text: string },
  businessDate: string,
  sourceKey: string,
  force = false,
): Promise<Numbered<DayTerms> | Refusal> {
  const manifestKey = dayManifestKeyOf(layout.day, sourceKey, businessDate);
  const manifest =
    manifestKey === undefined
      ? undefined
      : await readDayManifest(ports.raw, manifestKey, businessDate, sourceKey);
  if (isRefusal(manifest)) return manifest;
  const { expectedFiles } = ports.settings;
  const { file, text } = layoutFile;
  const change = (current: DayTerms | undefined): DayTerms => ({
    layout: { file, text, fingerprint: layout.fingerprint },
    expectedFiles: expectedFiles ?? current?.expectedFiles,
    manifestKey,
    manifest: manifest ?? (isGivenUp(current, manifestKey) ? undefined : current?.manifest),
  });
  return changeTerms(ports.lake, layout.name, businessDate, change, force);
}

/** The layout announced the day manifest, and does so no more. One that a person gave (`publish --day-manifest`) stays in force. */
function isGivenUp(current: DayTerms | undefined, manifestKey: string | undefined): boolean {
  return current?.manifestKey !== undefined && manifestKey === undefined;
}

async function readDayManifest(
  raw: ObjectStore,
  key: string,
  businessDate: string,
  sourceKey: string,
): Promise<DayTerms['manifest'] | Refusal> {
  const info = await raw.head(key);
  if (!info) return undefined;
  const unusable = (problem: string): Refusal =>
    refuse('day-manifest-invalid', {
      where: sourceKey,
      what: `the day manifest ${key} cannot be used: ${problem}`,
      why: 'No file of a day is taken while its day manifest cannot be used.',
      next: 'Ask for the day manifest to be sent again, and run the file again after that.',
    });
  if (info.sizeBytes > MAX_DAY_MANIFEST_BYTES) {
    return unusable(`it has ${info.sizeBytes} bytes, more than ${MAX_DAY_MANIFEST_BYTES}`);
  }
  const bytes = await raw.readRange(key, { startByte: 0, endByte: info.sizeBytes }, { pin: info.pin });
  const parsed = parseDayManifest(new TextDecoder().decode(bytes));
  if ('problems' in parsed) return unusable(parsed.problems.slice(0, 5).join('; '));
  const stated = parsed.file.businessDate;
  if (stated !== undefined && stated !== businessDate) {
    return unusable(`it is for ${stated}, and the data beside it for ${businessDate}`);
  }
  return { key, version: info.version, file: parsed.file };
}

/** Compares a file that is not read yet with the day manifest: its name, its size and the checksum that the store keeps. */
export function refusedByTerms(terms: DayTerms, source: ObjectInfo): Refusal | undefined {
  const { manifest } = terms;
  if (!manifest) return undefined;
  const entry = manifestEntryOf(manifest.file, source.key);
  if (!entry) {
    return refuse('not-in-day-manifest', {
      where: source.key,
      what: `the day manifest ${manifest.key} does not name it`,
      next: 'Ask for a day manifest that does, or remove the file.',
    });
  }
  const { sizeBytes, crc64nvme } = source;
  return figuresRefusal(source.key, manifest.key, entry, { sizeBytes, crc64nvme });
}

/** What a plan keeps of the terms of its day: enough to write them again, unless a day manifest is among them. */
export function plannedTerms({ number, value }: Numbered<DayTerms>): FilePlan['terms'] {
  const { expectedFiles, manifestKey, manifest } = value;
  const hasManifest = manifestKey !== undefined || manifest !== undefined;
  return {
    number,
    ...(expectedFiles !== undefined && { expectedFiles }),
    ...(hasManifest && { hasManifest }),
  };
}

/** The figures that the day manifest states for one file; null if no day manifest has arrived. */
export function statedInTerms({ manifest }: DayTerms, sourceKey: string): FilePlan['dayManifest'] {
  const entry = manifest && manifestEntryOf(manifest.file, sourceKey);
  return entry ? { key: manifest.key, entry, values: manifestTotals(entry) } : null;
}
