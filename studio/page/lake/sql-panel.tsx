import { PostgreSQL, sql as sqlLanguage } from '@codemirror/lang-sql';
import { effect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { codeEditor, replaceText } from '../code-editor.ts';
import { editBetween } from '../edit-layout-text.ts';
import { completeSql } from './complete-sql.ts';
import { answer, runQuery, seconds, sql } from './lake-state.ts';
import { ResultChart } from './result-chart.tsx';
import { ResultTable } from './result-table.tsx';

/** SQL on what is published, with the names of tables and columns. */
export function SqlPanel() {
  const parent = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!parent.current) return;
    const view = codeEditor({
      parent: parent.current,
      text: sql.peek(),
      label: 'SQL',
      language: sqlLanguage({ dialect: PostgreSQL }),
      complete: completeSql,
      onChange: (text) => {
        sql.value = text;
      },
      onRun: () => void runQuery(),
    });
    const stop = effect(() => {
      const shown = view.state.doc.toString();
      if (sql.value !== shown) replaceText(view, editBetween(shown, sql.value));
    });
    return () => {
      stop();
      view.destroy();
    };
  }, []);
  return (
    <section class="sql" aria-label="SQL">
      <div ref={parent} class="code sql-code" />
      <div class="actions">
        <button type="button" class="main" onClick={() => void runQuery()}>
          Run
        </button>
        <span class="faint">Ctrl-Enter runs, Ctrl-Space completes</span>
        {answer.value && (
          <span class="faint" role="status">
            {answer.value.rows.length}
            {answer.value.isCut ? ' first' : ''} rows in {seconds.value.toFixed(2)} s
          </span>
        )}
      </div>
      {answer.value?.damage.map((text) => (
        <p key={text} class="problem">
          ✕ answered without what cannot be read: {text}
        </p>
      ))}
      {answer.value && <ResultChart answer={answer.value} />}
      {answer.value && <ResultTable answer={answer.value} />}
    </section>
  );
}
