import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { lakePorts } from '../../cli/lake-arguments.ts';
import { reportSettings } from '../../cli/report-settings.ts';
import { convert } from '../../library/convert.ts';
import { PRIVATE } from '../../local/adapters/file-modes.ts';
import { startDir } from '../../local/adapters/project-folders.ts';
import { temporaryFolder } from '../../local/adapters/temporary-folder.ts';
import { unicodeOf } from '../../shared/decode/code-pages.ts';
import { framedRecord } from '../../shared/decode/framed-record.ts';
import { fieldNamed } from '../../shared/decode/shown-record.ts';
import { UsageError } from '../../shared/errors.ts';
import { fileNameOf } from '../../shared/keys/name-pattern.ts';
import { runKeys } from '../../shared/keys/run-keys.ts';
import { isByteTablePage } from '../../shared/layout/code-page.ts';
import { dayStatus } from '../../shared/pipeline/operate/day-status.ts';
import { groupRejects, readRejects } from '../../shared/pipeline/operate/read-rejects.ts';
import { statusLayout } from '../../shared/pipeline/operate/status-layout.ts';
import { readNight } from '../../shared/pipeline/report/read-night.ts';
import { dayEntries } from '../../shared/pipeline/store/day-ledger.ts';
import { findJson } from '../../shared/pipeline/store/json-object.ts';
import { nightReport } from '../../shared/report/night-report.ts';
import { nightPage } from '../../shared/report/page/night-page.ts';
import { filePlanShape } from '../../shared/run/file-plan.ts';
import { requested } from './told-error.ts';

/** A day of a dataset in a lake. */
export interface LakeDay {
  lake: string;
  dataset: string;
  businessDate: string;
}

/** Groups of rejects show so many records each; `rejects --export` has all of them. */
const MOST_EXAMPLES = 200;

const supplementShape = z.object({
  lake: z.string().min(1),
  dataset: z.string(),
  businessDate: z.string(),
  sourceKey: z.string(),
  /** Each a whole record in hexadecimal, without terminator. */
  records: z.array(z.string().regex(/^([0-9a-f]{2})*$/i)).min(1),
});

/** What a page that follows a day must know to show it anew. */
export async function dayRoute({ lake, dataset, businessDate }: LakeDay) {
  const status = await dayStatus(await lakePorts(lake), dataset, businessDate);
  const digest = createHash('sha256').update(JSON.stringify(status)).digest('hex').slice(0, 16);
  return { status, digest };
}

/** The report of a day, as `report` writes it. */
export async function reportRoute({ lake, dataset, businessDate }: LakeDay): Promise<string> {
  const { settings, language } = reportSettings({}, lake, process.env);
  const report = nightReport(await readNight(await lakePorts(lake), dataset, businessDate, settings));
  return nightPage(report, language);
}

/** The rejects of a day by reason and field, with what is needed to show and to correct their bytes. */
export async function rejectsRoute({ lake, dataset, businessDate }: LakeDay) {
  const ports = await lakePorts(lake);
  const layout = await statusLayout(ports.lake, dataset, businessDate);
  const groups = await groupRejects(readRejects(ports, { dataset, businessDate }), MOST_EXAMPLES);
  const entries = await dayEntries(ports.lake, dataset, businessDate);
  const { encoding } = layout;
  return {
    characters: isByteTablePage(encoding) ? [...unicodeOf(encoding)] : null,
    /** Only what is loaded can be supplemented; a refused file is corrected and converted again. */
    loaded: entries.filter(({ state }) => state === 'loaded').map(({ sourceKey }) => sourceKey),
    groups: groups.map(({ examples, ...group }) => {
      const field = fieldNamed(layout, group.field);
      return {
        ...group,
        place: field ? { start: field.startByte + 1, end: field.endByte } : null,
        examples: examples.map(({ sourceKey, byteOffset, raw }) => ({
          ...{ sourceKey, byteOffset },
          hex: Buffer.from(raw).toString('hex'),
        })),
      };
    }),
  };
}

/** Loads corrected records as a supplement of the file that rejected them, as `convert --supplement-of` does. */
export async function supplementRoute(body: unknown, signal: AbortSignal) {
  const { lake, dataset, businessDate, sourceKey, records } = requested(supplementShape, body);
  const ports = await lakePorts(lake);
  const { record } = await statusLayout(ports.lake, dataset, businessDate);
  const layout = await layoutOf(ports, dataset, businessDate, sourceKey);
  const bytes = Buffer.concat(records.map((hex) => framedRecord(record, Buffer.from(hex, 'hex'))));
  const folder = await temporaryFolder('positional-lake-studio-');
  try {
    const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
    const input = join(folder, `${fileNameOf(sourceKey)}.corrected-${digest}`);
    await writeFile(input, bytes, { mode: PRIVATE.file });
    const lakeDir = resolve(startDir, lake);
    return await convert({
      lake: lakeDir,
      layout,
      inputs: [input],
      businessDate,
      supplementOf: sourceKey,
      signal,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The file of the layout by which a file of the day was loaded. */
async function layoutOf(
  { lake }: Awaited<ReturnType<typeof lakePorts>>,
  dataset: string,
  businessDate: string,
  sourceKey: string,
): Promise<string> {
  const entries = await dayEntries(lake, dataset, businessDate);
  const entry = entries.find((one) => one.sourceKey === sourceKey && one.state === 'loaded');
  if (!entry?.runId) {
    throw new UsageError({
      what: `${sourceKey} is not loaded on ${businessDate}`,
      next: 'Correct the file or its layout, and convert it again.',
    });
  }
  const plan = await findJson(lake, runKeys(entry.runId).plan, filePlanShape);
  return plan?.layout.file ?? entry.layout.name;
}
