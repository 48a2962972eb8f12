import {
  autocompletion,
  type CompletionSource,
  closeBrackets,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import {
  HighlightStyle,
  indentOnInput,
  type LanguageSupport,
  syntaxHighlighting,
} from '@codemirror/language';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { Annotation, EditorState, type Extension, Prec } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { boot } from './boot.ts';

interface EditorChoices {
  parent: Element;
  text: string;
  label: string;
  language: LanguageSupport;
  complete: CompletionSource;
  onChange(text: string): void;
  /** Ctrl-Enter. */
  onRun?: () => void;
  onCursor?: (offset: number) => void;
  extensions?: Extension[];
}

/** Marks a change that does not come from the keyboard, so that it is not reported back. */
const fromOutside = Annotation.define<boolean>();

const COLOURS = syntaxHighlighting(
  HighlightStyle.define([
    { tag: [tags.propertyName, tags.keyword], color: 'var(--accent)' },
    { tag: [tags.string], color: 'var(--good)' },
    { tag: [tags.number, tags.bool, tags.null], color: 'var(--warn)' },
    { tag: tags.comment, color: 'var(--faint)', fontStyle: 'italic' },
  ]),
);

/** An editor as all of ours are: our colours, completion, undo, and Escape then Tab to leave it. */
export function codeEditor({
  parent,
  text,
  label,
  language,
  complete,
  onChange,
  onRun,
  onCursor,
  extensions = [],
}: EditorChoices): EditorView {
  const runKeys = onRun ? [Prec.highest(keymap.of([{ key: 'Mod-Enter', run: doing(onRun) }]))] : [];
  return new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        ...runKeys,
        EditorView.cspNonce.of(boot.styleNonce),
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        closeBrackets(),
        highlightActiveLine(),
        EditorView.lineWrapping,
        autocompletion({ override: [complete] }),
        // Tab leaves the editor, as everywhere else on the page.
        keymap.of([...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
        language,
        COLOURS,
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
        EditorView.updateListener.of((update) => {
          const isOurs = update.transactions.some((transaction) => transaction.annotation(fromOutside));
          if (update.docChanged && !isOurs) onChange(update.state.doc.toString());
          if (update.selectionSet && !isOurs) onCursor?.(update.state.selection.main.head);
        }),
        ...extensions,
      ],
    }),
  });
}

function doing(action: () => void): () => boolean {
  return () => {
    action();
    return true;
  };
}

/** Takes a text that was changed elsewhere, as one change that can be undone. */
export function replaceText(view: EditorView, edit: { from: number; to: number; insert: string }): void {
  view.dispatch({ changes: edit, annotations: fromOutside.of(true) });
}

/** Shows problems at their places; lines and columns count from 1. */
export function showProblems(
  view: EditorView,
  problems: readonly { line: number; column: number; problem: string }[],
): void {
  const { doc } = view.state;
  const diagnostics = problems.map(({ line, column, problem }): Diagnostic => {
    const at = doc.line(Math.max(1, Math.min(line, doc.lines)));
    const from = Math.min(at.from + column - 1, at.to);
    return { from, to: at.to, severity: 'error', message: problem };
  });
  view.dispatch(setDiagnostics(view.state, diagnostics));
}

export { lintGutter };
