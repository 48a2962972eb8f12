import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createLocalPorts } from '../../local/local-ports.ts';
import { publicationOf } from '../../shared/pipeline/publish/free-commit.ts';
import { lastCommit } from '../../shared/pipeline/store/day-ledger.ts';
import type { EngineSession, Look } from './engine.ts';
import { EngineLake } from './engine-lake.ts';
import { judgeLooks, type LooksVerdict } from './judge-looks.ts';

/** What is done while an engine reads; the lake has a first day then. */
const STEPS: ((lake: EngineLake) => Promise<void>)[] = [
  (lake) => lake.convert('a_20250813.txt', 'first', 150),
  (lake) => lake.convert('b_20250812.txt', 'first', 90),
  (lake) => lake.convert('a_20250812.txt', 'first', 170),
  (lake) => lake.rollBack('2025-08-12'),
  (lake) => lake.convert('a_20250812.txt', 'later', 40),
  (lake) => lake.convert('a_20250814.txt', 'parted', 60),
  (lake) => lake.rollBack('2025-08-12'),
  (lake) => lake.clean(),
];

/** The day that the careless publisher shows in pieces, and how many these are. */
const PIECES = { day: '2025-08-13', count: 3 };

/**
 * Publishes, replaces, rolls back and cleans while an engine reads the table in a loop: each look must be exactly one of the states that the
 * steps leave, over all partitions, and never an earlier one than the look before. Then a publisher that switches a day partition by partition
 * must be caught by the same looks, or they prove nothing.
 */
export async function readInLoop(
  name: string,
  session: EngineSession,
  folder: string,
): Promise<LooksVerdict & { piecesSeen: number }> {
  const lake = new EngineLake(folder, `loop of ${name}`);
  await lake.convert('a_20250812.txt', 'first', 200);
  const table = join(lake.lakeDir, 'processed', 'engines');
  const states = [await lake.totals()];
  const looking = await session.look(table);
  for (const step of STEPS) {
    await step(lake);
    states.push(await lake.totals());
    await looking.looked();
  }
  const verdict = judgeLooks(await looking.stop(), states, await switchesOf(table));
  const pieces = judgeLooks(await looksAtPieces(session, table, lake), [states.at(-1)!], []);
  if (pieces.problems.length === 0)
    verdict.problems.push('no look saw a day whose partitions were switched one after the other');
  return { ...verdict, piecesSeen: pieces.problems.length };
}

/** Takes a day out and shows it again in pieces, as a catalog of Hive partitions does. */
async function looksAtPieces(session: EngineSession, table: string, lake: EngineLake): Promise<Look[]> {
  const ports = createLocalPorts({
    lakeDir: lake.lakeDir,
    rawRoot: lake.lakeDir,
    rangeSizeBytes: 2 ** 24,
    expectedFiles: undefined,
  });
  const commit = (await lastCommit(ports.lake, 'engines', PIECES.day))!;
  const day = publicationOf(commit, commit.tables.find(({ dataset }) => dataset === 'engines')!);
  const looking = await session.look(table);
  for (let piece = 1; piece <= PIECES.count; piece++) {
    const partitions = day.partitions.slice(0, Math.ceil((day.partitions.length * piece) / PIECES.count));
    await ports.catalog.publishDay({ ...day, commit: day.commit + piece, partitions });
    await looking.looked();
  }
  return looking.stop();
}

/** When readers were shown another state: the times of the versions of the metadata. */
async function switchesOf(table: string): Promise<number[]> {
  const folder = join(table, 'metadata');
  const versions = (await readdir(folder)).filter((name) => /^v\d+\.metadata\.json$/.test(name));
  return Promise.all(versions.map(async (name) => (await stat(join(folder, name))).mtimeMs));
}
