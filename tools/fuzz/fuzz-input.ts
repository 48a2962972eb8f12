import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { Chances } from '../chaos/fault-plan.ts';
import { DATASET, makeNightFiles, NIGHT_LAYOUT } from '../chaos/night-files.ts';
import { fuzzFile } from './fuzz-file.ts';
import { fuzzLayout } from './fuzz-layouts.ts';
import { fuzzKey, fuzzText } from './fuzz-texts.ts';
import { spoiled } from './hostile-bytes.ts';

export const SUBJECTS = [
  'layout',
  'copybook',
  'positions table',
  'guess',
  'key',
  'spoiled file',
  'random layout and file',
  'file that changes',
] as const;
type Subject = (typeof SUBJECTS)[number];

interface FuzzOutcome {
  subject: Subject;
  outcome: string;
}

const RANGE_SIZES = [80, 300, 1_000, 100_000];
const LENIENT_LAYOUT = NIGHT_LAYOUT.replace('"maxPercent":40', '"maxPercent":100');
/** Without control records, so that a spoiled file is not refused for its total alone. */
const PLAIN_LAYOUT = JSON.stringify({
  ...JSON.parse(LENIENT_LAYOUT),
  name: `${DATASET}_plain`,
  header: undefined,
  trailer: undefined,
  controlTotals: undefined,
  businessDate: undefined,
});

/** Plays input `index` of `seed`, always the same for the same numbers; throws if it is not answered as it should be. */
export async function fuzzInput(seed: number, index: number, directory: ObjectStore): Promise<FuzzOutcome> {
  const subject = SUBJECTS[index % SUBJECTS.length]!;
  const chances = new Chances(seed, `${subject} ${index}`);
  return { subject, outcome: await play(subject, chances, directory) };
}

async function play(subject: Subject, chances: Chances, directory: ObjectStore): Promise<string> {
  switch (subject) {
    case 'layout':
    case 'copybook':
    case 'positions table':
    case 'guess':
      return fuzzText(subject, chances);
    case 'key':
      return fuzzKey(directory, chances);
    case 'random layout and file': {
      const { layoutText, bytes } = fuzzLayout(chances);
      const given = chances.happens(0.5) ? spoiled(bytes, chances) : bytes;
      return fuzzFile({ layoutText, bytes: given, rangeSizeBytes: chances.of(RANGE_SIZES) });
    }
    case 'spoiled file': {
      const good = smallFile(chances);
      const layoutText = chances.of([LENIENT_LAYOUT, PLAIN_LAYOUT, PLAIN_LAYOUT, NIGHT_LAYOUT]);
      return fuzzFile({ layoutText, bytes: spoiled(good, chances), rangeSizeBytes: chances.of(RANGE_SIZES) });
    }
    case 'file that changes': {
      const good = smallFile(chances);
      const grown = Buffer.concat([good, smallFile(chances)]);
      const bytes = chances.of([grown, good.subarray(0, chances.below(good.length)), spoiled(good, chances)]);
      const change = { atCall: chances.below(14), bytes };
      return fuzzFile({
        layoutText: PLAIN_LAYOUT,
        bytes: good,
        rangeSizeBytes: chances.of([300, 1_000]),
        change,
      });
    }
  }
}

/** Some tens of records with header and trailer. */
function smallFile(chances: Chances): Buffer {
  const lines = Buffer.from(makeNightFiles(chances)[0]!.versions[0]!.bytes).toString('latin1').split('\n');
  const kept = lines.slice(0, 1 + chances.below(30));
  return Buffer.from([...kept, ...lines.slice(-2)].join('\n'), 'latin1');
}
