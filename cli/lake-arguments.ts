import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startDir } from '../local/adapters/project-folders.ts';
import { createLocalPorts } from '../local/local-ports.ts';
import { shellVariables } from '../shared/aws/function-variables.ts';
import { createAwsPorts } from '../shared/aws/pipeline-adapters.ts';
import { UsageError } from '../shared/errors.ts';
import { isBusinessDate } from '../shared/keys/business-date.ts';
import { ledgerDays } from '../shared/pipeline/store/day-ledger.ts';
import type { PipelinePorts } from '../shared/ports/pipeline-ports.ts';

/** What the commands for people on call have in common. */
export const LAKE_HELP = `  --lake DIR            what convert was given as --out; aws: the deployed stack, by the environment variables of its
                        functions (RAW_BUCKET, PROCESSED_BUCKET, GLUE_DATABASE, …)`;

export const DAY_HELP = `${LAKE_HELP}
  --business-date D     yyyy-MM-dd; by default the latest day of the ledger
  --dataset NAME        where the lake has more than one`;

/** The lake that `--lake` names. Notifications go to standard error. Fails with `UsageError`. */
export async function lakePorts(lake: string | undefined): Promise<PipelinePorts> {
  if (!lake) throw usage('--lake is missing', 'Give the folder that convert was given as --out');
  if (lake === 'aws') return createAwsPorts(shellVariables(process.env));
  const lakeDir = resolve(startDir, lake);
  const ledger = await stat(join(lakeDir, 'ledger')).catch(() => undefined);
  if (!ledger?.isDirectory()) {
    throw usage(`there is no lake in ${lakeDir}`, 'Give the folder that convert was given as --out');
  }
  const setup = { lakeDir, rawRoot: lakeDir, rangeSizeBytes: 0, expectedFiles: undefined };
  return createLocalPorts(setup, (line) => console.error(line));
}

export interface ChosenDay {
  dataset: string;
  businessDate: string;
}

/** The day that is asked for; the latest of the only dataset where nothing is said. Fails with `UsageError`. */
export async function chosenDay(
  ports: PipelinePorts,
  datasetName: string | undefined,
  businessDate: string | undefined,
): Promise<ChosenDay> {
  if (businessDate !== undefined && !isBusinessDate(businessDate)) {
    throw usage(`--business-date '${businessDate}' is no day as yyyy-MM-dd`);
  }
  const days = await ledgerDays(ports.lake);
  const names = [...days.keys()].sort();
  const dataset = datasetName ?? (names.length === 1 ? names[0] : undefined);
  if (dataset === undefined) {
    const next = `Say which with --dataset: ${names.join(', ')}`;
    throw names.length === 0 ? usage('the ledger is empty') : usage('the lake has several datasets', next);
  }
  const dates = days.get(dataset);
  if (!dates) throw usage(`the ledger has no dataset '${dataset}'`, `It has ${names.join(', ')}`);
  const latest = [...dates].sort().at(-1)!;
  const date = businessDate ?? latest;
  if (!dates.has(date))
    throw usage(`the ledger knows nothing of ${date}`, `The latest day of ${dataset} is ${latest}`);
  return { dataset, businessDate: date };
}

export function usage(what: string, next?: string): UsageError {
  const help = '--help shows every flag';
  return new UsageError({ what, next: next === undefined ? help : `${next}; ${help}` });
}
