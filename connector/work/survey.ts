import { PipelineError } from '../../shared/errors.ts';
import type { SeenFile, TransferSource } from '../../shared/ports/transfer-source.ts';
import { statedBy } from '../decide/arrived-day.ts';
import { besidePath, type FilePlace, placeOf, placeOfSeen } from '../decide/file-place.ts';
import { type Beside, type Judgement, judgeFile } from '../decide/finished-file.ts';
import { lookedAgain } from '../decide/looks.ts';
import type { FileRule, Settings } from '../decide/settings.ts';
import type { ConnectorPorts, FileMemory } from './connector-ports.ts';
import type { FileJob } from './file-job.ts';
import type { Journal } from './journal.ts';
import { patiently } from './patience.ts';
import { readPart } from './read-part.ts';

/** A day manifest of a sender is small. */
const MOST_MANIFEST_BYTES = 16 * 1024 * 1024;

/** A file that a rule names, as it stands at this look. */
export interface SurveyedFile {
  source: TransferSource;
  seen: SeenFile;
  place: FilePlace;
  rule: FileRule;
  judgement: Judgement;
  stated: FileJob['stated'];
}

/** Looks at every file of the sources, and remembers what it saw from look to look. */
export class Survey {
  private readonly ports: ConnectorPorts;
  private readonly settings: Settings;
  private readonly journal: Journal;
  private readonly memory = new Map<string, FileMemory>();
  private readonly manifests = new Map<string, string>();
  /** By source, the paths of the last listing. */
  private readonly listed = new Map<string, Set<string>>();
  /** Days of files that were seen before and are gone, as long as uploads of theirs may be left. */
  readonly goneDates = new Set<string>();

  constructor(ports: ConnectorPorts, settings: Settings, journal: Journal) {
    this.ports = ports;
    this.settings = settings;
    this.journal = journal;
  }

  /** Takes over what the run before saw. */
  async recall(): Promise<void> {
    for (const file of await this.ports.memory.load()) this.memory.set(nameOf(file), file);
  }

  /** One look at one source. `hasArrived` answers whether this version of a file needs nothing more. */
  async look(
    source: TransferSource,
    hasArrived: (source: string, seen: SeenFile, place: FilePlace) => Promise<boolean>,
  ): Promise<SurveyedFile[]> {
    const listed = await patiently(this.ports, () => listOf(source));
    this.listed.set(source.name, new Set(listed.keys()));
    const nowMs = this.ports.clock.steadyMs();
    for (const seen of listed.values()) this.remember(source, seen, nowMs);
    await this.forgetVanished(source, listed);
    const found: SurveyedFile[] = [];
    for (const seen of listed.values()) {
      const place = placeOfSeen(seen, this.settings);
      if (place === undefined) continue;
      if ('problem' in place) await this.tellOnce(source, seen.path, 'no-place', place.problem);
      else if (!(await hasArrived(source.name, seen, place)))
        found.push(await this.judged(source, seen, place));
    }
    return found;
  }

  /** True if the source was listed, and the file was not in it. */
  isGone(source: string, path: string): boolean {
    return this.listed.get(source)?.has(path) === false;
  }

  /** The file is looked at from the beginning: it was not what it seemed. */
  forget(source: TransferSource, path: string): void {
    this.memory.delete(nameOf({ source: source.name, path }));
  }

  save(): Promise<void> {
    return this.ports.memory.save([...this.memory.values()]);
  }

  private remember(source: TransferSource, seen: SeenFile, nowMs: number): void {
    const name = nameOf({ source: source.name, path: seen.path });
    const before = this.memory.get(name);
    const look = lookedAgain(before?.look, seen, nowMs);
    const told = look.count === 1 ? undefined : before?.told;
    this.memory.set(name, { source: source.name, path: seen.path, look, told });
  }

  private async forgetVanished(source: TransferSource, listed: Map<string, SeenFile>): Promise<void> {
    for (const [name, file] of this.memory) {
      if (file.source !== source.name || listed.has(file.path)) continue;
      this.memory.delete(name);
      const { path } = file;
      const place = placeOf(path, this.settings.files, this.settings.target.prefix);
      if (place === undefined) continue;
      if ('key' in place && place.businessDate !== undefined) this.goneDates.add(place.businessDate);
      await this.journal.note({ event: 'vanished', source: source.name, path, version: file.look.version });
    }
  }

  private async judged(source: TransferSource, seen: SeenFile, place: FilePlace): Promise<SurveyedFile> {
    const rule = this.settings.files[place.rule]!;
    const look = this.lookAt(source, seen.path)!;
    const beside = await this.beside(source, seen, place, rule);
    const judgement = judgeFile(rule.finished, look, beside, source.remembersMs);
    const { path, version, sizeBytes } = seen;
    const { key, businessDate } = place;
    const facts = { source: source.name, path, key, businessDate, version, sizeBytes };
    if (look.count === 1) await this.journal.note({ event: 'seen', ...facts });
    if (!judgement.finished) await this.tellOnce(source, path, 'waiting', judgement.why, facts);
    return {
      source,
      seen,
      place,
      rule,
      judgement,
      stated: judgement.finished ? judgement.stated : undefined,
    };
  }

  private async beside(
    source: TransferSource,
    seen: SeenFile,
    place: FilePlace,
    { finished }: FileRule,
  ): Promise<Beside> {
    if (finished.by !== 'marker' && finished.by !== 'manifest') return { look: undefined };
    const path = besidePath(seen.path, finished.name, place.businessDate);
    const look = this.lookAt(source, path);
    if (!look || finished.by === 'marker') return { look };
    const text = await this.manifestText(source, path, look);
    return { look, stated: text === undefined ? 'it cannot be read now' : statedBy(text, seen.path) };
  }

  private async manifestText(source: TransferSource, path: string, { pin, sizeBytes }: FileMemory['look']) {
    const name = `${source.name}\n${path}\n${pin}`;
    const known = this.manifests.get(name);
    if (known !== undefined || sizeBytes > MOST_MANIFEST_BYTES) return known;
    const seen = { path, pin, sizeBytes, version: '', modifiedMs: 0 };
    try {
      const range = { startByte: 0, endByte: sizeBytes };
      const bytes = await readPart({ source, seen }, range, new Uint8Array(sizeBytes));
      const text = new TextDecoder().decode(bytes);
      this.manifests.set(name, text);
      return text;
    } catch (error) {
      if (error instanceof PipelineError) return undefined;
      throw error;
    }
  }

  private lookAt(source: TransferSource, path: string) {
    return this.memory.get(nameOf({ source: source.name, path }))?.look;
  }

  /** A reason stands in the journal once, until it is another one. */
  private async tellOnce(
    source: TransferSource,
    path: string,
    event: 'no-place' | 'waiting',
    detail: string,
    facts: object = { source: source.name, path },
  ): Promise<void> {
    const name = nameOf({ source: source.name, path });
    const file = this.memory.get(name);
    if (!file || file.told === detail) return;
    await this.journal.note({ event, ...facts, detail });
    this.memory.set(name, { ...file, told: detail });
  }
}

function nameOf({ source, path }: { source: string; path: string }): string {
  return `${source}\n${path}`;
}

async function listOf(source: TransferSource): Promise<Map<string, SeenFile>> {
  const listed = new Map<string, SeenFile>();
  for await (const seen of source.list()) {
    // A name that is shown by its bytes never stands in for the file that is really named so.
    if (seen.problem === undefined || !listed.has(seen.path)) listed.set(seen.path, seen);
  }
  return listed;
}
