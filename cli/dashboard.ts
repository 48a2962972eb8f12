import { resolve } from 'node:path';
import { startDir } from '../local/adapters/project-folders.ts';
import { dashboardPages, dashboardPlaces } from '../local/serve/dashboard-files.ts';
import { openAsking } from '../local/serve/local-asking.ts';
import { isBusinessDate } from '../shared/keys/business-date.ts';
import { defineCommand, oneOf, text, usageError } from '../terminal/command-line.ts';
import { say } from '../terminal/print.ts';
import { lakeFolder } from './lake-folder.ts';
import { writeReportFile } from './report-file.ts';

const COMMAND = {
  does: 'Writes five dashboards of a night as pages: daily volume, products, top ten clients, arrears, renewals.',
  usage: 'positional-lake dashboard --lake DIR --out FOLDER [flags]',
  flags: {
    lake: text('DIR', 'the folder that was given to convert as --out'),
    out: text('FOLDER', 'of the pages; those that are there are replaced'),
    'business-date': text('D', 'yyyy-MM-dd; the last night at or before it, by default the latest'),
    mapping: text('FILE', "which column is what; by default the project's for a table of the lake"),
    language: oneOf(['en', 'pt'], 'L', 'of the pages: en (the default) or pt'),
  },
  worksUnread: true,
  notes: `The pages load and send nothing. Clients are masked. They are written for this user alone, as the lake is.
QuickSight has the same five: docs/modules.md.

Exit codes: 0 written, 1 something cannot be read, 2 usage.`,
} as const;

export const command = defineCommand(COMMAND, async (values) => {
  const { lake, out, language, mapping } = values;
  const businessDate = values['business-date'];
  if (!lake) throw usageError('--lake is missing', 'Give the folder that was given to convert as --out');
  if (!out) throw usageError('--out is missing', 'Give a folder for the pages');
  if (businessDate !== undefined && !isBusinessDate(businessDate))
    throw usageError(`--business-date '${businessDate}' is not a day as yyyy-MM-dd`);
  if (language !== undefined && language !== 'en' && language !== 'pt')
    throw usageError(`--language '${language}' is none of ours`, 'Give en or pt');
  const lakeDir = await lakeFolder(lake, ['catalog', 'ledger']);
  const asking = await openAsking({
    lakeDir,
    mapping: mapping && resolve(startDir, mapping),
  });
  try {
    if ((await asking.engine.published()).size === 0)
      throw usageError(`nothing is published in ${lakeDir}`, 'Give a lake in which a day is published');
    const pages = await dashboardPages({ asking, businessDate, language: language ?? 'en' });
    const places = await dashboardPlaces(resolve(startDir, out), pages);
    for (const [path, page] of places) await writeReportFile(path, page);
    say(...[...pages.keys()].map((name) => `${out}/${name}`));
    return 0;
  } finally {
    await asking.close();
  }
});
