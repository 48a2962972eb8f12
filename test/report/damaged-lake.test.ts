import { expect, it } from 'vitest';
import { dayStatus } from '../../shared/pipeline/operate/day-status.ts';
import { nightReport } from '../../shared/report/night-report.ts';
import { nightPage } from '../../shared/report/page/night-page.ts';
import { NIGHT, NightLake } from '../support/report-nights.ts';
import { isLong } from '../support/samples.ts';

/** What is wrong with an object: no JSON and no Parquet, cut short, gone. */
const DAMAGES: ((bytes: Uint8Array) => Uint8Array | undefined)[] = [
  () => Buffer.from('{'),
  (bytes) => bytes.slice(0, bytes.length / 2),
  () => undefined,
];

it('whichever object of a lake is damaged or gone, the report is drawn as long as status can be, and says what cannot be read', async () => {
  const lake = new NightLake();
  await lake.loadPast(1);
  await lake.loadNight(NIGHT, '02:47', 70);
  const keys = lake.lake.keys().filter((key) => !/^processed\/.*metadata|catalog\/.*_/.test(key));
  const unsaid: string[] = [];
  for (const [index, key] of keys.entries()) {
    if (!isLong && index % 4 > 0) continue;
    const bytes = lake.lake.bytesOf(key).slice();
    const damaged = DAMAGES[(index >> 2) % DAMAGES.length]!(bytes);
    if (damaged) lake.lake.replace(key, Buffer.from(damaged));
    else await lake.lake.delete([key]);
    const status = await dayStatus(lake.ports, 'contratos', NIGHT).catch((error: Error) => error);
    if (!(status instanceof Error)) {
      const report = await lake.facts().then(nightReport, (error: Error) => {
        throw new Error(`${key}: ${error.message}`, { cause: error });
      });
      expect(nightPage(report, 'en')).toContain('</html>');
      if (status.damaged && report.verdict.state !== 'damaged') unsaid.push(key);
    }
    lake.lake.replace(key, Buffer.from(bytes));
  }
  expect(unsaid).toEqual([]);
});
