import * as z from 'zod';
import { isBusinessDate } from '../shared/keys/business-date.ts';
import { defineCommand, isSet, text, usageError } from '../terminal/command-line.ts';
import { say, sayJson } from '../terminal/print.ts';
import { askOperator } from './ask-operator.ts';

const COMMAND = {
  does: 'Converts all files of a day again, on AWS. On one machine, convert them again.',
  usage: 'positional-lake rerun --layout NAME --business-date D [flags]',
  flags: {
    layout: text('NAME', 'whose files; as in layouts/'),
    'business-date': text('D', 'yyyy-MM-dd: the folder of the day in the raw bucket'),
    force: isSet('also the files that are loaded'),
    json: isSet('the outcome as one object'),
  },
  worksUnread: true,
  notes: `The operator function of the stage starts the executions; the environment variable STAGE names the stage.
Exit codes: 0 started, 1 failed, 2 usage.`,
};

const rerunShape = z.object({
  rerun: z.object({ executions: z.array(z.string()), repeated: z.int(), next: z.string().optional() }),
});

export const command = defineCommand(COMMAND, async (values) => {
  const { layout, 'business-date': businessDate, force } = values;
  if (layout === undefined) throw usageError('--layout is missing');
  if (businessDate === undefined || !isBusinessDate(businessDate))
    throw usageError('--business-date is missing or is not a day as yyyy-MM-dd');
  const executions: string[] = [];
  let repeated = 0;
  let from: string | undefined;
  // One call of the function has time for some 100,000 files.
  do {
    const asked = { layout, businessDate, ...(force && { force }), ...(from !== undefined && { from }) };
    const { rerun } = await askOperator({ action: 'rerun', ...asked }, rerunShape);
    executions.push(...rerun.executions);
    repeated += rerun.repeated;
    from = rerun.next;
  } while (from !== undefined);
  if (values.json) sayJson({ layout, businessDate, executions, repeated });
  else
    say(`${executions.length} executions are started${repeated > 0 ? `, ${repeated} had been before` : ''}`);
  return 0;
});
