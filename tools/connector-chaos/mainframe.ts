import { crc64nvme, crc64ToBase64 } from '../../shared/ranges/crc64nvme.ts';
import type { Chances } from '../chaos/fault-plan.ts';
import type { SimulatedFolder } from './simulated-folder.ts';
import type { SimulatedTime } from './simulated-time.ts';

export const WAYS = ['marker', 'manifest', 'rename', 'rest'] as const;
export type Way = (typeof WAYS)[number];

/** What happens to a file of the night. */
export const STORIES = [
  'plain',
  'grows slowly',
  'truncated and written again',
  'replaced later',
  'appended later',
  'same size later',
  'touched later',
  'vanishes unfinished',
  'vanishes later',
] as const;
export type Story = (typeof STORIES)[number];

/** How long a file rests before it counts as finished, in runs of that way; a writer never pauses so long. */
export const REST_MS = 60_000;
const LONGEST_PAUSE_MS = 20_000;

/** A content that was finished: only these may ever be seen in the target. */
interface FinishedContent {
  bytes: Buffer;
  sinceMs: number;
}

export interface NightFile {
  path: string;
  name: string;
  story: Story;
  contents: FinishedContent[];
}

/** Plays what a mainframe does to its folder, as a list of things that happen at times. */
export class Mainframe {
  readonly files: NightFile[] = [];
  private readonly folder: SimulatedFolder;
  private readonly time: SimulatedTime;
  private readonly chances: Chances;
  private readonly way: Way;
  private readonly sizeLimit: number;
  private readonly story: Story | undefined;

  constructor(
    folder: SimulatedFolder,
    time: SimulatedTime,
    chances: Chances,
    way: Way,
    sizeLimit: number,
    story: Story | undefined,
  ) {
    this.folder = folder;
    this.time = time;
    this.chances = chances;
    this.way = way;
    this.sizeLimit = sizeLimit;
    this.story = story;
  }

  /** Plans the night: files begin out of order, and overlap. */
  plan(count: number): void {
    for (let index = 0; index < count; index++) {
      const name = `contratos_20250812_${String(index + 1).padStart(3, '0')}.txt`;
      const file: NightFile = {
        path: `20250812/${name}`,
        name,
        story: this.story ?? this.chances.of(STORIES),
        contents: [],
      };
      this.files.push(file);
      this.planFile(file, this.time.nowMs + this.chances.below(200_000));
    }
  }

  private planFile(file: NightFile, startMs: number): void {
    const { chances } = this;
    const first = this.content();
    if (file.story === 'vanishes unfinished') {
      const endMs = this.grow(file, first.subarray(0, Math.max(1, first.length - 1)), startMs, false);
      this.time.at(endMs + chances.below(LONGEST_PAUSE_MS), () =>
        this.folder.remove(this.unfinishedPath(file)),
      );
      return;
    }
    let endMs = startMs;
    if (file.story === 'truncated and written again') {
      endMs = this.grow(file, this.content(), startMs, false);
      this.time.at(endMs + 1, () => this.folder.write(this.unfinishedPath(file), Buffer.alloc(0)));
    }
    endMs = this.grow(file, first, endMs + 1 + chances.below(LONGEST_PAUSE_MS / 2), true);
    const laterMs = endMs + chances.below(chances.of([3_000, 12_000, 60_000, 400_000]));
    if (file.story === 'vanishes later') this.time.at(laterMs, () => this.folder.remove(file.path));
    // A touch does not finish a file anew: its marker is renewed with it.
    if (file.story === 'touched later')
      this.time.at(laterMs, () => this.again(file, () => this.folder.touch(file.path)));
    if (file.story === 'replaced later') this.change(file, this.content(), laterMs, 'replace');
    if (file.story === 'same size later') this.change(file, this.content(first.length), laterMs, 'write');
    if (file.story === 'appended later')
      this.change(file, Buffer.concat([first, this.content()]), laterMs, 'write');
  }

  /** The file grows in steps; with `finishes` it is whole afterwards. Answers when that was. */
  private grow(file: NightFile, bytes: Buffer, startMs: number, finishes: boolean): number {
    const steps = file.story === 'grows slowly' ? 6 : 1 + this.chances.below(4);
    let atMs = startMs;
    for (let step = 0; step < steps; step++) {
      const from = Math.floor((bytes.length * step) / steps);
      const to = Math.floor((bytes.length * (step + 1)) / steps);
      atMs += this.chances.below(LONGEST_PAUSE_MS);
      this.time.at(atMs, () => this.folder.append(this.unfinishedPath(file), bytes.subarray(from, to)));
    }
    if (finishes) this.time.at(atMs, () => this.finish(file, bytes));
    return atMs;
  }

  /** A change of a file that was finished: in place in two steps, or by another file that takes its place. */
  private change(file: NightFile, bytes: Buffer, atMs: number, how: 'replace' | 'write'): void {
    if (how === 'replace' || this.way === 'rename') {
      this.time.at(atMs, () => this.again(file, () => this.folder.replace(file.path, bytes), bytes));
      return;
    }
    const leavesMarker = this.chances.happens(0.5);
    this.time.at(atMs, () => {
      // A marker that stays is older than the file from now on.
      if (!leavesMarker) this.folder.remove(this.markerPath(file));
      const before = this.folder.bytesOf(file.path) ?? Buffer.alloc(0);
      const half = Math.floor(bytes.length / 2);
      this.folder.write(file.path, Buffer.concat([bytes.subarray(0, half), before.subarray(half)]));
    });
    const endMs = atMs + 1_000 + this.chances.below(LONGEST_PAUSE_MS);
    this.time.at(endMs, () => this.again(file, () => this.folder.write(file.path, bytes), bytes));
  }

  private again(file: NightFile, act: () => void, bytes = this.folder.bytesOf(file.path)): void {
    act();
    if (bytes) this.finish(file, bytes);
  }

  private finish(file: NightFile, bytes: Buffer): void {
    if (file.contents.at(-1)?.bytes.equals(bytes) !== true)
      file.contents.push({ bytes, sinceMs: this.time.nowMs });
    if (this.way === 'rename') this.folder.rename(this.unfinishedPath(file), file.path);
    if (this.way === 'marker') this.folder.write(this.markerPath(file), Buffer.alloc(0));
    if (this.way === 'manifest') this.writeManifest();
  }

  private writeManifest(): void {
    const files = this.files.flatMap(({ name, contents }) => {
      const bytes = contents.at(-1)?.bytes;
      return bytes ? { name, sizeBytes: bytes.length, crc64nvme: crc64ToBase64(crc64nvme(bytes)) } : [];
    });
    this.folder.write(
      '20250812/sent.json',
      Buffer.from(JSON.stringify({ format: 'positional-lake-day/1', files })),
    );
  }

  private unfinishedPath({ path }: NightFile): string {
    return this.way === 'rename' ? `${path}.tmp` : path;
  }

  private markerPath({ path }: NightFile): string {
    return this.way === 'marker' ? `${path}.ok` : '';
  }

  private content(
    length = this.chances.of([
      this.chances.below(2),
      this.chances.below(4_000),
      ...[1, 2, 3, 4].map(() => this.chances.below(this.sizeLimit)),
    ]),
  ): Buffer {
    const bytes = Buffer.alloc(length);
    const seed = this.chances.below(1 << 30);
    for (let at = 0; at < length; at++) bytes[at] = (Math.imul(at + seed, 2_654_435_761) >>> 16) ^ at;
    return bytes;
  }
}
