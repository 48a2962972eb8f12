import { isSet, runWithFlags, text, textOr, wholeNumber } from '../../terminal/command-line.ts';
import { EXIT_FAILED, EXIT_LOADED } from '../../terminal/exit.ts';
import { FuzzPool } from './fuzz-pool.ts';

const COMMAND = {
  does: 'Feeds hostile layouts, copybooks, tables, keys and files; each must give a typed error, a refusal, rejects or the right rows.\nWith --damage: good files with damaged records; what loads must be what their sender meant.',
  usage: 'npm run fuzz -- [flags]',
  flags: {
    damage: isSet('files of an independent sender, some records or the whole file damaged'),
    inputs: text('N', 'how many inputs; 100000 by default, with --damage as many as the records need'),
    records: textOr('1000000', 'N', 'with --damage: how many damaged records'),
    seed: textOr('1', 'S', 'another seed gives other inputs'),
    from: textOr('0', 'I', 'the first input; with --inputs 1 it repeats one case'),
    workers: textOr('2', 'N', 'threads'),
  },
  notes: `Each input may take ten seconds, and each thread 512 MB of heap.
Ends with 1 if an input crashed, hung or gave a wrong row.`,
} as const;

await runWithFlags(COMMAND, async (values) => {
  const { damage } = values;
  const most = damage ? '100000000' : '100000';
  const inputs = wholeNumber('--inputs', values.inputs ?? most);
  const seed = wholeNumber('--seed', values.seed);
  const from = wholeNumber('--from', values.from);
  const workers = wholeNumber('--workers', values.workers);
  const pool = new FuzzPool({
    ...{ seed, from, inputs, workers },
    subject: damage ? 'damage' : 'hostile',
    damagedRecords: damage ? wholeNumber('--records', values.records) : Number.POSITIVE_INFINITY,
  });
  const { counts, found, ...played } = await pool.run((done) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${done} inputs`);
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  for (const name of [...counts.keys()].sort())
    console.log(`${String(counts.get(name)).padStart(8)}  ${name}`);
  for (const { index, what } of found) {
    console.error(
      `Input ${index}: ${what}\nAgain: npm run fuzz -- ${damage ? '--damage ' : ''}--seed ${seed} --from ${index} --inputs 1`,
    );
  }
  const records = damage ? `, ${played.damagedRecords} damaged records` : '';
  console.log(`${played.inputs} inputs${records}, ${found.length} found.`);
  return found.length === 0 ? EXIT_LOADED : EXIT_FAILED;
});
