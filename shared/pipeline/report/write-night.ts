import { nightReport } from '../../report/night-report.ts';
import { nightPage } from '../../report/page/night-page.ts';
import type { ReportLanguage } from '../../report/words/languages.ts';
import { type ReportPorts, type ReportSettings, readNight } from './read-night.ts';

/** The report of a day as a page. Fails with `RunInconsistent` if no file of the day was split. */
export async function nightReportPage(
  ports: ReportPorts,
  day: { dataset: string; businessDate: string },
  settings: ReportSettings,
  language: ReportLanguage,
): Promise<string> {
  const facts = await readNight(ports, day.dataset, day.businessDate, settings);
  return nightPage(nightReport(facts), language);
}
