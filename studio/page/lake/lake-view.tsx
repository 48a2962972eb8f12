import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Calendar } from './calendar.tsx';
import { DayReport } from './day-report.tsx';
import { chosenDay, chosenLake, lake, lakePart, openLake } from './lake-state.ts';
import { RejectsPanel } from './rejects-panel.tsx';
import { SqlPanel } from './sql-panel.tsx';

const PARTS = {
  report: { label: 'Report of the day', view: DayReport, needsDay: true },
  rejects: { label: 'Rejects', view: RejectsPanel, needsDay: true },
  sql: { label: 'SQL', view: SqlPanel, needsDay: false },
};
/** Typed, and not opened yet. */
const typed = signal<string | undefined>(undefined);

/** The lake: its days, one of them, and SQL. */
export function LakeView() {
  useEffect(() => {
    if (!lake.value && chosenLake.value !== '') void openLake(chosenLake.value);
  }, []);
  return (
    <main class="lake">
      <form
        class="lake-bar"
        onSubmit={(event) => {
          event.preventDefault();
          void openLake(typed.value ?? chosenLake.value);
          typed.value = undefined;
        }}
      >
        <label>
          <span class="faint">Lake</span>
          <input
            name="lake"
            value={typed.value ?? chosenLake.value}
            placeholder="the folder given to convert as --out"
            spellcheck={false}
            onInput={({ currentTarget }) => {
              typed.value = currentTarget.value;
            }}
          />
        </label>
        <button type="submit" class="main">
          Open
        </button>
      </form>
      {lake.value && (
        <div class="lake-parts">
          <Calendar />
          <LakeParts />
        </div>
      )}
    </main>
  );
}

function LakeParts() {
  const names = (Object.keys(PARTS) as (keyof typeof PARTS)[]).filter(
    (name) => chosenDay.value !== undefined || !PARTS[name].needsDay,
  );
  const chosen = names.find((name) => name === lakePart.value) ?? 'sql';
  const View = PARTS[chosen].view;
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const next = step && names[(names.indexOf(chosen) + step + names.length) % names.length];
    if (!next) return;
    lakePart.value = next;
    document.getElementById(`part-${next}`)?.focus();
  };
  return (
    <div class="lake-main panels">
      <div role="tablist" aria-label="What is shown of the lake" onKeyDown={onKey}>
        {names.map((name) => (
          <button
            key={name}
            id={`part-${name}`}
            type="button"
            role="tab"
            aria-selected={name === chosen}
            aria-controls="lake-part"
            tabIndex={name === chosen ? 0 : -1}
            onClick={() => {
              lakePart.value = name;
            }}
          >
            {PARTS[name].label}
          </button>
        ))}
      </div>
      <div id="lake-part" role="tabpanel" aria-labelledby={`part-${chosen}`}>
        <View />
      </div>
    </div>
  );
}
