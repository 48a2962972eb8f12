import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateNights } from '../../generator/night.ts';
import { byteSizeText, parseByteSize } from '../../terminal/byte-size.ts';
import { runWithFlags, textOr } from '../../terminal/command-line.ts';
import { EXIT_FAILED, EXIT_LOADED } from '../../terminal/exit.ts';
import { printTable } from '../../terminal/print-table.ts';
import type { Asked, Asking } from '../engines/engine.ts';
import { ENGINES } from '../engines/engines.ts';
import { type WrittenNight, writeNight } from './lakes.ts';
import { questionsOf } from './questions.ts';

const RECORD_BYTES = 141;
/** PyIceberg takes no SQL. */
const ASKED = ENGINES.filter(({ name }) => name !== 'pyiceberg');
const REWRITTEN = "Spark's own table";

const COMMAND = {
  does: 'Asks DuckDB, Spark and Trino what analysts ask, of one night of contracts in several forms of Parquet, and says seconds and bytes. Spark also writes the rows into a table of its own, with the defaults of Iceberg’s writer.',
  usage: 'npm run bench:reading -- [flags]',
  flags: {
    bytes: textOr('1GB', 'SIZE', 'of the positional file'),
    dir: textOr(tmpdir(), 'DIR', 'writes its files here, and removes them'),
  },
  notes:
    'The answers of all engines and forms must be the same, or it exits with 1. Engines are installed as for npm run test:engines; one that cannot be is passed over.',
} as const;

/** An answer of one engine about one form. */
interface Answer extends Asked {
  engine: string;
  form: string;
}

await runWithFlags(COMMAND, async (values) => {
  const dir = await mkdtemp(join(values.dir, 'positional-lake-reading-'));
  try {
    const records = Math.ceil(parseByteSize(values.bytes) / RECORD_BYTES);
    const [file] = await generateNights({ outDir: join(dir, 'night'), records });
    const nights = await writeNight(file!.path, dir);
    const questions = await questionsOf(join(nights[0]!.table, '**', '*.parquet'));
    const answers = await askAll(nights, questions, dir);
    for (const { name } of questions) show(name, answers);
    await showSizes(nights);
    const differences = questions.flatMap(({ name }) => differencesOf(name, answers));
    for (const difference of differences) console.error(difference);
    return differences.length > 0 ? EXIT_FAILED : EXIT_LOADED;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

/** Spark comes first: the others read what it wrote. */
async function askAll(nights: WrittenNight[], questions: Asking[], dir: string): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const engine of ASKED.toSorted((a, b) => Number(b.name === 'spark') - Number(a.name === 'spark'))) {
    const ready = await engine.prepare();
    if ('missing' in ready) {
      console.error(`${engine.name}: skipped: ${ready.missing}`);
      continue;
    }
    await ready.use(dir, async (session) => {
      const partitions = ['year', 'month', 'day', 'tipo_produto'];
      const rewritten = await session.rewrite?.(nights[0]!.table, join(dir, 'spark'), partitions);
      if (rewritten !== undefined) nights.push({ form: REWRITTEN, table: rewritten });
      // What is asked first pays for code that is not compiled yet.
      await session.ask(nights[0]!.table, questions);
      for (const { form, table } of nights) {
        for (const asked of await session.ask(table, questions))
          answers.push({ ...asked, engine: engine.name, form });
      }
    });
  }
  return answers;
}

function show(question: string, answers: Answer[]): void {
  const about = answers.filter(({ name }) => name === question);
  const engines = [...new Set(about.map(({ engine }) => engine))];
  const forms = [...new Set(about.map(({ form }) => form))];
  const columns = [
    { name: question, type: 'VARCHAR' },
    ...engines.flatMap((engine) =>
      [`${engine}: ms`, `${engine}: MB`].map((name) => ({ name, type: 'DOUBLE' })),
    ),
  ];
  const rows = forms.map((form) => [
    form,
    ...engines.flatMap((engine) => {
      const found = about.find((one) => one.engine === engine && one.form === form);
      const megabytes = found?.bytes === undefined ? null : Number((found.bytes / 1e6).toFixed(1));
      return [found ? Math.round(found.seconds * 1000) : null, megabytes];
    }),
  ]);
  console.log([...printTable({ columns, rows }), ''].join('\n'));
}

async function showSizes(nights: WrittenNight[]): Promise<void> {
  for (const { form, table } of nights) {
    const names = (await readdir(table, { recursive: true })).filter((name) => name.endsWith('.parquet'));
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(table, name))).size));
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    console.log(`${form}: ${names.length} Parquet files, ${byteSizeText(bytes)}`);
  }
}

function differencesOf(question: string, answers: Answer[]): string[] {
  const about = answers.filter(({ name }) => name === question);
  const [first] = about;
  return about
    .filter(({ rows }) => JSON.stringify(rows) !== JSON.stringify(first!.rows))
    .map(
      ({ engine, form, rows }) =>
        `${question}: ${engine} on ${form} answers ${JSON.stringify(rows).slice(0, 300)}, ${first!.engine} on ${first!.form} ${JSON.stringify(first!.rows).slice(0, 300)}`,
    );
}
