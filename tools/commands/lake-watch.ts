import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Scene } from './draw-command.ts';
import type { Form } from './form.ts';
import { jsonLines, LAKE, lookCommand, publishCommand } from './lake-commands.ts';
import {
  commitOf,
  type DayStatusSaid,
  knownDays,
  lookComplaints,
  readersComplaints,
  readText,
  rightRows,
  type Seen,
} from './lake-look.ts';
import { LakeReader, type ReadRow } from './lake-reader.ts';
import { distinct, type Judged } from './play-step.ts';
import type { Said, TypedCommand } from './typed-command.ts';
import type { World } from './world.ts';

interface Past {
  form: Form;
  asOf: string;
  rows: Record<string, string[]>;
}

/** Looks at a lake as readers do: at its files, with `query`, with `status`, and at what it was before. */
export class LakeWatch {
  private readonly scene: Scene;
  private readonly run: (words: readonly string[]) => Promise<Said>;
  private readonly reader = new LakeReader();
  private readonly past: Past[] = [];
  /** Commits that were seen, by dataset and day. */
  private readonly commits = new Set<string>();
  /** One world alone was possible after the last look. */
  private isCertain = true;
  private looks = 0;

  constructor(scene: Scene, run: (words: readonly string[]) => Promise<Said>) {
    this.scene = scene;
    this.run = run;
  }

  /** The worlds that agree with what is seen. */
  async look(lake: string, worlds: readonly World[]): Promise<Judged> {
    this.looks++;
    if (!existsSync(join(lake, 'ledger'))) return { worlds: [...worlds], complaints: [] };
    const { seen, complaints } = await this.seen(lake, worlds[0]!);
    if (complaints.length > 0) return { worlds: [], complaints };
    const judged = worlds.map((world) => ({
      world,
      complaints: lookComplaints(this.scene.meaning, this.scene.forms, world, seen),
    }));
    const right = judged.filter((one) => one.complaints.length === 0).map(({ world }) => world);
    const fewest = judged.toSorted((a, b) => a.complaints.length - b.complaints.length)[0];
    if (right.length === 0) return { worlds: [], complaints: fewest?.complaints ?? ['no world is possible'] };
    const known = distinct(right);
    return { worlds: known, complaints: await this.lookBack(known) };
  }

  /** The worlds that agree with the published files alone. */
  async lookAtFiles(lake: string, worlds: readonly World[]): Promise<Judged> {
    const { meaning, forms } = this.scene;
    const tables: Seen['tables'] = {};
    const complaints: string[] = [];
    for (const form of forms) {
      for (const table of [...form.tables, `${form.dataset}_rejects`]) {
        const read = await this.reader.table(lake, table);
        tables[table] = read;
        complaints.push(...read.problems);
      }
    }
    if (complaints.length > 0) return { worlds: [], complaints };
    const judged = worlds.map((world) => readersComplaints(meaning, forms, world, tables));
    const right = worlds.filter((_, index) => judged[index]!.length === 0);
    return { worlds: right, complaints: right.length > 0 ? [] : judged[0]! };
  }

  /** `query --check` of a damaged lake answers with the right rows, or says that it cannot. */
  async checked(worlds: readonly World[]): Promise<string[]> {
    const broken: string[] = [];
    for (const form of this.scene.forms) {
      for (const table of form.tables) {
        const said = await this.run(['query', '--lake', LAKE, '--json', '--check', `SELECT * FROM ${table}`]);
        if (said.code !== 0) continue;
        const answered = answeredRows(form, said).join();
        const isRight = worlds.some(
          (world) => rightRows(this.scene.meaning, form, world, table).join() === answered,
        );
        if (!isRight)
          broken.push(`query --check of ${table} answers with wrong rows: ${said.out.slice(0, 500)}`);
      }
    }
    return broken;
  }

  /** Publishes every day once more, whatever died before, and then nothing may be damaged. */
  lastCommands([world]: readonly World[]): TypedCommand[] {
    if (!world || knownDays(world).length === 0) return [];
    const { meaning } = this.scene;
    return [
      ...knownDays(world).map((day) =>
        publishCommand(meaning, 'publish in the end', day, { inPart: false, force: false }),
      ),
      lookCommand('verify in the end', ['verify', '--lake', LAKE, '--json']),
    ];
  }

