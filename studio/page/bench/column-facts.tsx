import { shownText } from '../../../shared/shown-text.ts';
import type { ColumnStatistics } from '../../engine/column-statistics.ts';
import type { LayoutEntry } from '../layout-entries.ts';
import { sampled, takeSample } from './bench-state.ts';

/** What a sample of the file holds in a column. */
export function ColumnFacts({ entry }: { entry: LayoutEntry }) {
  const statistics = statisticsOf(entry);
  return (
    <section class="facts" aria-label={`Sample of ${entry.name}`}>
      <h2>In a sample</h2>
      {statistics ? (
        <Facts statistics={statistics} />
      ) : (
        <p class="faint">Nothing was sampled since the layout changed.</p>
      )}
      <button type="button" onClick={() => void takeSample()}>
        {sampled.value ? 'Sample again' : 'Sample the file'}
      </button>
    </section>
  );
}

function statisticsOf(entry: LayoutEntry): ColumnStatistics | undefined {
  const type = sampled.value?.types.find(({ kind }) => kind === entry.kind);
  return type?.columns.find(({ name }) => name.replace(/\[\d+\]/, '') === entry.name);
}

function Facts({ statistics }: { statistics: ColumnStatistics }) {
  const { values, nulls, invalid, least, greatest, distinct, isDistinctCut, frequent, pictures } = statistics;
  const wrong = Object.entries(invalid);
  const all = values + nulls + wrong.reduce((sum, [, count]) => sum + count, 0);
  const facts: [string, string][] = [
    ['values', `${count(values)} of ${count(all)}`],
    ['null', count(nulls)],
    ['least', least ?? '—'],
    ['greatest', greatest ?? '—'],
    ['distinct', `${count(distinct)}${isDistinctCut ? ' and more' : ''}`],
  ];
  return (
    <>
      {wrong.map(([reason, times]) => (
        <p key={reason} class="problem">
          ✕ {count(times)} × {reason}
        </p>
      ))}
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{shownText(value)}</dd>
          </div>
        ))}
      </dl>
      <Bars
        title="pictures"
        rows={pictures.map(({ picture, count: times }) => ({ text: picture, times }))}
        all={values}
      />
      <Bars
        title="frequent values"
        rows={frequent.map(({ value, count: times }) => ({ text: value, times }))}
        all={values}
      />
    </>
  );
}

function Bars({ title, rows, all }: { title: string; rows: { text: string; times: number }[]; all: number }) {
  return (
    <table class="bars">
      <caption>{title}</caption>
      <tbody>
        {rows.map(({ text, times }) => (
          <tr key={text}>
            <th scope="row" class="bytes">
              {shownText(text)}
            </th>
            <td class="number">{count(times)}</td>
            <td class="bar">
              <span aria-hidden="true" style={{ width: `${(times / Math.max(1, all)) * 100}%` }} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function count(number: number): string {
  return number.toLocaleString('en');
}
