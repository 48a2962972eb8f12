import { createFileLayoutSource, layoutWord } from '../local/adapters/file-layout-source.ts';
import { LayoutInvalid } from '../shared/errors.ts';
import { checkedLayout } from '../shared/layout/compile/read-layout.ts';
import { layoutTree } from '../shared/layout/layout-json.ts';
import { LayoutPlaces } from '../shared/layout/layout-places.ts';
import { loadLayoutText } from '../shared/pipeline/store/load-layout.ts';
import { defineCommand, isSet, usageError } from '../terminal/command-line.ts';
import { counted } from '../terminal/counted.ts';
import { EXIT_LOADED, EXIT_USAGE } from '../terminal/exit.ts';
import { say, sayJson } from '../terminal/print.ts';

const COMMAND = {
  does: 'Checks layout files: every problem with its line and column.',
  usage: 'positional-lake layout lint LAYOUT… [flags]',
  flags: { json: isSet('one object for each problem') },
  notes: `LAYOUT is a path, or the name of a layout in layouts/.
Exit codes: 0 all are right, 2 one is not.`,
  takesWords: true,
};

interface Problem {
  file: string;
  line: number;
  column: number;
  problem: string;
}

export const command = defineCommand(COMMAND, async (values, words) => {
  if (words.length === 0) throw usageError('the layout is missing', 'Give one or more');
  let count = 0;
  for (const name of words) {
    const problems = await problemsOf(name);
    count += problems.length;
    for (const found of problems) {
      const { file, line, column, problem } = found;
      if (values.json) sayJson(found);
      else say([{ style: 'strong', text: `${file}:${line}:${column}` }, `: ${problem}`]);
    }
  }
  if (!values.json)
    say(`${counted(words.length, 'layout')}: ${count === 0 ? 'no problems' : counted(count, 'problem')}`);
  return count === 0 ? EXIT_LOADED : EXIT_USAGE;
});

async function problemsOf(name: string): Promise<Problem[]> {
  const source = createFileLayoutSource();
  const path = await layoutWord(name);
  const { file, text } = await source.load(path);
  const shown = path === name ? file : name;
  try {
    const places = new LayoutPlaces(layoutTree(text, shown));
    const repeated = places.repeatedKeys().map(({ key, line, column }) => ({
      file: shown,
      line,
      column,
      problem: `'${key}' is there twice, and only the last one would count`,
    }));
    const expanded = await loadLayoutText(source, path);
    const { problems } = checkedLayout(expanded.text, shown);
    return [
      ...repeated,
      ...problems.map((problem) => ({ file: shown, ...places.placeOf(problem), problem })),
    ];
  } catch (error) {
    if (!(error instanceof LayoutInvalid)) throw error;
    const [, line = '1', column = '1'] = /:(\d+):(\d+)$/.exec(error.where ?? '') ?? [];
    const problem = [error.message.replace(`${error.where}: `, '')].join('');
    return [{ file: shown, line: Number(line), column: Number(column), problem }];
  }
}
