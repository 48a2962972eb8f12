import { resolve } from 'node:path';
import { startDir } from '../local/adapters/project-folders.ts';
import { judgesOnThreads } from '../local/judges-on-threads.ts';
import { createLocalPorts } from '../local/local-ports.ts';
import { shellVariables } from '../shared/aws/function-variables.ts';
import { createAwsPorts } from '../shared/aws/pipeline-adapters.ts';
import { isBusinessDate } from '../shared/keys/business-date.ts';
import { ledgerDays } from '../shared/pipeline/store/day-ledger.ts';
import type { PipelinePorts } from '../shared/ports/pipeline-ports.ts';
import { text, usageError } from '../terminal/command-line.ts';
import { warn } from '../terminal/print.ts';
import { lakeFolder } from './lake-folder.ts';

/** The flags that the commands for people on call have in common. */
export const LAKE_FLAGS = {
  lake: text(
    'DIR',
    'the folder that was given to convert as --out; aws: the deployed stack, by the environment variables of its\n' +
      'functions (STAGE, RAW_BUCKET, PROCESSED_BUCKET, GLUE_DATABASE, …); changes are asked of its operator',
  ),
};

/** The flags of the commands that work on one day. */
export const DAY_FLAGS = {
  ...LAKE_FLAGS,
  'business-date': text('D', 'yyyy-MM-dd; by default the latest day of the ledger'),
  dataset: text('NAME', 'needed if the lake has more than one'),
};

/** The lake that `--lake` names. Notifications go to standard error. Fails with `UsageError`. */
export async function lakePorts(lake: string | undefined): Promise<PipelinePorts> {
  if (lake === 'aws') return createAwsPorts(shellVariables(process.env));
  const lakeDir = await lakeFolder(lake, ['ledger']);
  const setup = { lakeDir, rawRoot: lakeDir, rangeSizeBytes: 0, expectedFiles: undefined };
  return createLocalPorts(setup, (line) => warn(line));
}

/** The threads that judge the parts of the lake of `--lake`; undefined on AWS, where the command judges them itself. */
export function lakeJudges(lake: string) {
  return lake === 'aws' ? undefined : judgesOnThreads(resolve(startDir, lake));
}

/** The day that the flags of a command name, on AWS without a look at the lake if they name all of it. */
export async function namedDay(values: {
  lake?: string | undefined;
  dataset?: string | undefined;
  'business-date'?: string | undefined;
}): Promise<ChosenDay> {
  const { lake, dataset, 'business-date': businessDate } = values;
  if (lake === 'aws' && dataset !== undefined && businessDate !== undefined) return { dataset, businessDate };
  return chosenDay(await lakePorts(lake), dataset, businessDate);
}

interface ChosenDay {
  dataset: string;
  businessDate: string;
}

/** The day that the flags name; by default the latest day of the only dataset. Fails with `UsageError`. */
export async function chosenDay(
  ports: PipelinePorts,
  datasetName: string | undefined,
  businessDate: string | undefined,
): Promise<ChosenDay> {
  if (businessDate !== undefined && !isBusinessDate(businessDate)) {
    throw usageError(`--business-date '${businessDate}' is not a day as yyyy-MM-dd`);
  }
  const days = await ledgerDays(ports.lake);
  const names = [...days.keys()].sort();
  const dataset = datasetName ?? (names.length === 1 ? names[0] : undefined);
  if (dataset === undefined) {
    const next = `Say which with --dataset: ${names.join(', ')}`;
    throw names.length === 0
      ? usageError('the ledger is empty')
      : usageError('the lake has several datasets', next);
  }
  const dates = days.get(dataset);
  if (!dates) throw usageError(`the ledger has no dataset '${dataset}'`, `It has ${names.join(', ')}`);
  const latest = [...dates].sort().at(-1);
  const date = businessDate ?? latest;
  if (date === undefined || !dates.has(date))
    throw usageError(`the ledger knows nothing of ${date}`, `The latest day of ${dataset} is ${latest}`);
  return { dataset, businessDate: date };
}
