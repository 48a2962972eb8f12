import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startDir } from '../local/adapters/project-folders.ts';
import { SourceNotFound } from '../shared/errors.ts';
import { takeDayManifest } from '../shared/pipeline/operate/take-day-manifest.ts';
import { publishDay } from '../shared/pipeline/publish/publish-day.ts';
import { readDayLayout } from '../shared/pipeline/store/kept-terms.ts';
import { EXIT_LOADED, EXIT_REFUSED, runCommand } from '../terminal/exit.ts';
import { chosenDay, DAY_HELP, lakePorts, usage } from './lake-arguments.ts';

const HELP = `Publishes a day whose files are loaded: what happens by itself once it is complete.

npm run -s publish -- --lake DIR [flags]

${DAY_HELP}
  --day-manifest F      hold the day to this day manifest from now on
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
      'day-manifest': { type: 'string' },
      // What it was called before.
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
  const manifest = values['day-manifest'] ?? values['control-file'];
  if (manifest !== undefined) {
    const text = await readFile(resolve(startDir, manifest), 'utf8').catch((cause) => {
      throw new SourceNotFound({ what: 'the day manifest cannot be read', where: manifest, cause });
    });
    const problems = await takeDayManifest(ports.lake, dataset, businessDate, basename(manifest), text);
    if (problems.length > 0) throw usage(`${manifest} is no day manifest: ${problems.join('; ')}`);
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
