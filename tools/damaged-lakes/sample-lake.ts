import { createFileCatalog } from '../../local/adapters/catalog-file.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { finalizeFile } from '../../shared/pipeline/finalize/finalize-file.ts';
import { mergePartition } from '../../shared/pipeline/merge/merge-partition.ts';
import { rollBack } from '../../shared/pipeline/operate/roll-back.ts';
import { parseRange } from '../../shared/pipeline/parse/parse-range.ts';
import { publishDay } from '../../shared/pipeline/publish/publish-day.ts';
import { reconcileFile } from '../../shared/pipeline/reconcile/reconcile-file.ts';
import type { ConvertRequest } from '../../shared/pipeline/split/convert-request.ts';
import { splitFile } from '../../shared/pipeline/split/split-file.ts';
import { readJson } from '../../shared/pipeline/store/json-object.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';
import { plannedRangesShape } from '../../shared/run/file-plan.ts';
import type { Chances } from '../chaos/fault-plan.ts';
import { RecordedStore } from './recorded-store.ts';

/** Lines of 20 bytes: id, amount (implied, scale 2), product. */
function layoutText(name: string): string {
  return JSON.stringify({
    name,
    encoding: 'us-ascii',
    record: { format: 'lines', length: 20 },
    partitionBy: ['product'],
    fields: [
      { name: 'id', start: 1, end: 6, type: 'string', required: true },
      { name: 'amount', start: 7, end: 15, type: 'decimal(9,2)', point: 'implied', required: true },
      { name: 'product', start: 16, end: 20, type: 'string' },
    ],
    rejects: { maxPercent: 50 },
  });
}

/** One version of a file: its bytes, and the rows that readers must have of it. */
interface FileVersion {
  bytes: Uint8Array;
  rows: string[];
}

/** A file as it should stand: the version that readers have, or will have once its day is complete. */
interface StandingFile {
  layout: string;
  businessDate: string;
  version: FileVersion;
  supplementOf?: string;
  /** False while its day waits for another file. */
  isVisible: boolean;
}

/** A lake with a past, and an independent account of the rows that its readers must have. */
export class SampleLake {
  readonly lake: RecordedStore;
  readonly raw: RecordedStore;
  readonly ports: PipelinePorts;
  /** By source key. */
  readonly files: Map<string, StandingFile>;
  private executions = 0;
  private nowMs: number;
  private readonly settings: PipelinePorts['settings'];

  constructor(
    lake = new RecordedStore(),
    raw = new RecordedStore(),
    files = new Map<string, StandingFile>(),
    nowMs = Date.parse('2025-08-13T06:00:00Z'),
  ) {
    this.lake = lake;
    this.raw = raw;
    this.files = files;
    this.nowMs = nowMs;
    this.settings = {
      rangeSizeBytes: 160,
      wholePartBytes: 2_000,
      expectedFiles: undefined,
      softwareVersion: '0',
    };
    this.ports = {
      raw: this.raw,
      lake,
      publishedPrefix: 'processed/',
      catalog: createFileCatalog(lake, { mostDays: 1 }),
      layouts: {
        load: async (name) => ({ file: name, text: layoutText(name) }),
        loadBeside: async (_file, name) => ({ file: name, text: '' }),
      },
      metrics: { record: async () => undefined },
      notifier: { notify: async () => undefined },
      // Each look at the clock is later than the one before.
      clock: { now: () => new Date(this.tick()) },
      settings: this.settings,
    };
  }

  private tick(): number {
    this.nowMs += 1000;
    return this.nowMs;
  }

  /** The same lake again, to be damaged. */
  clone(): SampleLake {
    const files = new Map([...this.files].map(([key, file]) => [key, { ...file }]));
    const copy = new SampleLake(this.lake.clone(), this.raw.clone(), files, this.nowMs);
    copy.executions = this.executions + 1000;
    return copy;
  }

  /** The bytes that last came under a key. */
  sent(sourceKey: string): Uint8Array {
    return this.raw.bytesOf(sourceKey);
  }

  later(ms: number): void {
    this.nowMs += ms;
  }

  /** Converts what stands under the key, with the steps of the state machine. */
  async convert(sourceKey: string, bytes: Uint8Array, request: Omit<ConvertRequest, 'sourceKey'>) {
    this.raw.replace(sourceKey, bytes);
    const split = await splitFile(this.ports, `execution-${this.executions++}`, { ...request, sourceKey });
    if (split.verdict !== 'convert') return finalizeFile(this.ports, split);
    const { planKey, rangesKey } = split;
    for (const range of await readJson(this.lake, rangesKey, plannedRangesShape)) {
      await parseRange(this.ports, planKey, range);
    }
    const reconciled = await reconcileFile(this.ports, planKey);
    if (reconciled.verdict === 'balanced') {
      for (const mergeIndex of reconciled.merges?.flat() ?? [])
        await mergePartition(this.ports, planKey, { mergeIndex });
    }
    return finalizeFile(this.ports, reconciled);
  }

  /** A conversion that stops after its first range. */
  async convertInPart(sourceKey: string, bytes: Uint8Array, layout: string): Promise<void> {
    this.raw.replace(sourceKey, bytes);
    const split = await splitFile(this.ports, `execution-${this.executions++}`, { layout, sourceKey });
    if (split.verdict !== 'convert') return;
    const [first] = await readJson(this.lake, split.rangesKey, plannedRangesShape);
    if (first) await parseRange(this.ports, split.planKey, first);
  }

