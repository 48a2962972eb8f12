import { resolve } from 'node:path';
import { startDir } from '../local/adapters/project-folders.ts';
import { readNight } from '../shared/pipeline/report/read-night.ts';
import { nightReport } from '../shared/report/night-report.ts';
import { nightPage } from '../shared/report/page/night-page.ts';
import { defineCommand, isSet, text, usageError } from '../terminal/command-line.ts';
import { say, sayJson } from '../terminal/print.ts';
import { chosenDay, DAY_FLAGS, lakePorts } from './lake-arguments.ts';
import { requireReportPlace, writeReportFile } from './report-file.ts';
import { REPORT_FLAGS, reportSettings } from './report-settings.ts';

const COMMAND = {
  does: 'Writes the report of a night, or of a month of nights, as one page that stands alone: what was published, and that every byte and record is accounted for.',
  usage: 'positional-lake report --lake DIR --business-date D --out FILE.html [flags]',
  flags: {
    ...DAY_FLAGS,
    out: text('FILE.html', 'the page; one that is there is replaced'),
    ...REPORT_FLAGS,
    json: isSet('the figures of the report as one object; --out may be left out'),
  },
  notes: `The page loads and sends nothing. It is written for this user alone, as the lake is.
Exit codes: 0 written, 1 the lake cannot be read, 2 usage.`,
};

export const command = defineCommand(COMMAND, async (values) => {
  const { out, json } = values;
  if (out === undefined && !json)
    throw usageError('--out is missing', 'Name the page to write, such as night.html');
  const path = out === undefined ? undefined : resolve(startDir, out);
  if (path !== undefined) await requireReportPlace(path);
  const ports = await lakePorts(values.lake);
  const { dataset, businessDate } = await chosenDay(ports, values.dataset, values['business-date']);
  const { settings, language } = reportSettings(values, values.lake ?? 'LAKE', process.env);
  const report = nightReport(await readNight(ports, dataset, businessDate, settings));
  if (path !== undefined) await writeReportFile(path, nightPage(report, language));
  if (json) sayJson(report);
  else say(`The report of ${dataset} of ${businessDate} is in ${out}`);
  return 0;
});