  private async seen(lake: string, world: World): Promise<{ seen: Seen; complaints: string[] }> {
    const seen: Seen = { tables: {}, statuses: {} };
    const complaints: string[] = [];
    const isLagging = Object.values(world.days).some(({ earlier }) => earlier.length > 0);
    for (const form of this.scene.forms) {
      for (const table of [...form.tables, `${form.dataset}_rejects`]) {
        const read = await this.reader.table(lake, table);
        seen.tables[table] = read;
        if (!isLagging) complaints.push(...read.problems);
      }
    }
    const form = this.scene.forms[this.looks % this.scene.forms.length]!;
    const table = form.tables[this.looks % form.tables.length]!;
    complaints.push(...(await this.asked(form, table, seen.tables[table]?.rows ?? {})));
    for (const { dataset, businessDate } of knownDays(world)) {
      const words = ['--dataset', dataset, '--business-date', businessDate, '--json'];
      const said = await this.run(['status', '--lake', LAKE, ...words]);
      const [status] = jsonLines(said.out) as DayStatusSaid[];
      if (said.code !== 0 || !status)
        complaints.push(`status of ${dataset} of ${businessDate} ends with ${said.code}: ${said.err}`);
      else seen.statuses[`${dataset}/${businessDate}`] = status;
    }
    return { seen, complaints };
  }

  /** `query` must answer with the rows that are in the published files, and with their sum. */
  private async asked(form: Form, table: string, days: Record<string, ReadRow[]>): Promise<string[]> {
    const rows = Object.values(days).flat();
    if (rows.length === 0) return [];
    const { amount } = form.columns;
    const check = this.looks % 3 === 0 ? ['--check'] : [];
    const ask = async (sql: string) => {
      const words = (flags: string[]) => ['query', '--lake', LAKE, '--json', ...flags, sql];
      const said = await this.run(words(check));
      // Who was killed after it wrote a commit did not show it: `--check` stops, and says so.
      return /It shows commit \d+ of .*, and commit \d+ is written/.test(said.err)
        ? this.run(words([]))
        : said;
    };
    if (this.looks % 4 === 0) {
      const said = await ask(
        `SELECT count(*) AS n, CAST(sum(${amount}) * 100 AS BIGINT) AS cents FROM ${table}`,
      );
      const [answer] = jsonLines(said.out) as { n: number; cents: string }[];
      const cents = rows.reduce((sum, row) => sum + BigInt(row[amount]!.replace('.', '')), 0n);
      const isRight = answer && Number(answer.n) === rows.length && BigInt(answer.cents) === cents;
      return isRight
        ? []
        : [`query counts ${said.out.trim()}${said.err}, and the files have ${rows.length} rows of ${cents}`];
    }
    const said = await ask(`SELECT * FROM ${table}`);
    if (said.code !== 0) return [`query of ${table} ends with ${said.code}: ${said.err}`];
    const [answered, read] = [answeredRows(form, said), rows.map((row) => readText(form, row)).sort()];
    return answered.join() === read.join()
      ? []
      : [`query of ${table} answers with ${answered.length} rows, and the files have ${read.length}`];
  }

  /** Remembers what the lake is after each commit, and asks now and then for an earlier one. */
  private async lookBack(worlds: readonly World[]): Promise<string[]> {
    const [world, another] = worlds;
    const isCertain =
      world && !another && Object.values(world.days).every(({ earlier }) => earlier.length === 0);
    const wasCertain = this.isCertain;
    this.isCertain = isCertain === true;
    if (!isCertain) return [];
    for (const form of this.scene.forms) this.remember(form, world, wasCertain);
    const past = this.past[(this.looks * 7) % Math.max(1, this.past.length)];
    if (!past || this.looks % 4 !== 1) return [];
    const { form, asOf, rows } = past;
    for (const table of form.tables) {
      const said = await this.run([
        'query',
        '--lake',
        LAKE,
        '--json',
        '--as-of',
        asOf,
        `SELECT * FROM ${table}`,
      ]);
      const right = rows[table]!;
      if (said.code !== 0) {
        if (world.isCleaned || right.length === 0) continue;
        return [`query as of ${asOf} ends with ${said.code}: ${said.err}`];
      }
      const answered = answeredRows(form, said);
      if (answered.join() !== right.join())
        return [
          `query of ${table} as of ${asOf} answers with ${answered.length} rows, and ${right.length} were shown`,
        ];
    }
    return [];
  }

  /** Of a commit that was written while nobody knew what is there, nobody knows what the other days were then. */
  private remember(form: Form, world: World, wasCertain: boolean): void {
    for (const { dataset, businessDate } of knownDays(world)) {
      const commit = commitOf(world, dataset, businessDate);
      const name = `${dataset} ${businessDate}/${commit}`;
      if (dataset !== form.dataset || commit === 0 || this.commits.has(name)) continue;
      this.commits.add(name);
      if (!wasCertain) continue;
      const rows = form.tables.map((table) => [table, rightRows(this.scene.meaning, form, world, table)]);
      this.past.push({ form, asOf: `${businessDate}/${commit}`, rows: Object.fromEntries(rows) });
    }
  }
}

function answeredRows(form: Form, { out }: Said): string[] {
  return (jsonLines(out) as Record<string, unknown>[])
    .map((row) =>
      readText(
        form,
        Object.fromEntries(
          Object.entries(row).map(([name, value]) => [name, value === null ? null : String(value)]),
        ),
      ),
    )
    .sort();
}
