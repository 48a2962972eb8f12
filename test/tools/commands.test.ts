import { describe, expect, it } from 'vitest';
import { CARDS } from '../../tools/commands/cards-form.ts';
import { Contents } from '../../tools/commands/content.ts';
import { adviceOf } from '../../tools/commands/follow-advice.ts';
import {
  convertCommand,
  lookCommand,
  publishCommand,
  rollbackCommand,
} from '../../tools/commands/lake-commands.ts';
import { readersComplaints } from '../../tools/commands/lake-look.ts';
import type { ReadRow, ReadTable } from '../../tools/commands/lake-reader.ts';
import { OPS } from '../../tools/commands/ops-form.ts';
import { judgeCommand, judgeKilled, judgePair } from '../../tools/commands/play-step.ts';
import type { Said, TypedCommand } from '../../tools/commands/typed-command.ts';
import { dayOf, emptyWorld, Meaning, shownFiles, type World } from '../../tools/commands/world.ts';

const DATE = '2025-08-12';
const DAY = { dataset: 'ops', businessDate: DATE };
const contents = new Contents(3);
const meaning = new Meaning(contents);
const versions = [0, 1, 2, 3, 4, 5, 6, 7].map((version) => contents.ofFile(OPS, DATE, '001', version));
const sound = versions.filter(({ isSound }) => isSound);
const [first, second] = [
  sound.find(({ rejects }) => rejects.length > 1)!,
  sound.find(({ rejects }) => rejects.length === 0)!,
];
const other = [0, 1, 2]
  .map((version) => contents.ofFile(OPS, DATE, '002', version))
  .find(({ isSound }) => isSound)!;
const correction = contents.supplement(first, [0], false, '001a');
const PLAIN = { layout: 0, force: false };
const convert = (content = first, options = PLAIN) => convertCommand(meaning, 'convert', [content], options);
const rollback = (more = {}) => rollbackCommand(meaning, 'rollback', { ...DAY, ...more });

function said(verdict: string, command: TypedCommand, code = verdict === 'refused' ? 3 : 0): Said {
  const keys = command.files.map(({ path }) => path).filter((path) => !path.startsWith('layouts/'));
  const lines = keys.map((sourceKey) =>
    JSON.stringify({ sourceKey, status: verdict, published: verdict !== 'refused' }),
  );
  return { code, out: lines.join('\n'), err: '' };
}

/** The world after commands that did what they should. */
function worldAfter(...commands: [TypedCommand, string, number?][]): World {
  return commands.reduce((world, [command, verdict, code]) => {
    const { worlds, complaints } = judgeCommand([world], command, said(verdict, command, code));
    expect(complaints).toEqual([]);
    return worlds[0]!;
  }, emptyWorld());
}

function shown(world: World): string[] {
  return Object.values(shownFiles(dayOf(world, 'ops', DATE))).map((load) => world.loads[load]!.content);
}

