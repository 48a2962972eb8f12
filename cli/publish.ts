import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { startDir } from '../local/adapters/project-folders.ts';
import { SourceNotFound } from '../shared/errors.ts';
import { takeDayManifest } from '../shared/pipeline/operate/take-day-manifest.ts';
import { publishDay } from '../shared/pipeline/publish/publish-day.ts';
import { readDayLayout } from '../shared/pipeline/store/kept-terms.ts';
import { isSet, runWithFlags, text, usageError } from '../terminal/command-line.ts';
import { EXIT_LOADED, EXIT_REFUSED } from '../terminal/exit.ts';
import { say, sayJson } from '../terminal/print.ts';
import { chosenDay, DAY_FLAGS, lakePorts } from './lake-arguments.ts';

const COMMAND = {
  does: 'Publishes a day whose files are loaded. This happens automatically once the day is complete.',
  usage: 'npm run -s publish -- --lake DIR [flags]',
  flags: {
    ...DAY_FLAGS,
    'day-manifest': text('F', 'hold the day to this day manifest from now on'),
    // The old name of --day-manifest.
    'control-file': { type: 'string' },
    partial: isSet('publish what is loaded although the day is not complete; recorded and shown as such'),
    reason: text('TEXT', 'why; needed with --partial'),
    force: isSet(
      'publish although the last commit or the catalog is damaged: both are written again from the ledger',
    ),
    json: isSet('the outcome as one object'),
  },
  notes: 'Exit codes: 0 published, 1 failed, 2 usage, 3 not complete (nothing changed for readers).',
} as const;

await runWithFlags(COMMAND, async (values) => {
  const partial = partialOf(values.partial, values.reason?.trim());
  const ports = await lakePorts(values.lake);
  const { dataset, businessDate } = await chosenDay(ports, values.dataset, values['business-date']);
  const layout = await readDayLayout(ports.lake, dataset, businessDate);
  const manifest = values['day-manifest'] ?? values['control-file'];
  if (manifest !== undefined) {
    const content = await readFile(resolve(startDir, manifest), 'utf8').catch((cause) => {
      throw new SourceNotFound({ what: 'the day manifest cannot be read', where: manifest, cause });
    });
    const problems = await takeDayManifest(ports.lake, dataset, businessDate, basename(manifest), content);
    if (problems.length > 0) throw usageError(`${manifest} is not a day manifest: ${problems.join('; ')}`);
  }
  const outcome = await publishDay(ports, layout, businessDate, { partial, force: values.force });
  if (values.json) sayJson({ dataset, businessDate, ...outcome });
  else if (outcome.waitingFor === undefined) {
    say(`${dataset} of ${businessDate} is published as commit ${outcome.commit}`);
  } else {
    const standing =
      outcome.commit === undefined ? '' : ` What is published stays: commit ${outcome.commit}.`;
    say(`${dataset} of ${businessDate} is not published: it waits for ${outcome.waitingFor}.${standing}`);
  }
  return outcome.waitingFor === undefined ? EXIT_LOADED : EXIT_REFUSED;
});

function partialOf(isPartial = false, reason = ''): { reason: string } | undefined {
  if (isPartial && !reason) throw usageError('--partial needs a --reason', 'It is recorded with the day');
  if (reason && !isPartial) throw usageError('--reason goes with --partial');
  return isPartial ? { reason } : undefined;
}
