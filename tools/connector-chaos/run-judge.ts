import type { JournalEntry } from '../../connector/decide/journal-entry.ts';
import { parseDayManifest } from '../../shared/day/day-manifest.ts';
import { crc64nvme, crc64ToBase64 } from '../../shared/ranges/crc64nvme.ts';
import type { NightFile } from './mainframe.ts';
import type { SeenObject } from './run-target.ts';

const DAY_FOLDER = 'year=2025/month=08/day=12/';
const DAY_MANIFEST = `${DAY_FOLDER}contratos_20250812.ctl`;

/** Watches what readers of the target can see, and compares it with what the mainframe meant. Shares no code with the connector's decisions. */
export class RunJudge {
  readonly broken: string[] = [];
  /** Contents that became visible, by key, in order. */
  readonly seen = new Map<string, string[]>();
  private readonly files: readonly NightFile[];
  private dayManifest: Buffer | undefined;
  private readonly journalObjects = new Map<string, Buffer>();

  constructor(files: readonly NightFile[]) {
    this.files = files;
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
    const file = this.files.find(({ name }) => key === `${DAY_FOLDER}${name}`);
    const isFinished = file?.contents.some((content) => content.bytes.equals(bytes));
    if (!isFinished)
      this.broken.push(`${key}: ${bytes.length} bytes are visible that were never a finished file`);
    const crc = sum(bytes);
    const before = this.seen.get(key) ?? [];
    if (before.includes(crc)) this.broken.push(`${key}: the same content arrived twice`);
    this.seen.set(key, [...before, crc]);
  }

  private seeManifest(bytes: Buffer): void {
    this.dayManifest = bytes;
    for (const { name, crc64nvme: stated } of entriesOf(bytes)) {
      if (!this.seen.get(`${DAY_FOLDER}${name}`)?.includes(stated ?? ''))
        this.broken.push(`the day manifest states a content of ${name} that had not arrived`);
    }
  }

  /** Has every file that is there arrived as it is? */
  isDone(bytesNow: (path: string) => Buffer | undefined): boolean {
    return this.files.every(({ path, name }) => {
      const now = bytesNow(path);
      return now === undefined || this.seen.get(`${DAY_FOLDER}${name}`)?.at(-1) === sum(now);
    });
  }

  /** When nothing more happens: whatever is finished and still there has arrived, and the journal tells it. */
  end(bytesNow: (path: string) => Buffer | undefined, entries: readonly JournalEntry[]): void {
    for (const { path, name, story } of this.files) {
      const now = bytesNow(path);
      const key = `${DAY_FOLDER}${name}`;
      if (now && this.seen.get(key)?.at(-1) !== sum(now))
        this.broken.push(`${key} (${story}): its ${now.length} bytes did not arrive`);
      this.judgeJournal(key, path, entries);
    }
    this.judgeManifest(bytesNow);
    this.judgeShipped(entries);
  }

  private judgeJournal(key: string, path: string, entries: readonly JournalEntry[]): void {
    const own = entries.filter((entry) => entry.path === path);
    const told = new Set(own.filter(({ event }) => event === 'arrived').map((entry) => entry.crc64nvme));
    for (const crc of this.seen.get(key) ?? []) {
      if (!told.has(crc)) this.broken.push(`${key}: the journal does not tell of the arrival of ${crc}`);
    }
    for (const crc of told) {
      if (!this.seen.get(key)?.includes(crc ?? ''))
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
      const entry = entries.find((one) => one.name === name);
      if (now && (entry?.sizeBytes !== now.length || entry.crc64nvme !== sum(now)))
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

function entriesOf(bytes: Buffer) {
  const manifest = parseDayManifest(bytes.toString());
  return 'file' in manifest ? manifest.file.files : [];
}

function sum(bytes: Uint8Array): string {
  return crc64ToBase64(crc64nvme(bytes));
}
