import { LayoutInvalid } from '../../shared/errors.ts';
import {
  type CopybookText,
  copybookNames,
  expandCopybooks,
} from '../../shared/layout/compile/expand-copybook.ts';
import { checkedLayout } from '../../shared/layout/compile/read-layout.ts';
import type { Layout } from '../../shared/layout/layout.ts';
import { layoutTree, plainLayoutText } from '../../shared/layout/layout-json.ts';
import { LayoutPlaces } from '../../shared/layout/layout-places.ts';

export interface LayoutProblem {
  line: number;
  column: number;
  problem: string;
}

/** A text of the editor, as `layout lint` judges it. */
interface CheckedText {
  layout: Layout | undefined;
  /** The layout as plain JSON, with fields in place of copybooks; undefined if it is not that far. */
  expanded: string | undefined;
  problems: LayoutProblem[];
}

/** Checks a layout file; `copybooks` are the files that it may name. */
export function checkLayoutText(
  text: string,
  file: string,
  copybooks: ReadonlyMap<string, string>,
): CheckedText {
  let expanded: string | undefined;
  try {
    const places = new LayoutPlaces(layoutTree(text, file));
    const repeated = places.repeatedKeys().map(({ key, line, column }) => ({
      line,
      column,
      problem: `'${key}' is there twice, and only the last one would count`,
    }));
    const plain = plainLayoutText(text, file);
    expanded = expandCopybooks(plain, file, copybooksOf(plain, file, copybooks));
    const { layout, problems } = checkedLayout(expanded, file);
    const placed = problems.map((problem) => ({ ...places.placeOf(problem), problem }));
    return { layout, expanded, problems: [...repeated, ...placed] };
  } catch (error) {
    if (!(error instanceof LayoutInvalid)) throw error;
    const [, line = '1', column = '1'] = /:(\d+):(\d+)$/.exec(error.where ?? '') ?? [];
    const problem = error.message.replace(`${error.where}: `, '');
    return {
      layout: undefined,
      expanded,
      problems: [{ line: Number(line), column: Number(column), problem }],
    };
  }
}

function copybooksOf(
  plain: string,
  file: string,
  known: ReadonlyMap<string, string>,
): Map<string, CopybookText> {
  const found = new Map<string, CopybookText>();
  for (const name of copybookNames(plain, file)) {
    const text = known.get(name);
    if (text === undefined) {
      throw new LayoutInvalid({
        what: `there is no copybook '${name}' here`,
        where: file,
        next: "Import it under Sources, or give its path from the layout file's folder.",
      });
    }
    found.set(name, { file: name, text });
  }
  return found;
}
