import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import * as z from 'zod';
import { startDir } from '../local/adapters/project-folders.ts';
import { SourceNotFound } from '../shared/errors.ts';
import { type DayManifestText, publishHere } from '../shared/pipeline/operate/publish-here.ts';
import { defineCommand, isSet, text, usageError } from '../terminal/command-line.ts';
import { EXIT_LOADED, EXIT_REFUSED } from '../terminal/exit.ts';
import { say, sayJson } from '../terminal/print.ts';
import { askOperator } from './ask-operator.ts';
import { DAY_FLAGS, lakePorts, namedDay } from './lake-arguments.ts';

const COMMAND = {
  does: 'Publishes a day whose files are loaded. This happens automatically once the day is complete.',
  usage: 'positional-lake publish --lake DIR [flags]',
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
  worksUnread: true,
  notes: 'Exit codes: 0 published, 1 failed, 2 usage, 3 not complete (nothing changed for readers).',
} as const;

const publishedShape = z.object({
  published: z.boolean(),
  commit: z.int().optional(),
  waitingFor: z.string().optional(),
  committed: z.boolean().optional(),
  warnings: z.array(z.string()).optional(),
});

export const command = defineCommand(COMMAND, async (values) => {
  const partial = partialOf(values.partial, values.reason?.trim());
  const day = await namedDay(values);
  const { dataset, businessDate } = day;
  const path = values['day-manifest'] ?? values['control-file'];
  const dayManifest = path === undefined ? undefined : await readManifest(path);
  const asked = { ...day, dayManifest, partial, force: values.force };
  const outcome =
    values.lake === 'aws'
      ? await askOperator({ action: 'publish', ...asked }, publishedShape)
      : await publishHere(await lakePorts(values.lake), asked);
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

async function readManifest(path: string): Promise<DayManifestText> {
  const text = await readFile(resolve(startDir, path), 'utf8').catch((cause) => {
    throw new SourceNotFound({
      what: 'the day manifest cannot be read',
      where: path,
      next: 'Check the path.',
      cause,
    });
  });
  return { name: basename(path), text };
}

function partialOf(isPartial = false, reason = ''): { reason: string } | undefined {
  if (isPartial && !reason) throw usageError('--partial needs a --reason', 'It is recorded with the day');
  if (reason && !isPartial) throw usageError('--reason goes with --partial');
  return isPartial ? { reason } : undefined;
}
