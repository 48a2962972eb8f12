import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { lake } from './lake-state.ts';

const WORDS =
  'SELECT FROM WHERE GROUP BY ORDER LIMIT JOIN LEFT USING ON AS AND OR NOT IN IS NULL BETWEEN LIKE HAVING DISTINCT CASE WHEN THEN ELSE END UNION ALL WITH DESC ASC SUMMARIZE DESCRIBE SHOW TABLES';
const FUNCTIONS = [
  'count(*)',
  'sum()',
  'avg()',
  'min()',
  'max()',
  'count(DISTINCT )',
  'round()',
  'strftime()',
  'date_trunc()',
];

/** Tables, columns of the tables that the SQL names (of all while it names none), functions and words of SQL. */
export function completeSql({ state, pos, explicit }: CompletionContext): CompletionResult | null {
  const before = state.sliceDoc(Math.max(0, pos - 200), pos);
  const [word = ''] = /[A-Za-z_][\w]*$/.exec(before) ?? [];
  if (word === '' && !explicit) return null;
  const tables = Object.entries(lake.value?.tables ?? {});
  const text = state.doc.toString();
  const named = tables.filter(([table]) => new RegExp(`\\b${table}\\b`, 'i').test(text));
  const columns = new Map<string, Completion>();
  for (const [table, list] of named.length > 0 ? named : tables) {
    for (const { name, type } of list) {
      columns.set(name, {
        label: name,
        type: 'property',
        detail: type.toLowerCase(),
        info: table,
        boost: 20,
      });
    }
  }
  const isTable = /\b(from|join|describe|summarize)\s+\w*$/i.test(before);
  const options: Completion[] = [
    ...tables.map(([label]) => ({ label, type: 'class', detail: 'table', boost: isTable ? 60 : 10 })),
    ...columns.values(),
    ...FUNCTIONS.map((label) => ({ label, type: 'function' })),
    ...WORDS.split(' ').map((label) => ({ label, type: 'keyword', boost: -10 })),
  ];
  return { from: pos - word.length, options, validFor: /^\w*$/ };
}
