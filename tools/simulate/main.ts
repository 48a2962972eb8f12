import { nightCosts, total } from '../../shared/cost/night-costs.ts';
import { priceTable } from '../../shared/cost/price-table.ts';
import THROUGHPUT from '../../shared/cost/throughput.json' with { type: 'json' };
import { byteSizeText, parseByteSize } from '../../terminal/byte-size.ts';
import { defineCommand, isSet, text, textOr, texts } from '../../terminal/command-line.ts';
import { count, flaggedMachine, flaggedNight, NIGHT_FLAGS } from './night-flags.ts';
import { printNight, printSeries, type SimulatedNight } from './night-report.ts';
import { simulateNight } from './simulate-night.ts';

const COMMAND = {
  does: 'Plays nights on the deployed state machine under the quotas of a region, event by event; docs/scale.md says what is in the model.',
  usage: `positional-lake simulate                                 nights from 1 GB to 10 TB
positional-lake simulate --bytes 1TB --files 1000 [flags]    one night, with its functions, limits and costs`,
  flags: {
    bytes: texts('B', 'all files of a night; may be given several times'),
    files: text('N', 'files of the night; else as many as --file-size says'),
    'file-size': textOr('1GB', 'S', 'with --files and without --bytes, each file has this size'),
    ...NIGHT_FLAGS,
    seeds: textOr('1', 'N', 'plays it with so many seeds, from --seed on'),
    json: isSet('print one object'),
  },
  notes: `Quotas that were raised: --account-concurrency N  --transitions-per-second N  --starts-per-second N  --open-map-runs N
Another stage:           --concurrency N (parsers)  --range-size S  --parser-memory MB  --publication day|file
Another definition:      --definition FILE  --max-concurrency N  --children inline|express|standard
                         --throttled-attempts N  --ranges-per-child N  --second-start SECONDS
Other code:              --start-attempts N  --day-reads all|own  --copies-at-once N  --copies all|new|own|none
                         --only-parts copied|taken  --upload-part S  --s3-prefixes N (into which S3 has split runs/)

Exit codes: 0 played, 1 failed, 2 usage.`,
} as const;

const SERIES = ['1GB', '10GB', '100GB', '1TB', '10TB'];

export const command = defineCommand(COMMAND, async (values) => {
  const files = count(values, 'files');
  const fileBytes = parseByteSize(values['file-size']);
  const sizes = values.bytes?.map(parseByteSize) ?? (files ? [files * fileBytes] : SERIES.map(parseByteSize));
  const { prices, date, note } = priceTable(values.region);
  const machine = await flaggedMachine(values);
  const nights: SimulatedNight[] = [];
  for (const inputBytes of sizes) {
    const first = await flaggedNight(values, inputBytes, files ?? Math.ceil(inputBytes / fileBytes));
    for (let more = 0; more < (count(values, 'seeds') ?? 1); more++) {
      const night = { ...first, seed: first.seed + more };
      const result = simulateNight(machine, night, THROUGHPUT);
      const costs = nightCosts(result, prices, 1).map(({ service, perNight }) => ({
        service,
        usd: perNight,
      }));
      nights.push({ night, result, costs, usd: total(nightCosts(result, prices, 1)).perNight });
    }
  }
  if (values.json) console.log(JSON.stringify({ nights, region: values.region, prices: { date, note } }));
  else {
    const [only, ...others] = nights;
    if (only && others.length === 0)
      printNight(only, `${byteSizeText(only.night.inputBytes)}, ${values.region}`);
    else printSeries(nights, values.region);
    console.log(`\nPrices of ${date}, list, without free tiers and taxes. ${note}`);
  }
  return 0;
});
