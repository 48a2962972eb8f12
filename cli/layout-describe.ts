import { createFileLayoutSource, isLayoutName, layoutWord } from '../local/adapters/file-layout-source.ts';
import { readLayout } from '../shared/layout/compile/read-layout.ts';
import type { Finding } from '../shared/layout/describe/findings.ts';
import {
  layoutTables,
  type PositionRow,
  type PositionsTable,
  recordTable,
} from '../shared/layout/describe/positions-table.ts';
import { loadLayoutText } from '../shared/pipeline/store/load-layout.ts';
import { defineCommand, isSet, text } from '../terminal/command-line.ts';
import { say, sayJson } from '../terminal/print.ts';
import { copybookRecords, isLayoutText } from './copybook-records.ts';
import { LAYOUT_EXIT_CODES, oneFile, readText } from './layout-file.ts';

const COMMAND = {
  does: 'Shows the positions table of a layout or a copybook; under it, bytes that nothing names or two fields share, and leading zeros that get lost.',
  usage: 'positional-lake layout describe FILE [flags]',
  flags: {
    format: text('FORMAT', 'of a copybook: fixed or free; detected by default'),
    record: text('NAME', 'the 01 level of a copybook, if there are several'),
    json: isSet('JSON instead of text'),
  },
  notes: `FILE is a path, or the name of one in ./layouts or in the box.
${LAYOUT_EXIT_CODES}`,
  takesWords: true,
};

export const command = defineCommand(COMMAND, async (values, words) => {
  const tables = await tablesOf(oneFile(words, 'the layout or copybook'), values);
  if (values.json) sayJson(tables.length === 1 ? tables[0] : tables, 2);
  else say(...tables.map(tableText).join('\n\n').split('\n'));
  return 0;
});

async function tablesOf(
  name: string,
  options: { format?: string | undefined; record?: string | undefined },
): Promise<PositionsTable[]> {
  const text = isLayoutName(name) ? undefined : await readText(name);
  if (text !== undefined && !isLayoutText(text)) {
    return copybookRecords(text, name, options).map((record) => recordTable(record, name));
  }
  const layout = await loadLayoutText(createFileLayoutSource(), await layoutWord(name));
  return layoutTables(readLayout(layout.text, layout.file));
}

const HEADINGS: { key: keyof PositionRow; title: string; right?: boolean }[] = [
  { key: 'start', title: 'start', right: true },
  { key: 'end', title: 'end', right: true },
  { key: 'length', title: 'length', right: true },
  { key: 'name', title: 'name' },
  { key: 'picture', title: 'picture' },
  { key: 'usage', title: 'usage' },
  { key: 'type', title: 'column type' },
  { key: 'notes', title: 'notes' },
];

function tableText({ name, positions, lengthBytes, rows, findings }: PositionsTable): string {
  const cells = rows.map((row) =>
    HEADINGS.map(({ key }) => (key === 'name' ? '  '.repeat(row.depth) + row.name : String(row[key]))),
  );
  const widths = HEADINGS.map(({ title }, index) =>
    Math.max(title.length, ...cells.map((line) => line[index]?.length ?? 0)),
  );
  const line = (texts: string[]) =>
    texts
      .map((text, index) => {
        const width = widths[index] ?? 0;
        return HEADINGS[index]?.right ? text.padStart(width) : text.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [
    `${name}, ${lengthBytes} ${positions}`,
    line(HEADINGS.map(({ title }) => title)),
    widths.map((width) => '─'.repeat(width)).join('  '),
    ...cells.map(line),
    ...findingLines(findings),
  ].join('\n');
}

const MOST_LINES = 12;

/** Findings about the fields, shown under their table. */
function findingLines(findings: Finding[]): string[] {
  if (findings.length === 0) return [];
  const lines = findings.slice(0, MOST_LINES).map(({ text }) => `! ${text}`);
  if (findings.length > MOST_LINES)
    lines.push(`! and ${findings.length - MOST_LINES} more: --json shows all`);
  const advice = findings.some(({ kind }) => kind === 'leading-zeros')
    ? ['  To keep leading zeros, say "type": "string"; for a copybook, "identifiers": ["*-CPF", "COD-*"].']
    : [];
  return ['', ...lines, ...advice];
}
