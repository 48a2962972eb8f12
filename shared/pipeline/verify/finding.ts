import type { ExpectedFiles } from '../../day/expected-files.ts';

/** One thing that is not as it was written, or that contradicts another. */
export interface Finding {
  /** A note is nothing that anybody needs to mend: what is gone is needed by nothing any more. */
  level: 'damage' | 'note';
  /** The object. */
  key: string;
  /** What is wrong with it, as a clause. */
  what: string;
  /** Who meets it: people who read rows, the next command on the day or the file, or nobody. */
  effect: 'readers' | 'operations' | 'nobody';
  mend: Mend;
}

/** How it is mended, as a clause. */
export type Mend =
  | { by: 'repair'; does: string; action: RepairAction }
  /** Something only people have: `repair` makes the lake safe until they have done it. */
  | { by: 'command'; does: string; command: MendCommand; action?: RepairAction | undefined }
  | { by: 'nobody'; does: string };

/** A command for people; the program that they type it into makes it a line. */
type MendCommand =
  | ({ name: 'convert' } & SourceFile)
  /** Takes a file out of its day. */
  | { name: 'rollback'; dataset: string; sourceKey: string; businessDate: string };

/** A file that was converted, and how. */
export interface SourceFile {
  layout: string;
  sourceKey: string;
  /** Path of the file on the machine that converted it. */
  origin?: string | undefined;
  businessDate: string | null;
  supplementOf?: string | undefined;
  /** What its day was told to wait for by the command or the environment, as far as it is known. */
  expectedFiles?: ExpectedFiles | undefined;
}

/** One step of a repair. Each may be repeated, and checks again what it relies on. */
export type RepairAction =
  /** Writes a document that follows from others. */
  | { do: 'write'; key: string; value: object }
  /** Brings back the last version of a ledger entry that was kept, with what commits made of it. */
  | { do: 'restore-entry'; key: string }
  /** Makes an entry agree with a rollback that is committed. */
  | { do: 'settle'; dataset: string; businessDate: string; commit: number; sourceId: string }
  /** Ends a run whose last step the ledger lost. */
  | { do: 'end-run'; key: string; runId: string }
  /** Moves an object to where nobody looks for it. */
  | { do: 'set-aside'; key: string }
  /** Brings back an object from a copy with the right checksum. */
  | ({ do: 'copy'; from: string; to: string } & ObjectFacts)
  /** Makes readers fail at an object instead of reading wrong rows from it. */
  | { do: 'fence'; key: string; sourceKey: string }
  /** Removes objects that belong to nothing. */
  | { do: 'remove'; keys: string[] }
  /** Writes a lost commit again, if what readers have is exactly what it must have been; else a new one. */
  | { do: 'write-commit'; dataset: string; businessDate: string; commit: number }
  /** Shows readers the last commit of a day. */
  | { do: 'apply'; dataset: string; businessDate: string }
  /** Writes the catalog of a table again. */
  | { do: 'restore-table'; table: string; dataset: string }
  /** Lets other programs read a table. */
  | { do: 'show-table'; table: string }
  /** Writes again which layout owns a table. */
  | { do: 'restore-owner'; table: string; layout: string; withColumns?: boolean };

/** What is recorded of a data file. */
export interface ObjectFacts {
  bytes: number;
  rows: number;
  /** CRC-64/NVME, base64. */
  checksum?: string | undefined;
}

export function damage(key: string, what: string, effect: Finding['effect'], mend: Mend): Finding {
  return { level: 'damage', key, what, effect, mend };
}

export function note(key: string, what: string, does: string): Finding {
  return { level: 'note', key, what, effect: 'nobody', mend: { by: 'nobody', does } };
}

export function repaired(does: string, action: RepairAction): Mend {
  return { by: 'repair', does, action };
}

export function byConversion(file: SourceFile, action?: RepairAction): Mend {
  return { by: 'command', does: 'convert the file again', command: { name: 'convert', ...file }, action };
}

/** A supplement of a version that its file no longer has cannot be converted again: no rejected record is left that it corrects. */
export function byRemoval(
  file: Omit<Extract<MendCommand, { name: 'rollback' }>, 'name'>,
  action?: RepairAction,
): Mend {
  const does = 'take the supplement out of its day: the file that it corrects has another version by now';
  return { by: 'command', does, command: { name: 'rollback', ...file }, action };
}

/** Those of the first look that the second one finds too: what changed in between was a command at work, and no damage. */
export function confirmed(first: Finding[], second: Finding[]): Finding[] {
  const keys = new Set(first.map(({ key }) => key));
  return second.filter(({ key }) => keys.has(key));
}
