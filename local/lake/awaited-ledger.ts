import { HARMLESS, READS_OF_SQL, statementReads } from './statement-reads.ts';

/** Runs a statement and answers its rows. */
type Run = (sql: string, parameters: Record<string, string>) => Promise<unknown[][]>;

/** The table `ledger`, which is made before the first statement that may need it: to read all entries takes longer than most answers. */
export class AwaitedLedger {
  readonly #run: Run;
  readonly #make: () => Promise<void>;
  #made: Promise<void> | undefined;

  constructor(run: Run, make: () => Promise<void>) {
    this.#run = run;
    this.#make = make;
  }

  /** `tables` has the names that a statement can use. */
  async readyFor(sql: string, tables: readonly string[]): Promise<void> {
    if (!this.#made && !(await needsLedger(this.#run, sql, tables))) return;
    this.#made ??= this.#make();
    await this.#made;
  }
}

/**
 * Could the answer of a text depend on the table `ledger`? Only of a single SELECT of tables that are known can anybody say that it does
 * not: everything else may list tables, make a view of one, or put its name together.
 */
async function needsLedger(run: Run, sql: string, tables: readonly string[]): Promise<boolean> {
  if (/ledger/i.test(sql)) return true;
  const known = new Set(tables.map((name) => name.toLowerCase()));
  try {
    const reads = statementReads(String((await run(READS_OF_SQL, { sql }))[0]?.[0]));
    return (
      reads.unanswered.length > 0 ||
      reads.tableFunctions.some((name) => !HARMLESS.has(name.toLowerCase())) ||
      reads.tables.some(
        ({ schema, name }) => !(schema === '' || schema === 'main') || !known.has(name.toLowerCase()),
      )
    );
  } catch {
    // No SELECT, several statements, or none: whoever runs it says what is wrong with it.
    return true;
  }
}
