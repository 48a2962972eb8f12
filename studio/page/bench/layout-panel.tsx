import { json } from '@codemirror/lang-json';
import { effect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { codeEditor, lintGutter, replaceText, showProblems } from '../code-editor.ts';
import { completeLayout } from '../complete-layout.ts';
import { editBetween } from '../edit-layout-text.ts';
import {
  changeLayout,
  entries,
  laidOut,
  layoutText,
  saveLayout,
  select,
  selectedEntry,
} from './bench-state.ts';

/** The layout as its file has it, with the keys that the schema knows. */
export function LayoutPanel() {
  const parent = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!parent.current) return;
    const view = codeEditor({
      parent: parent.current,
      text: layoutText.peek(),
      label: 'Layout as JSON',
      language: json(),
      complete: completeLayout,
      onChange: changeLayout,
      onRun: () => void saveLayout(),
      onCursor: (offset) => select(entryAt(offset) ?? selectedEntry.value),
      extensions: [lintGutter()],
    });
    const stopText = effect(() => {
      const text = layoutText.value;
      const shown = view.state.doc.toString();
      if (text !== shown) replaceText(view, editBetween(shown, text));
    });
    const stopProblems = effect(() => showProblems(view, laidOut.value?.problems ?? []));
    return () => {
      stopText();
      stopProblems();
      view.destroy();
    };
  }, []);
  const problems = laidOut.value?.problems ?? [];
  return (
    <div class="panel-body layout-panel">
      <div ref={parent} class="code" />
      <p class={problems.length > 0 ? 'problem' : 'faint'} role="status">
        {problems.length === 0
          ? 'No problems. Ctrl-Space completes keys, Ctrl-Enter saves.'
          : `✕ ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}: ${problems[0]?.problem}`}
      </p>
    </div>
  );
}

/** The column that the line with the cursor describes: a field has a line of its own. */
function entryAt(offset: number) {
  const text = layoutText.value;
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1).split('\n')[0] ?? '';
  const [, name] = /"name"\s*:\s*"([^"]*)"/.exec(line) ?? [];
  const [, start] = /"start"\s*:\s*(\d+)/.exec(line) ?? [];
  return entries.value.find((entry) => entry.keys.name === name && String(entry.start) === start);
}
