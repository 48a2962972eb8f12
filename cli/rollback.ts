import * as z from 'zod';
import { rollBack } from '../shared/pipeline/operate/roll-back.ts';
import { defineCommand, isSet, text, usageError } from '../terminal/command-line.ts';
import { say, sayJson } from '../terminal/print.ts';
import { askOperator } from './ask-operator.ts';
import { DAY_FLAGS, lakePorts, namedDay } from './lake-arguments.ts';

const COMMAND = {
  does: 'Returns a day, or one file of it, to its previous version. Readers get the old objects in a new generation.',
  usage: 'positional-lake rollback --lake DIR --business-date D [flags]',
  flags: {
    ...DAY_FLAGS,
    'business-date': text('D', 'yyyy-MM-dd; needed: no day is rolled back by default'),
    file: text('F', 'only this file, by its key or name'),
    remove: isSet(
      'with --file: take the file out of the day, even if it has an earlier version, or is loaded and not published',
    ),
    to: text('N', 'the day as it was in commit N; by default the commit before'),
    reason: text('TEXT', 'recorded with the day and its files'),
    json: isSet('the outcome as one object'),
  },
  worksUnread: true,
  notes: `A version that was rolled back is not loaded again unless it is forced.
Exit codes: 0 rolled back, 1 failed, 2 usage or no previous version.`,
};

const rolledBackShape = z.object({
  commit: z.int().nullable(),
  restores: z.int().nullable(),
  files: z.array(z.object({ sourceKey: z.string(), from: z.string().nullable(), to: z.string().nullable() })),
});

export const command = defineCommand(COMMAND, async (values) => {
  if (values['business-date'] === undefined)
    throw usageError('--business-date is missing', 'No day is rolled back by default');
  if (values.remove && values.file === undefined) throw usageError('--remove needs a --file');
  if (values.to !== undefined && values.file !== undefined)
    throw usageError('--to is for the whole day, not for a --file');
  if (values.to !== undefined && !/^[1-9]\d{0,8}$/.test(values.to))
    throw usageError(`--to '${values.to}' is not a commit`);
  const day = await namedDay(values);
  const { dataset, businessDate } = day;
  const request = {
    ...day,
    file: values.file,
    remove: values.remove,
    toCommit: values.to === undefined ? undefined : Number(values.to),
    reason: values.reason?.trim() || 'no reason given',
  };
  const outcome =
    values.lake === 'aws'
      ? await askOperator({ action: 'rollback', ...request }, rolledBackShape)
      : await rollBack(await lakePorts(values.lake), request);
  if (values.json) sayJson({ dataset, businessDate, ...outcome });
  else {
    const as = outcome.restores === null ? '' : `, with the files of commit ${outcome.restores}`;
    const stands =
      outcome.commit === null
        ? 'has one file less that was loaded and not published'
        : `is published as commit ${outcome.commit}${as}`;
    say(`${dataset} of ${businessDate} ${stands}`);
    for (const { sourceKey, from, to } of outcome.files) {
      say(`  ${sourceKey}: run ${from ?? 'none'} → ${to ?? 'none'}`);
    }
  }
  return 0;
});
