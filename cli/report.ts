import { resolve } from 'node:path';
import * as z from 'zod';
import { startDir } from '../local/adapters/project-folders.ts';
import { readMonth } from '../shared/pipeline/report/read-month.ts';
import { type ReportSettings, readNight } from '../shared/pipeline/report/read-night.ts';
import type { PipelinePorts } from '../shared/ports/pipeline-ports.ts';
import { monthReport } from '../shared/report/month-report.ts';
import { nightReport } from '../shared/report/night-report.ts';
import { monthPage } from '../shared/report/page/month-page.ts';
import { nightPage } from '../shared/report/page/night-page.ts';
import type { ReportLanguage } from '../shared/report/words/languages.ts';
import { defineCommand, isSet, text, usageError } from '../terminal/command-line.ts';
import { say, sayJson } from '../terminal/print.ts';
import { askOperator } from './ask-operator.ts';
import { chosenDay, DAY_FLAGS, lakePorts, namedDay } from './lake-arguments.ts';
import { requireReportPlace, writeReportFile } from './report-file.ts';
import { REPORT_FLAGS, reportSettings } from './report-settings.ts';

const COMMAND = {
  does: 'Writes the report of a night, or of a month of nights, as one page that stands alone: what was published, and that every byte and record is accounted for.',
  usage: 'positional-lake report --lake DIR --business-date D --out FILE.html [flags]',
  flags: {
    ...DAY_FLAGS,
    month: text('yyyy-MM', 'the report of a month of days, instead of one'),
    out: text('FILE.html', 'the page; one that is there is replaced'),
    ...REPORT_FLAGS,
    link: isSet(
      'with --lake aws: an address of the report that was kept with the last commit, good for an hour',
    ),
    json: isSet('the figures of the report as one object; --out may be left out'),
  },
  worksUnread: true,
  notes: `The page loads and sends nothing. It is written for this user alone, as the lake is.
Exit codes: 0 written, 1 the lake cannot be read, 2 usage.`,
};

export const command = defineCommand(COMMAND, async (values) => {
  const { out, json } = values;
  if (values.link) return showLink(values);
  if (out === undefined && !json)
    throw usageError('--out is missing', 'Name the page to write, such as night.html');
  const path = out === undefined ? undefined : resolve(startDir, out);
  if (path !== undefined) await requireReportPlace(path, '--out');
  const month = monthOf(values.month, values['business-date']);
  const ports = await lakePorts(values.lake);
  const day = await chosenDay(ports, values.dataset, values['business-date']);
  const { settings, language } = reportSettings(values, values.lake ?? 'LAKE', process.env);
  const { report, page, title } = month
    ? await reportOfMonth(ports, day.dataset, month, settings, language)
    : await reportOfNight(ports, day, settings, language);
  if (path !== undefined) await writeReportFile(path, page());
  if (json) sayJson(report);
  else say(`The report of ${title} is in ${out}`);
  return 0;
});

function monthOf(month: string | undefined, businessDate: string | undefined): string | undefined {
  if (month === undefined) return undefined;
  if (businessDate !== undefined)
    throw usageError('--month and --business-date are both given', 'Give one of them');
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) return month;
  throw usageError(`--month '${month}' is not a month as yyyy-MM`, 'Give one such as 2025-08');
}

async function reportOfNight(
  ports: PipelinePorts,
  { dataset, businessDate }: { dataset: string; businessDate: string },
  settings: ReportSettings,
  language: ReportLanguage,
) {
  const report = nightReport(await readNight(ports, dataset, businessDate, settings));
  return { report, page: () => nightPage(report, language), title: `${dataset} of ${businessDate}` };
}

async function reportOfMonth(
  ports: PipelinePorts,
  dataset: string,
  month: string,
  settings: ReportSettings,
  language: ReportLanguage,
) {
  const report = monthReport(await readMonth(ports, dataset, month, settings));
  return { report, page: () => monthPage(report, language), title: `${dataset} of ${month}` };
}

const linkShape = z.object({ key: z.string(), url: z.string(), expiresAt: z.string() });

/** The operator signs it, so that nobody needs a right on the bucket. */
async function showLink(
  values: Parameters<typeof namedDay>[0] & { json?: boolean | undefined },
): Promise<number> {
  if (values.lake !== 'aws')
    throw usageError('--link is for --lake aws', 'Write a report of a folder with --out');
  const day = await namedDay(values);
  const answer = await askOperator({ action: 'report', ...day }, linkShape);
  if (values.json) sayJson(answer);
  else
    say(
      `The report of ${day.dataset} of ${day.businessDate} is ${answer.key}.`,
      `Until ${answer.expiresAt} whoever has this address can read it:`,
      answer.url,
    );
  return 0;
}
