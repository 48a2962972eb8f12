import { commandsIn } from './follow-advice.ts';
import { convertCommand, jsonLines, LAKE, lookCommand } from './lake-commands.ts';
import { judgeCommand } from './play-step.ts';
import type { Said, TypedCommand } from './typed-command.ts';
import { copyOf, type DayState, dayOf, type Meaning, standingFiles, type World } from './world.ts';
import { publishDay } from './world-publish.ts';

const MOST_ROUNDS = 5;

interface Mended {
  worlds: World[];
  broken: string[];
}

type Type = (command: TypedCommand) => Promise<Said>;

/** Does what `verify` and `repair` ask for, until there is no damage. */
export async function mendLake(meaning: Meaning, type: Type, before: readonly World[]): Promise<Mended> {
  let worlds = [...before];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const found = await type(lookCommand('verify', ['verify', '--lake', LAKE, '--json']));
    if (found.code === 0)
      return { worlds: worlds.flatMap((world) => maybePublished(meaning, world)), broken: [] };
    if (found.code !== 3) return { worlds, broken: [`verify ends with ${found.code}: ${found.err}`] };
    const repaired = await type(lookCommand('repair', ['repair', '--lake', LAKE, '--json']));
    if (repaired.code === 0) continue;
    if (repaired.code !== 3)
      return { worlds, broken: [`repair ends with ${repaired.code}: ${repaired.out}${repaired.err}`] };
    const [report] = jsonLines(repaired.out) as { left: { mend: { command?: string } }[] }[];
    const asked = commandsIn(report?.left.map(({ mend }) => mend.command ?? '').join('\n') ?? '');
    if (asked.length === 0)
      return { worlds, broken: [`repair leaves damage and names no command: ${repaired.out}`] };
    for (const { words } of asked) {
      const done = await typed(meaning, type, worlds, words);
      if (done.broken.length > 0) return done;
      worlds = done.worlds;
    }
  }
  return { worlds, broken: [`damage is left after ${MOST_ROUNDS} rounds of repair and what it asks for`] };
}

/** Types a command that repair names, with the file that it names as it was sent. */
async function typed(
  meaning: Meaning,
  type: Type,
  worlds: readonly World[],
  words: string[],
): Promise<Mended> {
  const [name] = words;
  if (name !== 'convert') {
    const said = await type(lookCommand(`advised ${name}`, [...words, '--json']));
    return {
      worlds: [...worlds],
      broken: said.code === 0 ? [] : [`${words.join(' ')} ends with ${said.code}: ${said.err}`],
    };
  }
  const input = words[words.indexOf('--input') + 1] ?? '';
  const [world] = worlds;
  const known = world && Object.values(world.days).flatMap((day) => loadsNamed(meaning, world, day, input));
  const [load] = known ?? [];
  if (!world || load === undefined)
    return { worlds: [...worlds], broken: [`nobody has the file of ${words.join(' ')}`] };
  const content = meaning.contentOf(world, load);
  const { layout } = world.loads[load]!;
  if (content.corrects !== undefined && !words.includes('--supplement-of'))
    return { worlds: [...worlds], broken: [`${words.join(' ')} forgets --supplement-of`] };
  const command = convertCommand(meaning, 'advised convert', [content], { layout, force: true });
  const advised = { ...command, words: [...words, '--json', '--no-sync'] };
  const said = await type(advised);
  // Whether its day is published follows from what is mended, too.
  const judged = judgeCommand(worlds, { ...advised, complaints: () => [] }, said);
  const broken = said.code === 0 ? [] : [`${words.join(' ')} ends with ${said.code}: ${said.err}${said.out}`];
  return { worlds: judged.worlds, broken };
}

/** A file by its path, or by its name with any ending. */
function loadsNamed(meaning: Meaning, world: World, day: DayState, input: string): number[] {
  const name = input.replace(/^.*\//, '').replace(/\.\*$/, '.');
  return Object.values(standingFiles(day)).filter((load) =>
    meaning.contentOf(world, load).key.startsWith(name),
  );
}

/** Repair may publish a day anew from what is loaded. */
function maybePublished(meaning: Meaning, world: World): World[] {
  return Object.values(world.days).reduce<World[]>(
    (worlds, { dataset, businessDate }) =>
      worlds.flatMap((one) => {
        const { world: after } = publishDay(meaning, one, dataset, businessDate, false);
        const [was, is] = [one, after].map((some) => dayOf(copyOf(some), dataset, businessDate).last);
        return was === is ? [one] : [one, after];
      }),
    [world],
  );
}
