import { randomUUID } from 'node:crypto';
import { listOf, objectOf, text, wholeNumber } from '../../json-shape.ts';
import { dayHoldsKey } from '../../keys/lake-keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { compareAndSwap, replace } from './compare-and-swap.ts';
import { findStoredJson } from './json-object.ts';
import { sealedBytes } from './sealed-json.ts';

/**
 * Folders of a day that somebody counts on, and folders that somebody removes: `_holds/folders.json`. A rollback notes what it will copy
 * from before it looks whether that is there; `clean` notes what it will remove before it looks at the last commit again. Both change one
 * object by conditional writes, so one of two that want the same folder sees the other.
 */
interface DayHolds {
  holds: Hold[];
  leaving: Leaving[];
}

/** Folders that a rollback may copy from. It counts until the commit that it is for is written, by this rollback or by another writer. */
interface Hold {
  id: string;
  commit: number;
  folders: string[];
}

/** Folders that one run of `clean` is removing. If it dies, the next one removes the rest. */
interface Leaving {
  id: string;
  folders: string[];
}

const dayHoldsShape = objectOf<DayHolds>({
  holds: listOf(objectOf<Hold>({ id: text, commit: wholeNumber, folders: listOf(text) })),
  leaving: listOf(objectOf<Leaving>({ id: text, folders: listOf(text) })),
});

interface Day {
  dataset: string;
  businessDate: string;
}

/** Why a folder that nothing else needs stays. */
export const HELD_BY_ROLLBACK =
  'a rollback that has not ended may need it; if that one died, run it again: what it does not need can be removed after the next commit of the day';

/** Holds `folders` for the commit that is about to be written. Answers with those that are being removed, and a way to let go of the others. */
export async function holdFolders(
  lake: ObjectStore,
  day: Day,
  commit: number,
  folders: string[],
): Promise<{ leaving: string[]; letGo: () => Promise<void> }> {
  const id = randomUUID();
  const changed = await changeHolds(lake, day, ({ holds, leaving }) => ({
    holds: [...holds.filter((hold) => hold.commit >= commit), { id, commit, folders }],
    leaving,
  }));
  return {
    leaving: changed.leaving.flatMap((one) => one.folders),
    letGo: async () => {
      await changeHolds(lake, day, ({ holds, leaving }) => ({
        holds: holds.filter((hold) => hold.id !== id),
        leaving,
      }));
    },
  };
}

/**
 * Folders that `clean` may remove, and how it says that it has removed some of them, that some may be half removed, which nobody may count on
 * until they are gone, and that it leaves the rest where they are.
 */
interface Leave {
  free: Set<string>;
  /** Of `folders`, those that a rollback holds which has not ended. */
  held: Set<string>;
  end: (removed: string[], failed?: string[]) => Promise<void>;
}

/** Notes that `folders`, or objects, are being removed, except those that, or whose folder, a rollback holds for a commit after `lastCommit`. */
export async function takeLeave(
  lake: ObjectStore,
  day: Day,
  lastCommit: number,
  folders: string[],
): Promise<Leave> {
  const id = randomUUID();
  const leave: Leave = { free: new Set(folders), held: new Set(), end: async () => undefined };
  if (folders.length === 0) return leave;
  await changeHolds(lake, day, ({ holds, leaving }) => {
    const standing = holds.filter((hold) => hold.commit > lastCommit);
    const held = new Set(standing.flatMap((hold) => hold.folders));
    const isHeld = (place: string) => held.has(place.slice(0, place.lastIndexOf('/') + 1));
    leave.held = new Set(folders.filter(isHeld));
    leave.free = new Set(folders.filter((place) => !isHeld(place)));
    return { holds: standing, leaving: [...leaving, { id, folders: [...leave.free] }] };
  });
  leave.end = async (removed, failed = []) => {
    await changeHolds(lake, day, ({ holds, leaving }) => ({
      holds,
      // What is removed is gone for whoever noted it. What is not may be half removed by another run of clean, which has its own note.
      leaving: leaving
        .map((one) => (one.id === id ? { id, folders: failed.filter((name) => leave.free.has(name)) } : one))
        .map((one) => ({ ...one, folders: one.folders.filter((folder) => !removed.includes(folder)) }))
        .filter((one) => one.folders.length > 0),
    }));
  };
  return leave;
}

function changeHolds(
  lake: ObjectStore,
  { dataset, businessDate }: Day,
  change: (current: DayHolds) => DayHolds,
): Promise<DayHolds> {
  const key = dayHoldsKey(dataset, businessDate);
  return compareAndSwap(key, async () => {
    const stored = await findStoredJson(lake, key, dayHoldsShape);
    const next = change(stored?.value ?? { holds: [], leaving: [] });
    await replace(lake, key, sealedBytes(key, next), stored);
    return next;
  });
}
