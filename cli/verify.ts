import { setTimeout as sleep } from 'node:timers/promises';
import { verifyLake } from '../shared/pipeline/verify/verify-lake.ts';
import { shellWord } from '../shared/shown-text.ts';
import { defineCommand, isSet } from '../terminal/command-line.ts';
import { counted } from '../terminal/counted.ts';
import { EXIT_LOADED, EXIT_REFUSED } from '../terminal/exit.ts';
import { say, sayJson } from '../terminal/print.ts';
import { LAKE_FLAGS, lakeJudges, lakePorts } from './lake-arguments.ts';
import { countsOf, findingJson, printFindings } from './lake-findings.ts';

const COMMAND = {
  does: 'Reads a whole lake and says what is damaged, and how to mend it. Changes nothing. Safe during conversions.',
  usage: 'positional-lake verify --lake DIR [flags]',
  flags: {
    ...LAKE_FLAGS,
    quick: isSet(
      'sizes, footers and counts of data files instead of every byte; no runs, no earlier versions',
    ),
    json: isSet('the verdict as one object'),
  },
  notes: `A note is about something that nobody needs any more.
Exit codes: 0 no damage, 1 the lake cannot be read, 2 usage, 3 damage.`,
} as const;

export const command = defineCommand(COMMAND, async (values) => {
  const ports = await lakePorts(values.lake);
  const lake = values.lake ?? 'LAKE';
  const depth = values.quick ? 'quick' : 'full';
  const judges = lakeJudges(lake);
  const { findings, days, files } = await verifyLake(ports, { depth, judges, pause: sleep }).finally(() =>
    judges?.close(),
  );
  const { damaged, notes } = countsOf(findings);
  if (values.json) {
    const shown = findings.map((finding) => findingJson(finding, lake));
    sayJson({ depth, days, files, damaged, notes, findings: shown });
  } else {
    printFindings(findings, lake);
    const found = damaged === 0 ? 'no damage' : `${damaged} damaged`;
    say(
      `${counted(days, 'day')}, ${counted(files, 'file')} (${depth}): ${found}, ${counted(notes, 'note')}.`,
    );
    if (damaged > 0)
      say('To see what repair would do:', `  npx positional-lake repair --lake ${shellWord(lake)} --dry-run`);
  }
  return damaged === 0 ? EXIT_LOADED : EXIT_REFUSED;
});
