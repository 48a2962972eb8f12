import {
  copyOf,
  dayOf,
  fileOf,
  type Load,
  type Meaning,
  standing,
  standingFiles,
  type World,
} from './world.ts';

/** What `convert --json` must say of a file. */
export type FileVerdict = 'loaded' | 'already-loaded' | 'refused';

interface LoadRequest {
  dataset: string;
  businessDate: string;
  content: string;
  layout: number;
  force: boolean;
  expectedFiles?: number | string[] | undefined;
}

/** Every way in which the conversion of one file may go right, before its day is published. */
export function loadFile(
  meaning: Meaning,
  world: World,
  request: LoadRequest,
): { world: World; verdict: FileVerdict }[] {
  const verdicts = verdictsOf(meaning, world, request);
  return verdicts.flatMap((verdict) => {
    const after = verdict === 'loaded' ? loaded(meaning, world, request) : copyOf(world);
    const { expectedFiles } = request;
    if (expectedFiles === undefined) return [{ world: after, verdict }];
    const told = copyOf(after);
    dayOf(told, request.dataset, request.businessDate).expectedFiles = expectedFiles;
    // A file that is turned away before it is planned says nothing of its day.
    return verdict === 'loaded'
      ? [{ world: told, verdict }]
      : [
          { world: told, verdict },
          { world: after, verdict },
        ];
  });
}

function verdictsOf(meaning: Meaning, world: World, request: LoadRequest): FileVerdict[] {
  const { dataset, businessDate, layout, force } = request;
  const content = meaning.contents.get(request.content);
  const day = dayOf(copyOf(world), dataset, businessDate);
  const load = standing(day, content.key);
  const stands = load === undefined ? undefined : world.loads[load];
  const parent = content.corrects === undefined ? undefined : standing(day, content.corrects);
  if (content.corrects !== undefined && parent === undefined) return ['refused'];
  if (!content.isSound) return ['refused'];
  const isStated =
    content.corrects !== undefined ||
    day.stated === undefined ||
    day.stated[content.key] === content.bytes.length;
  if (!force && stands && isSame(meaning, stands, request) && stands.layout === layout) {
    return isStated ? ['already-loaded'] : ['already-loaded', 'refused'];
  }
  if (!isStated) return ['refused'];
  if (!force && wasTakenBack(meaning, world, request)) return ['refused'];
  if (!force && isElsewhere(meaning, world, request)) return ['refused'];
  if (parent !== undefined && !fitsRejects(meaning, world, request, parent)) return ['refused'];
  return ['loaded'];
}

function isSame(meaning: Meaning, { content }: Load, request: LoadRequest): boolean {
  return meaning.contents.get(content).bytes.equals(meaning.contents.get(request.content).bytes);
}

/** A version that was taken back is not loaded again, unless it came back by force since. */
function wasTakenBack(meaning: Meaning, world: World, request: LoadRequest): boolean {
  const { key } = meaning.contents.get(request.content);
  const day = dayOf(copyOf(world), request.dataset, request.businessDate);
  const load = standing(day, key);
  const stands = load === undefined ? undefined : world.loads[load];
  const cameBack = stands && isSame(meaning, stands, request) ? stands.at : -1;
  return fileOf(day, key).taken.some(
    (taken) => isSame(meaning, world.loads[taken.load]!, request) && taken.at > cameBack,
  );
}

/** The same bytes stand under another key of the dataset. */
function isElsewhere(meaning: Meaning, world: World, request: LoadRequest): boolean {
  const { key } = meaning.contents.get(request.content);
  return Object.values(world.days)
    .filter(({ dataset }) => dataset === request.dataset)
    .some((day) =>
      Object.entries(standingFiles(day)).some(
        ([other, load]) => other !== key && isSame(meaning, world.loads[load]!, request),
      ),
    );
}

/** All supplements of a file bring no more records than it rejects, none twice, and no bytes stand for other records than before. */
function fitsRejects(meaning: Meaning, world: World, request: LoadRequest, parent: number): boolean {
  const content = meaning.contents.get(request.content);
  const day = dayOf(copyOf(world), request.dataset, request.businessDate);
  const others = Object.entries(standingFiles(day)).filter(
    ([key, load]) => key !== content.key && meaning.isCorrected(world, load, parent),
  );
  const { rejects } = meaning.contentOf(world, parent);
  const brought = others.reduce((sum, [, load]) => sum + meaning.contentOf(world, load).rows.length, 0);
  if (brought + content.rows.length > rejects.length) return false;
  if (others.some(([, load]) => isSame(meaning, world.loads[load]!, request))) return false;
  const before = (day.files[content.key]?.timeline ?? []).filter(
    (load) => load !== null && isSame(meaning, world.loads[load]!, request),
  );
  const places = placesOf(meaning, world, parent);
  const known = before.map((load) => placesOf(meaning, world, world.loads[load!]!.corrects!));
  return known.length === 0 || known.includes(places);
}

function placesOf(meaning: Meaning, world: World, load: number): string {
  return meaning
    .contentOf(world, load)
    .rejects.map(({ offset }) => offset)
    .join();
}

function loaded(
  meaning: Meaning,
  before: World,
  { dataset, businessDate, content, layout }: LoadRequest,
  earlierParent?: number,
): World {
  const world = copyOf(before);
  const day = dayOf(world, dataset, businessDate);
  const { key, corrects } = meaning.contents.get(content);
  const parent = earlierParent ?? (corrects === undefined ? undefined : standing(day, corrects));
  world.clock++;
  const load: Load = { content, layout, at: world.clock };
  if (parent !== undefined) load.corrects = parent;
  fileOf(day, key).timeline.push(world.loads.push(load) - 1);
  return world;
}

/**
 * What else may come of a supplement whose file is replaced or taken out at the same moment: it is refused, or it was found to fit the
 * version before and is loaded for it, hidden.
 */
export function besideAnother(
  meaning: Meaning,
  world: World,
  request: LoadRequest,
): { world: World; verdict: FileVerdict }[] {
  const { corrects } = meaning.contents.get(request.content);
  if (corrects === undefined) return [];
  const day = dayOf(copyOf(world), request.dataset, request.businessDate);
  const parents = new Set((day.files[corrects]?.timeline ?? []).filter((load) => load !== null));
  parents.delete(standing(day, corrects) ?? -1);
  const late = [...parents].map((parent) => loaded(meaning, world, request, parent));
  return [
    { world, verdict: 'refused' },
    ...late.map((after) => ({ world: after, verdict: 'loaded' as const })),
  ];
}
