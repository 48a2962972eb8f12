import { zstdDecompressSync } from 'node:zlib';
import type { JournalEntry } from '../../connector/decide/journal-entry.ts';
import { readSeekTable, seekFooter } from '../../shared/compression/seek-table.ts';
import { parseDayManifest } from '../../shared/day/day-manifest.ts';
import { crc64nvme, crc64ToBase64 } from '../../shared/ranges/crc64nvme.ts';
import type { NightFile } from './mainframe.ts';
import type { SeenObject } from './run-target.ts';

const DAY_FOLDER = 'year=2025/month=08/day=12/';
const DAY_MANIFEST = `${DAY_FOLDER}contratos_20250812.ctl`;

/** An object that became visible: the sums of its bytes, and of what comes out of them if it is compressed. */
interface SeenContent {
  stored: string;
  storedBytes: number;
  content: string;
}

/** Watches what readers of the target can see, and compares it with what the mainframe meant. Shares no code with the connector's decisions. */
export class RunJudge {
  readonly broken: string[] = [];
  /** Contents that became visible, by key, in order. */
  readonly seen = new Map<string, SeenContent[]>();
  private readonly files: readonly NightFile[];
  private readonly compresses: boolean;
  private dayManifest: Buffer | undefined;
  private readonly journalObjects = new Map<string, Buffer>();

  constructor(files: readonly NightFile[], compresses: boolean) {
    this.files = files;
    this.compresses = compresses;
  }

  private keyOf(name: string): string {
    return `${DAY_FOLDER}${name}${this.compresses ? '.zst' : ''}`;
  }

  /** An object has become visible. */
  see({ key, bytes }: SeenObject): void {
    if (key.startsWith('_connector/')) this.seeOwn(key, bytes);
    else if (key === DAY_MANIFEST) this.seeManifest(bytes);
    else this.seeFile(key, bytes);
  }

  private seeOwn(key: string, bytes: Buffer): void {
    if (!key.includes('/journal/')) return;
    if (this.journalObjects.has(key)) this.broken.push(`${key} was replaced: the journal only grows`);
    this.journalObjects.set(key, bytes);
  }

  private seeFile(key: string, bytes: Buffer): void {
    const file = this.files.find(({ name }) => key === this.keyOf(name));
    const whole = this.compresses ? decompressed(bytes) : bytes;
    if (typeof whole === 'string') {
      this.broken.push(`${key}: ${whole}`);
      return;
    }
    const isFinished = file?.contents.some((content) => content.bytes.equals(whole));
    if (!isFinished)
      this.broken.push(`${key}: ${whole.length} bytes are visible that were never a finished file`);
    const before = this.seen.get(key) ?? [];
    const content = sum(whole);
    if (before.some((seen) => seen.content === content))
      this.broken.push(`${key}: the same content arrived twice`);
    this.seen.set(key, [...before, { stored: sum(bytes), storedBytes: bytes.length, content }]);
  }

  private seeManifest(bytes: Buffer): void {
    this.dayManifest = bytes;
    for (const { name, crc64nvme: stated } of entriesOf(bytes)) {
      if (!this.seen.get(`${DAY_FOLDER}${name}`)?.some(({ stored }) => stored === stated))
        this.broken.push(`the day manifest states a content of ${name} that had not arrived`);
    }
  }

  /** Has every file that is there arrived as it is? */
  isDone(bytesNow: (path: string) => Buffer | undefined): boolean {
    return this.files.every(({ path, name }) => {
      const now = bytesNow(path);
      return now === undefined || this.seen.get(this.keyOf(name))?.at(-1)?.content === sum(now);
    });
  }

  /** When nothing more happens: whatever is finished and still there has arrived, and the journal tells it. */
  end(bytesNow: (path: string) => Buffer | undefined, entries: readonly JournalEntry[]): void {
    for (const { path, name, story } of this.files) {
      const now = bytesNow(path);
      const key = this.keyOf(name);
      if (now && this.seen.get(key)?.at(-1)?.content !== sum(now))
        this.broken.push(`${key} (${story}): its ${now.length} bytes did not arrive`);
      this.judgeJournal(key, path, entries);
    }
    this.judgeManifest(bytesNow);
    this.judgeShipped(entries);
  }

