import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalEntry } from '../../connector/decide/journal-entry.ts';
import type { LocalJournal, UnshippedLines } from '../../connector/work/connector-ports.ts';
import { journalLine } from '../../connector/work/journal.ts';
import { isCode, unwritable } from '../adapters/file-error.ts';
import { PRIVATE } from '../adapters/file-modes.ts';
import { syncFolders, writeSynced } from '../adapters/synced-files.ts';

/** `2025-08-12,<process>,00000001.jsonl`: a file for each process and day, named by its first line. */
const NAME = /^(\d{4}-\d{2}-\d{2}),(.+),(\d{8})\.jsonl$/;
/** How much of a file the target has: lines and bytes. */
const SHIPPED = '.shipped';

interface Shipped {
  lines: number;
  bytes: number;
}

/** The journal of a host: append-only files, each line on the disk before anything else happens. */
export function createLocalJournal(folder: string): LocalJournal {
  /** The name of the file of a process and day, once it exists. */
  let current: { date: string; owner: string; path: string } | undefined;

  const pathFor = async ({ at, owner, sequence }: JournalEntry) => {
    const date = at.slice(0, 10);
    if (current?.date === date && current.owner === owner) return { ...current, isNew: false };
    await fs.mkdir(folder, { recursive: true, mode: PRIVATE.folder });
    const name = `${date},${owner},${String(sequence).padStart(8, '0')}.jsonl`;
    current = { date, owner, path: join(folder, name) };
    return { ...current, isNew: true };
  };

  return {
    async append(entry) {
      try {
        const { path, isNew } = await pathFor(entry);
        // Opened for each line: nobody tells a journal that it is over, and a wait for the disk takes longer.
        const handle = await fs.open(path, 'a', PRIVATE.file);
        try {
          if (isNew) await syncFolders(folder, folder);
          await handle.appendFile(journalLine(entry));
          await handle.datasync();
        } finally {
          await handle.close();
        }
      } catch (error) {
        throw unwritable(error, folder);
      }
    },
    async unshipped() {
      const names = await namesIn(folder);
      return (await Promise.all(names.map((name) => unshippedLines(folder, name)))).flat();
    },
    async shipped(lines) {
      const { name, before } = await fileOf(folder, lines);
      const taken = lines.text.split('\n').slice(0, lines.lineCount).join('\n').length;
      const bytes = Buffer.byteLength(lines.text.slice(0, taken)) + (lines.lineCount > 0 ? 1 : 0);
      const now: Shipped = { lines: before.lines + lines.lineCount, bytes: before.bytes + bytes };
      const path = join(folder, `${name}${SHIPPED}`);
      // Written beside and renamed: half of it must never be read.
      await writeSynced(`${path}.new`, Buffer.from(JSON.stringify(now)), PRIVATE.file, true);
      await fs.rename(`${path}.new`, path);
    },
  };
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await fs.readdir(folder).catch((error) => {
    if (isCode(error, 'ENOENT')) return [];
    throw error;
  });
  return names.filter((name) => NAME.test(name)).sort();
}

async function unshippedLines(folder: string, name: string): Promise<UnshippedLines[]> {
  const [, date = '', owner = '', first = ''] = NAME.exec(name) ?? [];
  const { lines, bytes } = await shippedOf(folder, name);
  const handle = await fs.open(join(folder, name), 'r');
  try {
    const { size } = await handle.stat();
    if (size <= bytes) return [];
    const buffer = Buffer.alloc(size - bytes);
    await handle.read(buffer, 0, buffer.length, bytes);
    // A line that a loss of power cut off has no end: it is no entry.
    const text = buffer.subarray(0, buffer.lastIndexOf(0x0a) + 1).toString();
    if (text === '') return [];
    const lineCount = text.split('\n').length - 1;
    return [{ date, owner, firstSequence: Number(first) + lines, text, lineCount }];
  } finally {
    await handle.close();
  }
}

async function fileOf(folder: string, lines: UnshippedLines): Promise<{ name: string; before: Shipped }> {
  for (const name of await namesIn(folder)) {
    const [, date, owner, first] = NAME.exec(name) ?? [];
    if (date !== lines.date || owner !== lines.owner) continue;
    const before = await shippedOf(folder, name);
    if (Number(first) + before.lines === lines.firstSequence) return { name, before };
  }
  return {
    name: `${lines.date},${lines.owner},${String(lines.firstSequence).padStart(8, '0')}.jsonl`,
    before: { lines: 0, bytes: 0 },
  };
}

async function shippedOf(folder: string, name: string): Promise<Shipped> {
  try {
    return JSON.parse(await fs.readFile(join(folder, `${name}${SHIPPED}`), 'utf8')) as Shipped;
  } catch {
    return { lines: 0, bytes: 0 };
  }
}
