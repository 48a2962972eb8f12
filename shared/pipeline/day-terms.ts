import { createHash } from 'node:crypto';
import { controlEntryOf, controlFileRefusal, parseControlFile } from '../control/control-file.ts';
import { controlFileKeyOf, type DayTerms } from '../control/day-terms.ts';
import type { Refusal } from '../control/refusal.ts';
import { RunInconsistent } from '../errors.ts';
import { dayTermsPrefix } from '../keys/lake-keys.ts';
import type { Layout } from '../layout/layout.ts';
import { readLayout } from '../layout/read-layout.ts';
import type { ObjectInfo, ObjectStore } from '../ports/object-store.ts';
import { appendNumbered, highestNumbered } from './numbered-object.ts';
import type { PipelinePorts } from './pipeline-ports.ts';

/** No control file of a day is larger; one that is is not read. */
const MAX_CONTROL_FILE_BYTES = 4 * 1024 * 1024;

export async function readTerms(
  lake: ObjectStore,
  dataset: string,
  businessDate: string,
): Promise<DayTerms | undefined> {
  return (await highestNumbered<DayTerms>(lake, dayTermsPrefix(dataset, businessDate)))?.value;
}

/** The layout that a day was last split with. Fails with `RunInconsistent` for a day that nothing is known of. */
export async function readDayLayout(
  lake: ObjectStore,
  dataset: string,
  businessDate: string,
): Promise<Layout> {
  const { layout } = await requireTerms(lake, dataset, businessDate);
  return readLayout(layout.text, layout.file);
}

async function requireTerms(lake: ObjectStore, dataset: string, businessDate: string): Promise<DayTerms> {
  const terms = await readTerms(lake, dataset, businessDate);
  if (terms) return terms;
  throw new RunInconsistent({
    what: 'the ledger does not say what this day is held to',
    where: dayTermsPrefix(dataset, businessDate),
    why: 'no file of the day was split by this version of the software',
    next: 'Convert one of its files with --force.',
  });
}

/**
 * Keeps what the day is held to, with the control file as it stands beside the data now. A control file that went away stays as it was
 * read; one that cannot be used is a refusal.
 */
export async function recordTerms(
  ports: PipelinePorts,
  layout: Layout,
  layoutFile: { file: string; text: string },
  businessDate: string,
  sourceKey: string,
): Promise<{ terms: DayTerms } | { refusal: Refusal }> {
  const controlFileKey = controlFileKeyOf(layout.day, sourceKey, businessDate);
  const found =
    controlFileKey === undefined ? {} : await readControlFile(ports.raw, controlFileKey, businessDate);
  if ('refusal' in found) return found;
  const { expectedFiles } = ports.settings;
  const { file, text } = layoutFile;
  const terms = await appendNumbered<DayTerms>(
    ports.lake,
    dayTermsPrefix(layout.name, businessDate),
    (current) => ({
      layout: { file, text, fingerprint: layout.fingerprint },
      expectedFiles: expectedFiles ?? current?.expectedFiles,
      controlFileKey,
      controlFile: found.controlFile ?? (controlFileKey === undefined ? undefined : current?.controlFile),
    }),
  );
  return { terms };
}

/**
 * Holds a day to a control file that came after its data, or did not come beside it. Answers with what is wrong with the text, or nothing.
 */
export async function takeControlFile(
  lake: ObjectStore,
  dataset: string,
  businessDate: string,
  key: string,
  text: string,
): Promise<string[]> {
  const parsed = parseControlFile(text);
  if ('problems' in parsed) return parsed.problems;
  const { file } = parsed;
  if (file.businessDate !== undefined && file.businessDate !== businessDate) {
    return [`it is of ${file.businessDate}`];
  }
  const version = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const { layout: known } = await requireTerms(lake, dataset, businessDate);
  await appendNumbered<DayTerms>(lake, dayTermsPrefix(dataset, businessDate), (current) => ({
    ...(current ?? { layout: known }),
    controlFile: { key, version, file },
  }));
  return [];
}

async function readControlFile(
  raw: ObjectStore,
  key: string,
  businessDate: string,
): Promise<{ controlFile?: DayTerms['controlFile'] } | { refusal: Refusal }> {
  const info = await raw.head(key);
  if (!info) return {};
  const refuse = (why: string): { refusal: Refusal } => ({
    refusal: {
      code: 'control-file-invalid',
      message: `The control file ${key} cannot be used: ${why}. No file of its day is taken until it is sent again.`,
    },
  });
  if (info.sizeBytes > MAX_CONTROL_FILE_BYTES) return refuse(`it has ${info.sizeBytes} bytes`);
  const bytes = await raw.readRange(key, { startByte: 0, endByte: info.sizeBytes }, { pin: info.pin });
  const parsed = parseControlFile(new TextDecoder().decode(bytes));
  if ('problems' in parsed) return refuse(parsed.problems.slice(0, 5).join('; '));
  const stated = parsed.file.businessDate;
  if (stated !== undefined && stated !== businessDate) {
    return refuse(`it is of ${stated}, and the data beside it of ${businessDate}`);
  }
  return { controlFile: { key, version: info.version, file: parsed.file } };
}

/** Holds a file that is not read yet against the control file: its name, its size and the checksum that the store keeps of it. */
export function refusedByTerms(terms: DayTerms, source: ObjectInfo): Refusal | undefined {
  const { controlFile } = terms;
  if (!controlFile) return undefined;
  const entry = controlEntryOf(controlFile.file, source.key);
  if (!entry) {
    return {
      code: 'not-in-control-file',
      message: `${source.key}: the control file ${controlFile.key} does not name it. Nothing was published. Ask for a control file that does, or remove the file.`,
    };
  }
  const { sizeBytes, crc64nvme } = source;
  return controlFileRefusal(source.key, controlFile.key, entry, { sizeBytes, crc64nvme });
}
