import { join } from 'node:path';
import { type Asker, type AskPorts, ask } from '../../shared/ask/ask.ts';
import { WHOLE_LAKE } from '../../shared/ask/grant.ts';
import { readQuestion } from '../../shared/ask/question.ts';
import { dashboardPage, pageName } from '../../shared/dashboard/dashboard-page.ts';
import { DASHBOARDS } from '../../shared/dashboard/dashboards.ts';
import type { DashboardLanguage } from '../../shared/dashboard/figure-text.ts';
import type { PartAnswer } from '../../shared/dashboard/part-answer.ts';
import { OutputUnwritable, UsageError } from '../../shared/errors.ts';
import { makeFolder } from '../adapters/made-folder.ts';

interface DashboardOptions {
  asking: AskPorts;
  /** The night, or the latest one. */
  businessDate: string | undefined;
  language: DashboardLanguage;
}

const ASKER: Asker = { roleName: 'dashboards', role: WHOLE_LAKE };

/** The five pages of a night, by their names. Fails with `UsageError` if no table has a mapping. */
export async function dashboardPages({
  asking,
  businessDate,
  language,
}: DashboardOptions): Promise<Map<string, string>> {
  const { mapping } = asking;
  if (!mapping)
    throw new UsageError({
      what: 'no mapping says which columns of this lake are customer, value and so on',
      next: 'Give one with --mapping; docs/analytics/README.md says how it is written.',
    });
  const params = businessDate === undefined ? {} : { business_date: businessDate };
  const answerOf = async (query: string): Promise<PartAnswer> => {
    const { kept } = await ask(asking, ASKER, readQuestion(JSON.stringify({ name: query, params })));
    return kept.answer;
  };
  const pages = new Map<string, string>();
  for (const dashboard of DASHBOARDS) {
    const answers: PartAnswer[] = [];
    for (const { query } of dashboard.parts) answers.push(await answerOf(query));
    pages.set(pageName(dashboard), dashboardPage({ dashboard, answers, language, table: mapping.table }));
  }
  return pages;
}

/** Makes the folder, for this user alone, as the lake is, and says where each page goes. */
export async function dashboardPlaces(
  folder: string,
  pages: Map<string, string>,
): Promise<[string, string][]> {
  await makeFolder(folder, 0o700).catch((cause: Error) => {
    throw new OutputUnwritable({
      what: 'the dashboards cannot be written',
      where: folder,
      why: cause.message,
      next: 'Name a folder that is yours to write, or one that can be made.',
      cause,
    });
  });
  return [...pages].map(([name, text]) => [join(folder, name), text]);
}
