import { parseArgs } from 'node:util';
import { rollBack } from '../shared/pipeline/operate/roll-back.ts';
import { runCommand } from '../terminal/exit.ts';
import { chosenDay, DAY_HELP, lakePorts, usage } from './lake-arguments.ts';

const HELP = `Returns a day, or one file of it, to the version before. Readers get the old objects in a new generation.

npm run -s rollback -- --lake DIR --business-date D [flags]

${DAY_HELP}
  --file F              only this file, by its key or name
  --remove              with --file: take it out of the day, whatever it had before
  --to N                the day as commit N had it; by default the commit before
  --reason TEXT         recorded with the day and its files
  --json                the outcome as one object

A version that was rolled back is not loaded again unless it is forced.
Exit codes: 0 rolled back, 1 failed, 2 usage or nothing before.`;

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    options: {
      lake: { type: 'string' },
      'business-date': { type: 'string' },
      dataset: { type: 'string' },
      file: { type: 'string' },
      remove: { type: 'boolean' },
      to: { type: 'string' },
      reason: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (positionals.length > 0) throw usage(`'${positionals[0]}' belongs to no flag`);
  if (values['business-date'] === undefined)
    throw usage('--business-date is missing', 'No day is taken back by default');
  if (values.remove && values.file === undefined) throw usage('--remove needs a --file');
  if (values.to !== undefined && values.file !== undefined)
    throw usage('--to is for the whole day, not for a --file');
  if (values.to !== undefined && !/^[1-9]\d{0,8}$/.test(values.to))
    throw usage(`--to '${values.to}' is no commit`);
  const ports = await lakePorts(values.lake);
  const { dataset, businessDate } = await chosenDay(ports, values.dataset, values['business-date']);
  const outcome = await rollBack(ports, {
    dataset,
    businessDate,
    file: values.file,
    remove: values.remove,
    toCommit: values.to === undefined ? undefined : Number(values.to),
    reason: values.reason?.trim() || 'no reason given',
  });
  if (values.json) console.log(JSON.stringify({ dataset, businessDate, ...outcome }));
  else {
    const as = outcome.restores === null ? '' : `, with the files of commit ${outcome.restores}`;
    console.log(`${dataset} of ${businessDate} is published as commit ${outcome.commit}${as}`);
    for (const { sourceKey, from, to } of outcome.files) {
      console.log(`  ${sourceKey}: run ${from ?? 'none'} → ${to ?? 'none'}`);
    }
  }
  return 0;
});
