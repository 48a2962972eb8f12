import { manifestEntryOf, parseDayManifest } from '../../day/day-manifest.ts';
import { type DayTerms, dayManifestKeyOf } from '../../day/day-terms.ts';
import type { Layout } from '../../layout/layout.ts';
import type { ObjectInfo, ObjectStore } from '../../ports/object-store.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import type { Refusal } from '../../refusal.ts';
import { figuresRefusal } from '../../run/stated-figures.ts';
import { changeTerms } from '../store/kept-terms.ts';

/** No day manifest is larger; one that is is not read. */
const MAX_DAY_MANIFEST_BYTES = 4 * 1024 * 1024;

/**
 * Keeps what the day is held to, with the day manifest as it stands beside the data now. A day manifest that went away stays as it was
 * read; one that cannot be used is a refusal.
 */
export async function recordTerms(
  ports: PipelinePorts,
  layout: Layout,
  layoutFile: { file: string; text: string },
  businessDate: string,
  sourceKey: string,
): Promise<{ terms: DayTerms } | { refusal: Refusal }> {
  const manifestKey = dayManifestKeyOf(layout.day, sourceKey, businessDate);
  const found = manifestKey === undefined ? {} : await readDayManifest(ports.raw, manifestKey, businessDate);
  if ('refusal' in found) return found;
  const { expectedFiles } = ports.settings;
  const { file, text } = layoutFile;
  const terms = await changeTerms(ports.lake, layout.name, businessDate, (current) => ({
    layout: { file, text, fingerprint: layout.fingerprint },
    expectedFiles: expectedFiles ?? current?.expectedFiles,
    manifestKey,
    manifest: found.manifest ?? (manifestKey === undefined ? undefined : current?.manifest),
  }));
  return { terms };
}

async function readDayManifest(
  raw: ObjectStore,
  key: string,
  businessDate: string,
): Promise<{ manifest?: DayTerms['manifest'] } | { refusal: Refusal }> {
  const info = await raw.head(key);
  if (!info) return {};
  const refuse = (why: string): { refusal: Refusal } => ({
    refusal: {
      code: 'day-manifest-invalid',
      message: `The day manifest ${key} cannot be used: ${why}. No file of its day is taken until it is sent again.`,
    },
  });
  if (info.sizeBytes > MAX_DAY_MANIFEST_BYTES) return refuse(`it has ${info.sizeBytes} bytes`);
  const bytes = await raw.readRange(key, { startByte: 0, endByte: info.sizeBytes }, { pin: info.pin });
  const parsed = parseDayManifest(new TextDecoder().decode(bytes));
  if ('problems' in parsed) return refuse(parsed.problems.slice(0, 5).join('; '));
  const stated = parsed.file.businessDate;
  if (stated !== undefined && stated !== businessDate) {
    return refuse(`it is of ${stated}, and the data beside it of ${businessDate}`);
  }
  return { manifest: { key, version: info.version, file: parsed.file } };
}

/** Holds a file that is not read yet against the day manifest: its name, its size and the checksum that the store keeps of it. */
export function refusedByTerms(terms: DayTerms, source: ObjectInfo): Refusal | undefined {
  const { manifest } = terms;
  if (!manifest) return undefined;
  const entry = manifestEntryOf(manifest.file, source.key);
  if (!entry) {
    return {
      code: 'not-in-day-manifest',
      message: `${source.key}: the day manifest ${manifest.key} does not name it. Nothing was published. Ask for a day manifest that does, or remove the file.`,
    };
  }
  const { sizeBytes, crc64nvme } = source;
  return figuresRefusal(source.key, manifest.key, entry, { sizeBytes, crc64nvme });
}