  private judgeJournal(key: string, path: string, entries: readonly JournalEntry[]): void {
    const own = entries.filter((entry) => entry.path === path);
    const told = new Set(own.filter(({ event }) => event === 'arrived').map((entry) => entry.crc64nvme));
    for (const { stored } of this.seen.get(key) ?? []) {
      if (!told.has(stored))
        this.broken.push(`${key}: the journal does not tell of the arrival of ${stored}`);
    }
    for (const crc of told) {
      if (!this.seen.get(key)?.some(({ stored }) => stored === crc))
        this.broken.push(`${key}: the journal tells of ${crc}, which nobody saw`);
    }
    const begun = own.some(({ event }) => event === 'finished' || event === 'sending');
    if (told.size > 0 && !begun) this.broken.push(`${key}: the journal does not tell why it was taken`);
  }

  private judgeManifest(bytesNow: (path: string) => Buffer | undefined): void {
    const isExpected = this.files.some(({ story }) => !story.startsWith('vanishes'));
    if (!isExpected) return;
    if (!this.dayManifest) {
      this.broken.push('every expected file arrived, and there is no day manifest');
      return;
    }
    const entries = entriesOf(this.dayManifest);
    for (const { path, name } of this.files) {
      const now = bytesNow(path);
      const key = this.keyOf(name);
      const entry = entries.find((one) => key.endsWith(`/${one.name}`));
      const last = this.seen.get(key)?.at(-1);
      const isStored = entry?.sizeBytes === last?.storedBytes && entry?.crc64nvme === last?.stored;
      const { contentBytes = entry?.sizeBytes, contentCrc64nvme = entry?.crc64nvme } = entry ?? {};
      if (now && !(isStored && contentBytes === now.length && contentCrc64nvme === sum(now)))
        this.broken.push(`the day manifest does not state ${name} as it is`);
    }
  }

  private judgeShipped(entries: readonly JournalEntry[]): void {
    const shipped = [...this.journalObjects.values()]
      .flatMap((bytes) => bytes.toString().split('\n').filter(Boolean))
      .map((line) => JSON.parse(line) as JournalEntry);
    const names = shipped.map(({ owner, sequence }) => `${owner} ${sequence}`);
    if (new Set(names).size !== names.length)
      this.broken.push('the journal in the target has an entry twice');
    const missing = entries.filter(({ owner, sequence }) => !names.includes(`${owner} ${sequence}`));
    if (missing.length > 0)
      this.broken.push(`${missing.length} entries of the journal did not reach the target`);
  }
}

/** What zstd makes of the frames, each alone; a clause if they are not what the seek table at their end says. */
function decompressed(bytes: Buffer): Buffer | string {
  const footer = seekFooter(bytes);
  if (!footer) return 'it has no seek table';
  const table = readSeekTable(bytes.subarray(-footer.tableBytes), footer, bytes.length);
  const contents: Buffer[] = [];
  for (let frame = 0; frame < table.frameCount; frame++) {
    const content = zstdDecompressSync(
      bytes.subarray(table.storedStarts[frame], table.storedStarts[frame + 1]),
    );
    if (content.length !== table.contentStarts[frame + 1]! - table.contentStarts[frame]!)
      return `frame ${frame + 1} holds ${content.length} bytes, and its seek table says something else`;
    contents.push(content);
  }
  return Buffer.concat(contents);
}

function entriesOf(bytes: Buffer) {
  const manifest = parseDayManifest(bytes.toString());
  return 'file' in manifest ? manifest.file.files : [];
}

function sum(bytes: Uint8Array): string {
  return crc64ToBase64(crc64nvme(bytes));
}
