import type { Chances } from '../chaos/fault-plan.ts';
import type { Content } from './content.ts';
import type { Form } from './form.ts';
import {
  cleanCommand,
  convertCommand,
  LAKE,
  lookCommand,
  publishCommand,
  rollbackCommand,
} from './lake-commands.ts';
import type { TypedCommand } from './typed-command.ts';
import {
  copyOf,
  type DayState,
  dayOf,
  type Meaning,
  shownFiles,
  standingFiles,
  type World,
} from './world.ts';

const BUSINESS_DATES = ['2025-08-12', '2025-08-13'];
const NAMES = ['001', '002', '003'];
const MANY = ['001', '002', '003', '004'];
const VERSIONS = 4;

/** What people of one lake work with. */
export interface Scene {
  meaning: Meaning;
  forms: readonly Form[];
  /** Version of each layout as it lies in the folder now. */
  layouts: Map<string, number>;
}

/** The day at which somebody works. */
interface Place {
  form: Form;
  businessDate: string;
}

type Draw = (chances: Chances, world: World, scene: Scene, place: Place) => TypedCommand | undefined;

const WRITERS: [weight: number, draw: Draw][] = [
  [10, drawConvert],
  [2, drawMany],
  [7, drawSupplement],
  [9, drawRollback],
  [4, drawPublish],
  [3, drawClean],
  [1, drawCopy],
];
const LOOKERS: [weight: number, draw: Draw][] = [
  [4, drawLook],
  [1, drawDryRun],
];

export function drawPlace(chances: Chances, { forms }: Scene): Place {
  return { form: chances.of(forms), businessDate: chances.of(BUSINESS_DATES) };
}

/** What somebody types next. */
export function drawCommand(chances: Chances, world: World, scene: Scene, place: Place): TypedCommand {
  return drawn(chances, world, scene, place, [...WRITERS, ...LOOKERS]);
}

/** Something that changes the lake. */
export function drawWriter(chances: Chances, world: World, scene: Scene, place: Place): TypedCommand {
  return drawn(chances, world, scene, place, WRITERS);
}

function drawn(
  chances: Chances,
  world: World,
  scene: Scene,
  place: Place,
  draws: [number, Draw][],
): TypedCommand {
  const weighted = draws.flatMap(([weight, draw]) => Array.from({ length: weight }, () => draw));
  const draw = chances.of(weighted);
  const command = draw(chances, world, scene, place) ?? drawConvert(chances, world, scene, place);
  return chances.happens(0.4) ? inWords(command) : command;
}

/** People read texts. What a conversion says of each file is judged by its objects, and a report would be a page. */
function inWords(command: TypedCommand): TypedCommand {
  if (['convert', 'report'].includes(command.words[0]!)) return command;
  return { ...command, words: command.words.filter((word) => word !== '--json') };
}

function arriving(
  { meaning }: Scene,
  { form, businessDate }: Place,
  chances: Chances,
  name: string,
): Content {
  return meaning.contents.ofFile(form, businessDate, name, chances.below(VERSIONS));
}

function layoutOf(chances: Chances, { layouts }: Scene, { form }: Place): number {
  if (form.layouts.length > 1 && chances.happens(0.12))
    layouts.set(form.dataset, chances.below(form.layouts.length));
  return layouts.get(form.dataset) ?? 0;
}

function drawConvert(chances: Chances, _world: World, scene: Scene, place: Place): TypedCommand {
  const layout = layoutOf(chances, scene, place);
  const force = chances.happens(0.2);
  const expectedFiles = chances.happens(0.07) ? drawExpected(chances, place) : undefined;
  const rangeSize = chances.happens(0.3) ? '200' : undefined;
  const content = arriving(scene, place, chances, chances.of(NAMES));
  const options = { layout, force, expectedFiles, rangeSize };
  return convertCommand(scene.meaning, force ? 'convert by force' : 'convert', [content], options);
}

/** A number of files, or some names. */
function drawExpected(chances: Chances, { form, businessDate }: Place): number | string[] {
  const count = 1 + chances.below(3);
  return chances.happens(0.6) ? count : NAMES.slice(-count).map((name) => form.fileName(businessDate, name));
}

function drawMany(chances: Chances, _world: World, scene: Scene, place: Place): TypedCommand {
  const layout = layoutOf(chances, scene, place);
  const contents = MANY.slice(chances.below(2)).map((name) => arriving(scene, place, chances, name));
  return convertCommand(scene.meaning, 'convert several', contents, { layout, force: chances.happens(0.2) });
}

/** The bytes of one file under the name of another. */
function drawCopy(chances: Chances, _world: World, scene: Scene, place: Place): TypedCommand {
  const layout = layoutOf(chances, scene, place);
  const content = scene.meaning.contents.copy(arriving(scene, place, chances, chances.of(NAMES)), '009');
  return convertCommand(scene.meaning, 'convert a copy', [content], { layout, force: chances.happens(0.2) });
}

