import { dashboardPages, dashboardPlaces } from '../local/serve/dashboard-files.ts';
import { openAsking } from '../local/serve/local-asking.ts';
import { ask } from '../shared/ask/ask.ts';
import { WHOLE_LAKE } from '../shared/ask/grant.ts';
import { readQuestion } from '../shared/ask/question.ts';
import { say } from '../terminal/print.ts';
import { writeReportFile } from './report-file.ts';

const QUESTION = { name: 'product-distribution' };

/** Writes the dashboards of a sample, and asks one question twice: of the engine, then of the cache. Answers with the first page. */
export async function showAnswers(lakeDir: string, folder: string): Promise<string | undefined> {
  const asking = await openAsking({ lakeDir });
  try {
    const pages = await dashboardPages({ asking, businessDate: undefined, language: 'en' });
    const places = await dashboardPlaces(folder, pages);
    for (const [path, page] of places) await writeReportFile(path, page);
    const question = readQuestion(JSON.stringify(QUESTION));
    const timed = async () => {
      const begin = performance.now();
      const { from } = await ask(asking, { roleName: 'sample', role: WHOLE_LAKE }, question);
      return { from, ms: performance.now() - begin };
    };
    const [first, again] = [await timed(), await timed()];
    say(
      '',
      `Asked twice: ${QUESTION.name}: ${first.ms.toFixed(0)} ms from the ${first.from}, then ${again.ms.toFixed(1)} ms from ${again.from} ` +
        '(npx positional-lake serve answers so over HTTP)',
    );
    return places[0]?.[0];
  } finally {
    await asking.close();
  }
}
