import { relative } from 'node:path';
import { createLocalPorts } from '../local/local-ports.ts';
import { RunInconsistent } from '../shared/errors.ts';
import { nightReportPage } from '../shared/pipeline/report/write-night.ts';
import { warn } from '../terminal/print.ts';
import { writeReportFile } from './report-file.ts';
import { reportSettings } from './report-settings.ts';

interface ReportedDay {
  dataset: string;
  businessDate: string;
}

/**
 * Writes the report of each day that a conversion worked on: of one day to `path`, of several to a page each, with its date before the
 * ending. Answers a line for people about each page. A day of which nothing is known but its refusal has no report, and the reason is said.
 */
export async function writeDayReports(lakeDir: string, days: ReportedDay[], path: string): Promise<string[]> {
  const ports = createLocalPorts({ lakeDir, rawRoot: lakeDir, rangeSizeBytes: 0, expectedFiles: undefined });
  const { settings, language } = reportSettings({}, shownPath(lakeDir), process.env);
  const written: string[] = [];
  for (const day of days) {
    const place = days.length === 1 ? path : path.replace(/(\.html?)$/i, `-${day.businessDate}$1`);
    try {
      await writeReportFile(place, await nightReportPage(ports, day, settings, language));
      written.push(place);
    } catch (error) {
      if (!(error instanceof RunInconsistent)) throw error;
      warn(`no report of ${day.dataset} of ${day.businessDate}: ${error.message}`);
    }
  }
  return written.map((place) => `report: ${shownPath(place)}`);
}

function shownPath(path: string): string {
  return relative(process.cwd(), path) || '.';
}