  async load(
    sourceKey: string,
    layout: string,
    version: FileVersion,
    options: { expectedFiles?: number; supplementOf?: string; force?: boolean; isVisible?: boolean } = {},
  ): Promise<void> {
    const { expectedFiles, supplementOf, force, isVisible = true } = options;
    this.settings.expectedFiles = expectedFiles;
    const result = await this.convert(sourceKey, version.bytes, {
      layout,
      ...(supplementOf !== undefined && { supplementOf }),
      ...(force && { force }),
    });
    this.settings.expectedFiles = undefined;
    if (result.status === 'refused') throw new Error(`${sourceKey} was refused`);
    const businessDate = dateOf(sourceKey);
    this.files.set(sourceKey, {
      ...{ layout, businessDate, version, isVisible },
      ...(supplementOf !== undefined && { supplementOf }),
    });
  }

  /** The rows that readers must have of a table, sorted. */
  rightRows(layout: string): string[] {
    return [...this.files.values()]
      .filter((file) => file.layout === layout && file.isVisible)
      .flatMap(({ version }) => version.rows)
      .sort();
  }
}

export const LAYOUTS = ['night', 'other'] as const;
const WAITING_DAY = '20250814';

/** Makes a lake with everything that a lake has: replaced, rolled back, corrected, waiting, refused and unfinished files of several days. */
export async function makeSampleLake(chances: Chances): Promise<SampleLake> {
  const lake = new SampleLake();
  const maker = new VersionMaker(chances);
  const night = 'night';
  const first = maker.version('F', 6 + chances.below(8));
  await lake.load('f_20250812.txt', night, first);
  await lake.load('g_20250812.txt', night, maker.version('G', 3 + chances.below(6)));
  const rejecting = maker.version('F', 5 + chances.below(8), 2);
  await lake.load('f_20250812.txt', night, rejecting);
  await lake.load('fix_20250812.txt', night, maker.version('X', 1), { supplementOf: 'f_20250812.txt' });
  const before = lake.files.get('g_20250812.txt')!.version;
  await lake.load('g_20250812.txt', night, maker.version('G', 3 + chances.below(6)));
  if (chances.happens(0.5)) {
    const day = {
      dataset: night,
      businessDate: '2025-08-12',
      file: 'g_20250812.txt',
      reason: 'sent by mistake',
    };
    await rollBack(lake.ports, day);
    lake.files.get('g_20250812.txt')!.version = before;
  }
  await lake.load('h_20250813.txt', night, maker.version('H', 2 + chances.below(5)));
  if (chances.happens(0.5)) await lake.load('h_20250813.txt', night, maker.version('H', 4));
  await lake.load(`w_${WAITING_DAY}.txt`, night, maker.version('W', 5), {
    expectedFiles: 2,
    isVisible: false,
  });
  await lake.load('o_20250812.txt', 'other', maker.version('O', 3 + chances.below(4)));
  await lake.convert('r_20250815.txt', maker.version('R', 2, 8).bytes, { layout: 'other' });
  await lake.convertInPart('u_20250815.txt', maker.version('U', 30).bytes, 'other');
  // The lease of the unfinished run is over.
  lake.later(3 * 3_600_000);
  return lake;
}

/** Completes the day that waits, and corrects what `u` was to be: the lake then shows everything that it ever got. */
export async function completeLake(lake: SampleLake, chances: Chances): Promise<void> {
  const maker = new VersionMaker(chances);
  await lake.load(`v_${WAITING_DAY}.txt`, 'night', maker.version('V', 3), { expectedFiles: 2 });
  lake.files.get(`w_${WAITING_DAY}.txt`)!.isVisible = true;
  await publishDay(lake.ports, readLayout(layoutText('night'), 'night'), '2025-08-14');
  await lake.load('u_20250815.txt', 'other', maker.version('U', 30));
}

class VersionMaker {
  private readonly chances: Chances;

  constructor(chances: Chances) {
    this.chances = chances;
  }

  /** `rows` records that load, and `rejects` that do not. */
  version(prefix: string, rows: number, rejects = 0): FileVersion {
    const lines: string[] = [];
    const right: string[] = [];
    for (let index = 0; index < rows; index++) {
      const id = `${prefix}${index}`;
      const cents = this.chances.below(100_000);
      const product = this.chances.of(['A', 'B', 'C']);
      lines.push(`${id.padEnd(6)}${String(cents).padStart(9, '0')}${product.padEnd(5)}`);
      right.push(`${id} ${cents} ${product}`);
    }
    for (let index = 0; index < rejects; index++)
      lines.push(`${`${prefix}r${index}`.padEnd(6)}${'X'.padStart(9)}A    `);
    return { bytes: Buffer.from(`${lines.join('\n')}\n`, 'latin1'), rows: right };
  }
}

function dateOf(sourceKey: string): string {
  const [, year, month, day] = /(\d{4})(\d{2})(\d{2})/.exec(sourceKey) ?? [];
  return `${year}-${month}-${day}`;
}
