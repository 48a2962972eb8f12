import { shownText } from '../../../shared/shown-text.ts';
import type { QueryAnswer } from './lake-state.ts';
import { isNumeric } from './result-table.tsx';

const MOST_BARS = 40;
const ROW_PX = 22;
const LABEL_PX = 170;
const BAR_PX = 420;

/** Bars of the first number by the first other column, if an answer has both and few rows. */
export function ResultChart({ answer: { columns, rows } }: { answer: QueryAnswer }) {
  const label = columns.findIndex(({ type }) => !isNumeric(type));
  const number = columns.findIndex(({ type }) => isNumeric(type));
  if (label < 0 || number < 0 || rows.length < 2 || rows.length > MOST_BARS) return null;
  const bars = rows.map((row) => ({
    label: String(row[label] ?? 'null'),
    value: Number(row[number] ?? 0),
    text: String(row[number] ?? 'null'),
  }));
  const most = Math.max(...bars.map(({ value }) => Math.abs(value)), Number.MIN_VALUE);
  const height = bars.length * ROW_PX + 4;
  const title = `${columns[number]?.name} by ${columns[label]?.name}`;
  return (
    <figure class="chart">
      <figcaption class="faint">{shownText(title)}</figcaption>
      <svg
        role="img"
        aria-label={`${shownText(title)}; the table below has the figures`}
        viewBox={`0 0 ${LABEL_PX + BAR_PX + 150} ${height}`}
        width={LABEL_PX + BAR_PX + 150}
        height={height}
      >
        {bars.map(({ label: name, value, text }, index) => {
          const y = index * ROW_PX;
          const width = (Math.abs(value) / most) * BAR_PX;
          return (
            <g key={`${name}-${y}`}>
              <text x={LABEL_PX - 8} y={y + 15} text-anchor="end">
                {shownText(name).slice(0, 26)}
              </text>
              <rect
                x={LABEL_PX}
                y={y + 4}
                width={width}
                height={ROW_PX - 8}
                rx={2}
                class={value < 0 ? 'negative' : 'positive'}
              />
              <text x={LABEL_PX + width + 6} y={y + 15} class="faint">
                {text}
              </text>
            </g>
          );
        })}
      </svg>
    </figure>
  );
}
