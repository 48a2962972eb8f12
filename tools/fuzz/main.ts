import { parseArgs } from 'node:util';
import { UsageError } from '../../shared/errors.ts';
import { EXIT_FAILED, EXIT_LOADED, runCommand } from '../../terminal/exit.ts';
import { FuzzPool } from './fuzz-pool.ts';

const HELP = `npm run fuzz -- [flags]    hostile layouts, copybooks, tables, keys and files: a typed error, a refusal, rejects or the right rows

  --inputs N       how many, 100000 without it
  --seed S         another seed, other inputs (1)
  --from I         the first input, 0 without it: with --inputs 1 a found case again
  --workers N      threads, 2 without it

Each input may take ten seconds, and a thread 512 MB of heap. Ends with 1 when one crashed, hung or gave a wrong row.`;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      inputs: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      from: { type: 'string', default: '0' },
      workers: { type: 'string', default: '2' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return EXIT_LOADED;
  }
  const [inputs, seed, from, workers] = (['inputs', 'seed', 'from', 'workers'] as const).map((flag) => {
    if (/^\d{1,9}$/.test(values[flag])) return Number(values[flag]);
    throw new UsageError({ what: `--${flag} '${values[flag]}' is no whole number` });
  }) as [number, number, number, number];
  const pool = new FuzzPool({ seed, from, inputs, workers });
  const { counts, found } = await pool.run((done) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${done} of ${inputs}`);
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  for (const name of [...counts.keys()].sort())
    console.log(`${String(counts.get(name)).padStart(8)}  ${name}`);
  for (const { index, what } of found) {
    console.error(
      `Input ${index}: ${what}\nAgain: npm run fuzz -- --seed ${seed} --from ${index} --inputs 1`,
    );
  }
  console.log(`${inputs} inputs, ${found.length} found.`);
  return found.length === 0 ? EXIT_LOADED : EXIT_FAILED;
});
