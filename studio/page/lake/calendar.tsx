import { chosenDay, datasets, type LakeDay, lake, lakePart } from './lake-state.ts';

const TONES: Record<string, { tone: string; sign: string }> = {
  published: { tone: 'good', sign: '✓' },
  'published in part': { tone: 'warn', sign: '!' },
  'waiting for files': { tone: 'warn', sign: '…' },
  'not published': { tone: 'warn', sign: '…' },
  running: { tone: 'busy', sign: '…' },
  failed: { tone: 'bad', sign: '✕' },
  refused: { tone: 'bad', sign: '✕' },
  damaged: { tone: 'bad', sign: '✕' },
};
const WEEKDAYS = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'];

function toneOf(state: string): { tone: string; sign: string } {
  return TONES[state] ?? { tone: '', sign: '·' };
}

/** The months of the lake that have days, by dataset; each day with its state. */
export function Calendar() {
  return (
    <section class="calendar" aria-label="Days of the lake">
      {datasets.value.map((dataset) => (
        <Dataset
          key={dataset}
          dataset={dataset}
          days={lake.value?.days.filter((day) => day.dataset === dataset) ?? []}
        />
      ))}
    </section>
  );
}

function Dataset({ dataset, days }: { dataset: string; days: LakeDay[] }) {
  const months = [...new Set(days.map(({ businessDate }) => businessDate.slice(0, 7)))].sort().reverse();
  return (
    <>
      <h2>{dataset}</h2>
      {months.slice(0, 24).map((month) => (
        <Month key={month} month={month} days={new Map(days.map((day) => [day.businessDate, day]))} />
      ))}
    </>
  );
}

function Month({ month, days }: { month: string; days: Map<string, LakeDay> }) {
  return (
    <table class="month">
      <caption>{month}</caption>
      <thead>
        <tr>
          {WEEKDAYS.map((day) => (
            <th key={day} scope="col">
              {day}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeksOf(month).map((week) => (
          <tr key={week.find(Boolean)}>
            {week.map((date, index) => (
              <td key={date ?? `${index}`}>{date && <DayCell date={date} day={days.get(date)} />}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function DayCell({ date, day }: { date: string; day: LakeDay | undefined }) {
  const number = Number(date.slice(8));
  if (!day) return <span class="no-day">{number}</span>;
  const { tone, sign } = toneOf(day.state);
  const isChosen = chosenDay.value?.businessDate === date && chosenDay.value.dataset === day.dataset;
  return (
    <button
      type="button"
      class={`day ${tone}`}
      aria-pressed={isChosen}
      aria-label={`${date}: ${day.state}, ${day.rows} rows`}
      title={`${date}: ${day.state}`}
      onClick={() => {
        chosenDay.value = { dataset: day.dataset, businessDate: date };
        if (lakePart.value === 'sql') lakePart.value = 'report';
      }}
    >
      {number}
      <span aria-hidden="true">{sign}</span>
    </button>
  );
}

/** The dates of a month in weeks from Monday; undefined before the first and after the last. */
function weeksOf(month: string): (string | undefined)[][] {
  const first = new Date(`${month}-01T00:00:00Z`);
  const count = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  const before = (first.getUTCDay() + 6) % 7;
  const cells = Array.from({ length: Math.ceil((before + count) / 7) * 7 }, (_, index) => {
    const day = index - before + 1;
    return day >= 1 && day <= count ? `${month}-${String(day).padStart(2, '0')}` : undefined;
  });
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}
