import { signal } from '@preact/signals';
import { shownText } from '../../../shared/shown-text.ts';
import type { QueryAnswer } from './lake-state.ts';

const ROWS_A_PAGE = 100;
const MOST_CHARACTERS = 200;
const page = signal(0);

/** Rows of an answer, a hundred at a time. */
export function ResultTable({ answer }: { answer: QueryAnswer }) {
  const { columns, rows } = answer;
  const pages = Math.max(1, Math.ceil(rows.length / ROWS_A_PAGE));
  const at = Math.min(page.value, pages - 1);
  const turn = (step: number) => {
    page.value = Math.max(0, Math.min(at + step, pages - 1));
  };
  return (
    <>
      <div class="scroll result" tabIndex={0} role="region" aria-label="Result">
        <table>
          <thead>
            <tr>
              {columns.map(({ name, type }) => (
                <th key={name} scope="col" class={isNumeric(type) ? 'number' : ''}>
                  {shownText(name)} <span class="type">{type.toLowerCase()}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(at * ROWS_A_PAGE, (at + 1) * ROWS_A_PAGE).map((row, index) => (
              <tr key={index}>
                {row.map((value, column) => (
                  <td
                    key={columns[column]?.name}
                    class={value === null ? 'faint' : isNumeric(columns[column]?.type ?? '') ? 'number' : ''}
                  >
                    {valueText(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {pages > 1 && (
        <p class="column-pages">
          <button type="button" disabled={at === 0} onClick={() => turn(-1)}>
            ‹ earlier
          </button>
          {` rows ${at * ROWS_A_PAGE + 1}–${Math.min(rows.length, (at + 1) * ROWS_A_PAGE)} `}
          <button type="button" disabled={at === pages - 1} onClick={() => turn(1)}>
            later ›
          </button>
        </p>
      )}
    </>
  );
}

export function isNumeric(type: string): boolean {
  return /^(DECIMAL|BIGINT|HUGEINT|INTEGER|DOUBLE|SMALLINT|TINYINT|UBIGINT|FLOAT)/.test(type);
}

function valueText(value: unknown): string {
  if (value === null) return 'null';
  const text = shownText(typeof value === 'object' ? JSON.stringify(value) : String(value));
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
