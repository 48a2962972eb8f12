import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SourceNotFound } from '../../shared/errors.ts';
import { readDayLayout, takeControlFile } from '../../shared/pipeline/day-terms.ts';
import { publishDay } from '../../shared/pipeline/publish-day.ts';
import { EXIT_LOADED, EXIT_REFUSED, runCommand } from './exit.ts';
import { chosenDay, DAY_HELP, lakePorts, usage } from './lake-arguments.ts';
import { startDir } from './project.ts';

const HELP = `Publishes a day whose files are loaded: what happens by itself once it is complete.

npm run -s publish -- --lake DIR [flags]

${DAY_HELP}
  --control-file F      hold the day to this control file from now on
  --partial             publish what is loaded though the day is not complete; recorded and shown as such
  --reason TEXT         why; needed with --partial
  --json                the outcome as one object

Exit codes: 0 published, 1 failed, 2 usage, 3 not complete (nothing changed for readers).`;

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    options: {
      lake: { type: 'string' },
      'business-date': { type: 'string' },
      dataset: { type: 'string' },
      'control-file': { type: 'string' },
      partial: { type: 'boolean' },
      reason: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(HELP);
    return EXIT_LOADED;
  }
  if (positionals.length > 0) throw usage(`'${positionals[0]}' belongs to no flag`);
  const reason = values.reason?.trim();
  if (values.partial && !reason) throw usage('--partial needs a --reason', 'It is recorded with the day');
  if (reason && !values.partial) throw usage('--reason goes with --partial');
  const ports = await lakePorts(values.lake);
  const { dataset, businessDate } = await chosenDay(ports, values.dataset, values['business-date']);
  const layout = await readDayLayout(ports.lake, dataset, businessDate);
  const controlFile = values['control-file'];
  if (controlFile !== undefined) {
    const text = await readFile(resolve(startDir, controlFile), 'utf8').catch((cause) => {
      throw new SourceNotFound({ what: 'the control file cannot be read', where: controlFile, cause });
    });
    const problems = await takeControlFile(ports.lake, dataset, businessDate, basename(controlFile), text);
    if (problems.length > 0) throw usage(`${controlFile} is no control file: ${problems.join('; ')}`);
  }
  const partial = values.partial ? { reason: reason! } : undefined;
  const outcome = await publishDay(ports, layout, businessDate, { partial });
  if (values.json) console.log(JSON.stringify({ dataset, businessDate, ...outcome }));
  else if (outcome.waitingFor === undefined) {
    console.log(`${dataset} of ${businessDate} is published as commit ${outcome.commit}`);
  } else {
    const standing =
      outcome.commit === undefined ? '' : ` What is published stays: commit ${outcome.commit}.`;
    console.log(
      `${dataset} of ${businessDate} is not published: it waits for ${outcome.waitingFor}.${standing}`,
    );
  }
  return outcome.waitingFor === undefined ? EXIT_LOADED : EXIT_REFUSED;
});