describe('the model of the lakes that `npm run commands` plays', () => {
  it('hides a supplement while another version of its file stands, and shows it again with its own', () => {
    const loaded: [TypedCommand, string][] = [
      [convert(), 'loaded'],
      [convert(correction), 'loaded'],
    ];
    expect(shown(worldAfter(...loaded))).toEqual([first.id, correction.id]);
    expect(shown(worldAfter(...loaded, [convert(second), 'loaded']))).toEqual([second.id]);
    const back = worldAfter(...loaded, [convert(second), 'loaded'], [rollback({ file: first.key }), '', 0]);
    expect(shown(back).toSorted()).toEqual([first.id, correction.id].toSorted());
  });

  it('refuses what was taken back, and loads it by force', () => {
    const steps: [TypedCommand, string, number?][] = [
      [convert(), 'loaded'],
      [convert(second), 'loaded'],
      [rollback(), '', 0],
    ];
    expect(shown(worldAfter(...steps, [convert(second), 'refused']))).toEqual([first.id]);
    expect(shown(worldAfter(...steps, [convert(second, { layout: 0, force: true }), 'loaded']))).toEqual([
      second.id,
    ]);
    const wrong = convert(second);
    expect(judgeCommand([worldAfter(...steps)], wrong, said('loaded', wrong)).complaints).not.toEqual([]);
  });

  it('waits for the files that are expected, unless a part is asked for', () => {
    const expecting = convertCommand(meaning, 'convert', [first], { ...PLAIN, expectedFiles: 2 });
    const waiting = {
      ...said('loaded', expecting),
      out: said('loaded', expecting).out.replace('true', 'false'),
    };
    const { worlds } = judgeCommand([emptyWorld()], expecting, waiting);
    expect(worlds.map(shown)).toEqual([[]]);
    const publish = (inPart: boolean) => publishCommand(meaning, 'publish', DAY, { inPart, force: false });
    expect(judgeCommand(worlds, publish(false), { code: 0, out: '', err: '' }).worlds).toEqual([]);
    expect(judgeCommand(worlds, publish(true), { code: 0, out: '', err: '' }).worlds.map(shown)).toEqual([
      [first.id],
    ]);
  });

  it('takes either order of two commands, and any part of a killed one', () => {
    const world = worldAfter([convert(), 'loaded'], [convert(second), 'loaded']);
    const [a, b] = [convert(other), rollback({ file: first.key })];
    const both = judgePair([world], [a, b], [said('loaded', a), { code: 0, out: '', err: '' }]);
    expect(both.worlds.map((one) => shown(one).toSorted())).toContainEqual([first.id, other.id].toSorted());
    const killed = judgeKilled([world], convert(other)).worlds.map((one) => shown(one).length);
    expect(new Set(killed)).toEqual(new Set([1, 2]));
  });

  it('sees a row that is lost, one that is doubled, and one that must not be there', () => {
    const world = worldAfter([convert(second), 'loaded']);
    const read = second.rows.map(({ id, cents, product, note }): ReadRow => {
      const amount = `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;
      return { id, amount, product, note };
    });
    const complaints = (rows: ReadRow[]) => {
      const table: ReadTable = { rows: { [DATE]: rows }, problems: [] };
      return readersComplaints(meaning, [OPS], world, { ops: table });
    };
    expect(complaints(read)).toEqual([]);
    expect(complaints(read.slice(1)).join()).toContain('lost');
    expect(complaints([...read, read[0]!]).join()).toContain('1 twice');
    expect(complaints([...read, { ...read[0]!, amount: '0.01' }]).join()).toContain('too many');
  });
});

it('files of each form are whole records, and the same number is the same bytes', () => {
  const card = contents.ofFile(CARDS, DATE, '001', 0);
  expect(card.bytes.length % 32).toBe(0);
  expect(card.bytes[0]).toBe(0xc8);
  expect(new Contents(3).ofFile(CARDS, DATE, '001', 0).bytes).toEqual(card.bytes);
  expect(first.bytes.toString().startsWith(`00${DATE.replaceAll('-', '')}\n`)).toBe(true);
});

it('what a message tells people to type is found in it, with the folder of the lake', () => {
  const failed = (err: string): Said => ({ code: 1, out: '', err });
  const query = lookCommand('query', ['query']);
  expect(adviceOf(query, failed('Run "npx positional-lake repair --lake LAKE". Then again.'))).toEqual([
    { words: ['repair', '--lake', 'lake'], exits: [0, 3] },
  ]);
  expect(adviceOf(query, failed('"npx positional-lake publish --lake DIR --reason TEXT"'))).toEqual([]);
  const refused = convert();
  const [advice] = adviceOf(refused, failed('Send another, or convert this one with --force.'));
  expect(advice?.words).toContain('--force');
  expect(
    adviceOf(rollback({ file: 'f' }), failed('Take it out of the day with --remove.'))[0]?.words,
  ).toContain('--remove');
  expect(adviceOf(refused, { code: 0, out: '', err: '' })).toEqual([]);
});
