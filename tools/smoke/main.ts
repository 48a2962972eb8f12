import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from '../../shared/errors.ts';
import { addDays } from '../../shared/keys/business-date.ts';
import { runCommand } from '../../terminal/exit.ts';
import { createAwsStage } from './aws-stage.ts';
import { createLocalStage } from './local-stage.ts';
import { runSmoke } from './smoke-run.ts';

const HELP = `Tests a stage from upload to SQL with a small generated night, and removes the night again.

npm run smoke -- --stage dev

  --stage S        a deployed stage (credentials and region come from the environment), or local
  --stack NAME     stack of the stage; by default positional-lake-<stage>
  --records N      default 20000
  --files K        by default as many as the stage expects on a day, or 2
  --business-date  yyyy-MM-dd on which nothing else is loaded; by default one of the 1990s
  --timeout S      seconds until it must be published; default 900
  --keep           removes nothing

Exit codes: 0 the totals agree, 1 they do not or nothing was published, 2 usage.`;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      stage: { type: 'string' },
      stack: { type: 'string' },
      records: { type: 'string', default: '20000' },
      files: { type: 'string' },
      'business-date': { type: 'string' },
      timeout: { type: 'string', default: '900' },
      keep: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (!values.stage) throw new UsageError({ what: '--stage is missing', next: 'Run with --help.' });
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

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new UsageError({ what: `--${name} is ${text}`, next: 'Give a whole number above 0.' });
}
