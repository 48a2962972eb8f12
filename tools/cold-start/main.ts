import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runWithFlags, textOr, wholeNumber } from '../../terminal/command-line.ts';
import { EXIT_LOADED } from '../../terminal/exit.ts';
import { printTable } from '../../terminal/print-table.ts';
import { bundleFunctions } from '../bundle/bundle-functions.ts';
import { bundleStarts } from './bundle-starts.ts';
import { parserCalls } from './parser-calls.ts';

const COMMAND = {
  does: 'Measures what a function costs before and in its first call: how long each bundle takes to load, and how fast a cold and a warm parser turn ranges of 128 MiB into Parquet.',
  usage: 'npm run cold-start -- [flags]',
  flags: {
    rounds: textOr('9', 'N', 'how often each bundle is loaded; what counts is the median'),
    'parser-rounds': textOr('3', 'N', 'how many fresh parsers are called'),
    memory: textOr(
      '1769',
      'MB',
      'what the parser has; below 1,769 MB Lambda would also give it less than this core',
    ),
    's3-rate': textOr(
      '85',
      'MB',
      'what S3 gives a connection in a second, in the first half of the second table',
    ),
  },
  notes: 'It takes 2 GB of memory and no network. docs/cost.md says what follows from it.',
} as const;

await runWithFlags(COMMAND, async (values) => {
  const rounds = wholeNumber('--rounds', values.rounds);
  const calls = {
    rangeBytes: 128 * 1024 * 1024,
    rounds: wholeNumber('--parser-rounds', values['parser-rounds']),
    memoryMb: wholeNumber('--memory', values.memory),
    s3MegabytesPerSecond: wholeNumber('--s3-rate', values['s3-rate']),
  };
  const dir = await mkdtemp(join(tmpdir(), 'positional-lake-cold-start-'));
  try {
    const bundles = await bundleFunctions(join(dir, 'dist'));
    console.log(printTable(await bundleStarts(bundles, dir, rounds)).join('\n'));
    const { folder } = bundles.find(({ name }) => name === 'parser')!;
    const { table, notes } = await parserCalls(folder, dir, calls);
    console.log(['', ...printTable(table), ...notes].join('\n'));
    return EXIT_LOADED;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
