import { parquetReadObjects } from 'hyparquet';
import { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import { parseCatalog } from '../../local/adapters/read-catalog.ts';
import { dayEntries } from '../../shared/pipeline/store/day-ledger.ts';
import type { PipelinePorts } from '../../shared/ports/pipeline-ports.ts';
import type { LoadedVersion } from '../../shared/run/ledger-entry.ts';
import { Chances } from '../../tools/chaos/fault-plan.ts';
import type { VirtualTime } from '../../tools/chaos/virtual-time.ts';
import { ZSTD_PAGES } from '../../tools/zstd-pages.ts';
import { smallFile, smallLine } from './small-contracts.ts';
import { DATE } from './small-day.ts';
import { testPorts } from './test-ports.ts';

/** Some calls wait this long, so that others overtake; a conditional write more often, and longer. */
const CALL_MS = 40;
const SLOW_MS = 3_000;
const HELD_MS = 12_000;

/** A row as a reader sees it: id and amount. */
type Row = string;

/** A lake in memory whose calls take turns by chance, and what its readers should see by what was loaded. */
export class CrowdedDay {
  readonly raw = new MemoryObjectStore();
  readonly lake = new MemoryObjectStore();
  readonly ports: PipelinePorts;
  /** Contents that were put under the name of each file: version → the rows of its good records. */
  private readonly rowsOfVersion = new Map<string, Row[]>();
  private amount = 100;

  constructor(time: VirtualTime, seed: number, expectedFiles: number | undefined) {
    const chances = new Chances(seed, 'calls');
    const wait = async (operation: string) => {
      const isCondition = operation === 'putOnce' || operation === 'putIf';
      if (isCondition && chances.happens(0.3)) await time.sleep(chances.below(HELD_MS));
      else await time.sleep(chances.below(chances.happens(0.1) ? SLOW_MS : CALL_MS));
    };
    this.lake.beforeCall = wait;
    this.ports = testPorts(this.raw, this.lake, {
      clock: { now: () => time.now() },
      settings: { rangeSizeBytes: 1_000_000, wholePartBytes: 1, expectedFiles, softwareVersion: '0' },
    });
  }

  /** Puts new bytes under `key`: three records of two products, of which one is rejected if `rejects`. */
  bring(key: string, letter: string, rejects: boolean): void {
    const amount = this.amount++;
    const good = [`${letter}1`, `${letter}3`, ...(rejects ? [] : [`${letter}2`])];
    const bytes = smallFile(
      smallLine(`${letter}1`, amount, 'A'),
      smallLine(`${letter}2`, rejects ? 'X' : amount, 'A'),
      smallLine(`${letter}3`, amount, 'B'),
    );
    this.rowsOfVersion.set(
      this.raw.replace(key, bytes),
      good.map((id) => `${id} ${amount}`),
    );
  }

  /** Puts a correction of the record that `bring` spoils. */
  bringCorrection(key: string, letter: string): void {
    const amount = this.amount++;
    const version = this.raw.replace(key, smallFile(smallLine(`${letter}2`, amount, 'A')));
    this.rowsOfVersion.set(version, [`${letter}2 ${amount}`]);
  }

  /** The rows that the ledger's loaded versions have, by what was brought: each with the supplements of this very content. */
  async wanted(): Promise<{ rows: Row[]; versions: Map<string, string> }> {
    const entries = await dayEntries(this.lake, 'small', DATE);
    const standing = new Map(
      entries.flatMap(({ sourceKey, loaded }) => (loaded ? [[sourceKey, loaded]] : [])),
    );
    const shown = entries.flatMap(({ loaded }) => (loaded && this.isShown(loaded, standing) ? [loaded] : []));
    return {
      rows: shown.flatMap(({ version }) => this.rowsOfVersion.get(version) ?? ['unknown']).sort(),
      versions: new Map([...standing].map(([key, { version }]) => [key, version])),
    };
  }

  private isShown({ supplementOf }: LoadedVersion, standing: Map<string, LoadedVersion>): boolean {
    if (!supplementOf) return true;
    const parent = standing.get(supplementOf.sourceKey);
    // One layout, so the same bytes reject the same records.
    const isSame = parent && supplementOf.content?.startsWith(`${parent.contentDigest} `);
    return parent !== undefined && (parent.runId === supplementOf.runId || isSame === true);
  }

  /** The rows that a reader of the catalog sees. Fails if an object is not there. */
  async visible(): Promise<Row[]> {
    const stored = await this.lake.get('catalog/small.json');
    if (!stored) return [];
    const { partitions } = parseCatalog(new TextDecoder().decode(stored.bytes), 'catalog/small.json');
    const rows: Row[] = [];
    for (const key of partitions.flatMap(({ files }) => files)) {
      const bytes = this.lake.bytesOf(`processed/${key}`);
      const file = {
        byteLength: bytes.byteLength,
        slice: (start: number, end?: number) => bytes.slice(start, end).buffer as ArrayBuffer,
      };
      for (const { id, amount } of await parquetReadObjects({ file, compressors: ZSTD_PAGES })) {
        rows.push(`${id} ${Math.round((amount as number) * 100)}`);
      }
    }
    return rows.sort();
  }
}
