import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addDays } from '../../shared/keys/business-date.ts';
import { isSet, runWithFlags, text, textOr, usageError } from '../../terminal/command-line.ts';
import { createAwsStage } from './aws-stage.ts';
import { createLocalStage } from './local-stage.ts';
import { runSmoke } from './smoke-run.ts';

const COMMAND = {
  does: 'Tests a stage from upload to SQL with a small generated night, and removes the night again.',
  usage: 'npm run smoke -- --stage dev',
  flags: {
    stage: text('S', 'a deployed stage (credentials and region come from the environment), or local'),
    stack: text('NAME', 'stack of the stage; by default positional-lake-<stage>'),
    records: textOr('20000', 'N', 'records of the night'),
    files: text('K', 'files of the night; by default as many as the stage expects on a day, or 2'),
    'business-date': text('D', 'yyyy-MM-dd on which nothing else is loaded; by default one of the 1990s'),
    timeout: textOr('900', 'S', 'seconds until it must be published'),
    keep: isSet('removes nothing'),
  },
  worksUnread: true,
  notes: 'Exit codes: 0 the totals agree, 1 they do not or nothing was published, 2 usage.',
} as const;

await runWithFlags(COMMAND, async (values) => {
  if (!values.stage) throw usageError('--stage is missing');
  const files = values.files === undefined ? undefined : positive('files', values.files);
  const nowMs = Date.now();
  const workDir = await mkdtemp(join(tmpdir(), 'positional-lake-smoke-'));
  try {
    const stage =
      values.stage === 'local'
        ? createLocalStage({ dir: workDir, expectedFiles: files ?? 2 })
        : await createAwsStage(values.stack ?? `positional-lake-${values.stage}`);
    const result = await runSmoke(stage, {
      workDir: join(workDir, 'generated'),
      records: positive('records', values.records),
      files,
      // A date that nobody uses, another one each time: what an earlier try left does not matter.
      businessDate: values['business-date'] ?? addDays('1990-01-01', Math.floor(nowMs / 1000) % 3_650),
      seed: nowMs,
      timeoutMs: positive('timeout', values.timeout) * 1000,
      keep: values.keep,
      show: (line) => console.log(line),
    });
    for (const problem of result.problems) console.log(`✗ ${problem}`);
    if (result.passed) console.log(`✓ ${result.rows} rows, every total as it was sent`);
    return result.passed ? 0 : 1;
  } finally {
    if (!values.keep || values.stage !== 'local') await rm(workDir, { recursive: true, force: true });
  }
});

function positive(name: string, value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number > 0) return number;
  throw usageError(`--${name} is ${value}`, 'Give a whole number above 0');
}
