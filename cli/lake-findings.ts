import type { Finding } from '../shared/pipeline/verify/finding.ts';
import { forcedConversion } from '../shared/run/convert-again.ts';
import { STANDARD_INPUT } from '../shared/run/ledger-entry.ts';
import { shellWord } from '../shared/shown-text.ts';
import { counted } from '../terminal/counted.ts';
import { say } from '../terminal/print.ts';
import { printTable } from '../terminal/print-table.ts';

/** A finding as `--json` prints it: the command is a line to type. */
export function findingJson({ mend, ...finding }: Finding, lake: string) {
  const { by, does } = mend;
  const command = commandLine(mend, lake);
  return { ...finding, mend: { by, does, ...(command !== undefined && { command }) } };
}

/** Prints the findings as a table, followed by the commands that only people can run. */
export function printFindings(findings: Finding[], lake: string): void {
  if (findings.length === 0) return;
  const columns = ['level', 'object', 'what', 'mend'].map((name) => ({ name, type: 'VARCHAR' }));
  say(...printTable({ columns, rows: findingRows(findings) }));
  const commands = new Set(findings.flatMap(({ mend }) => commandLine(mend, lake) ?? []));
  if (commands.size === 0) return;
  say('', 'Only these mend what is not stored any more:');
  for (const command of commands) say(`  ${command}`);
}

/** A line for each finding; notes that say the same share one, because `clean` may have removed thousands of folders. */
export function findingRows(findings: Finding[]): string[][] {
  const alike = Map.groupBy(findings, (finding) =>
    finding.level === 'note' ? noteName(finding) : finding.key,
  );
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (first?.level !== 'note' || group.length === 1) return group.map((one) => rowOf(one));
    return [rowOf(first, ` and ${counted(group.length - 1, 'other')}`)];
  });
}

function rowOf({ level, key, what, mend: { by, does } }: Finding, more = ''): string[] {
  return [level, `${key}${more}`, what, by === 'repair' ? `repair: ${does}` : does];
}

function noteName({ what, mend: { by, does } }: Finding): string {
  return JSON.stringify([what, by, does]);
}

/** `2 damaged, 1 note` */
export function countsOf(findings: Finding[]): { damaged: number; notes: number } {
  const damaged = findings.filter(({ level }) => level === 'damage').length;
  return { damaged, notes: findings.length - damaged };
}

function commandLine(mend: Finding['mend'], lake: string): string | undefined {
  if (mend.by !== 'command') return undefined;
  if (mend.command.name === 'rollback') {
    const { dataset, businessDate, sourceKey } = mend.command;
    const words = [
      '--lake',
      lake,
      '--dataset',
      dataset,
      '--business-date',
      businessDate,
      '--file',
      sourceKey,
    ];
    return `npx positional-lake rollback ${words.map(shellWord).join(' ')} --remove`;
  }
  const { layout, sourceKey, origin, businessDate, supplementOf, expectedFiles } = mend.command;
  if (lake === 'aws') {
    const input = { layout, sourceKey, businessDate: businessDate ?? undefined, supplementOf, force: true };
    return `start an execution of the state machine with ${JSON.stringify(input)}`;
  }
  const under = origin?.endsWith(`/${sourceKey}`) ? origin.slice(0, -sourceKey.length) : undefined;
  return forcedConversion({
    ...{
      layout,
      input: inputWords(origin, sourceKey),
      out: lake,
      businessDate,
      supplementOf,
      expectedFiles,
    },
    // The key is the file's name, or its path below the folder that was given.
    rawRoot: sourceKey.includes('/') ? under : undefined,
  });
}

function inputWords(origin: string | undefined, sourceKey: string): string {
  return origin === STANDARD_INPUT
    ? `- --stdin-name ${shellWord(sourceKey)}`
    : shellWord(origin ?? sourceKey);
}