function drawSupplement(
  chances: Chances,
  world: World,
  scene: Scene,
  place: Place,
): TypedCommand | undefined {
  const { meaning } = scene;
  const day = stateOf(world, place);
  const parents = [...new Set(Object.values(day.files).flatMap(({ timeline }) => timeline))]
    .filter((load) => load !== null)
    .map((load) => meaning.contentOf(world, load))
    .filter(({ corrects, rejects }) => corrects === undefined && rejects.length > 0);
  if (parents.length === 0) return undefined;
  const standingOnes = new Set(Object.values(standingFiles(day)).map((load) => world.loads[load]!.content));
  const fitting = parents.filter(({ id }) => standingOnes.has(id));
  const isStale = fitting.length === 0 || chances.happens(0.25);
  const parent = chances.of(isStale ? parents : fitting);
  const takes = parent.rejects.map((_, index) => index).filter(() => chances.happens(0.6));
  const name = `${/(\d{3})\.\w+$/.exec(parent.key)?.[1]}${chances.of(['a', 'b'])}`;
  const content = meaning.contents.supplement(
    parent,
    takes.length === 0 ? [0] : takes,
    chances.happens(0.5),
    name,
  );
  const options = { layout: scene.layouts.get(place.form.dataset) ?? 0, force: chances.happens(0.35) };
  return convertCommand(meaning, isStale ? 'stale supplement' : 'supplement', [content], options);
}

function drawRollback(chances: Chances, world: World, scene: Scene, place: Place): TypedCommand {
  const day = stateOf(world, place);
  const request = { dataset: place.form.dataset, businessDate: place.businessDate };
  const kind = chances.below(10);
  const keys = [
    ...Object.keys(standingFiles(day)),
    ...Object.keys(shownFiles(day)),
    place.form.fileName(place.businessDate, '001'),
  ];
  const file = chances.of(keys);
  if (kind < 4) return rollbackCommand(scene.meaning, 'roll back a file', { ...request, file });
  if (kind < 6) return rollbackCommand(scene.meaning, 'take a file out', { ...request, file, remove: true });
  if (kind < 8 && day.last > 1) {
    const to = 1 + chances.below(day.last);
    return rollbackCommand(scene.meaning, 'roll back to a commit', { ...request, to });
  }
  return rollbackCommand(scene.meaning, 'roll back a day', request);
}

function drawPublish(chances: Chances, world: World, scene: Scene, place: Place): TypedCommand | undefined {
  const { meaning } = scene;
  const day = stateOf(world, place);
  if (Object.values(day.files).every(({ timeline }) => timeline.length === 0)) return undefined;
  const where = { dataset: place.form.dataset, businessDate: place.businessDate };
  const force = chances.happens(0.15);
  if (chances.happens(0.12)) {
    const stated = drawStated(chances, world, scene, place, day);
    if (Object.keys(stated).length === 0) return undefined;
    const manifest = { name: `manifest_${place.businessDate}.json`, stated };
    return publishCommand(meaning, 'day manifest', where, { inPart: false, force, manifest });
  }
  const inPart = chances.happens(0.6);
  return publishCommand(meaning, inPart ? 'publish in part' : 'publish', where, { inPart, force });
}

/** A day manifest mostly says what is there. */
function drawStated(
  chances: Chances,
  world: World,
  scene: Scene,
  place: Place,
  day: DayState,
): Record<string, number> {
  const { meaning } = scene;
  const there = Object.values(standingFiles(day))
    .map((load) => meaning.contentOf(world, load))
    .filter(({ corrects }) => corrects === undefined);
  const named = chances.happens(0.7) ? there : [...there, arriving(scene, place, chances, chances.of(NAMES))];
  const kept = chances.happens(0.8) || named.length < 2 ? named : named.slice(1);
  return Object.fromEntries(kept.map(({ key, bytes }) => [key, bytes.length]));
}

function drawClean(chances: Chances, world: World): TypedCommand | undefined {
  if (world.loads.length === 0) return undefined;
  const flags = [
    ...(chances.happens(0.7) ? ['--older-than', '0'] : []),
    ...(chances.happens(0.6) ? ['--generations-older-than', '0'] : []),
    ...(chances.happens(0.4) ? ['--grace', '0'] : []),
    ...(chances.happens(0.1) ? ['--dry-run'] : []),
  ];
  return cleanCommand(flags);
}

function drawLook(chances: Chances, world: World, _scene: Scene, place: Place): TypedCommand | undefined {
  const { form, businessDate } = place;
  if (stateOf(world, place).last === 0) return undefined;
  const day = ['--dataset', form.dataset, '--business-date', businessDate];
  const looks: [name: string, words: string[]][] = [
    ['verify', chances.happens(0.3) ? ['--quick'] : []],
    ['repair', []],
    ['status', ['--all']],
    ['history', []],
    ['rejects', day],
    ['report', day],
    ['query', ['SELECT * FROM ledger']],
    ['query', [`SELECT * FROM ${form.dataset}_days`]],
  ];
  const [name, words] = chances.of(looks);
  return lookCommand(name, [name, '--lake', LAKE, '--json', ...words]);
}

/** What would be loaded, or refused: nothing is. */
function drawDryRun(chances: Chances, _world: World, scene: Scene, place: Place): TypedCommand {
  const content = arriving(scene, place, chances, chances.of(NAMES));
  const layout = scene.layouts.get(place.form.dataset) ?? 0;
  const { words, files } = convertCommand(scene.meaning, '', [content], { layout, force: false });
  return { ...lookCommand('dry run', [...words, '--dry-run'], [0, 3]), files };
}

function stateOf(world: World, { form, businessDate }: Place): DayState {
  return dayOf(copyOf(world), form.dataset, businessDate);
}
