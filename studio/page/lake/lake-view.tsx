import { useEffect } from 'preact/hooks';
import { Calendar } from './calendar.tsx';
import { chosenLake, lake, openLake } from './lake-state.ts';
import { SqlPanel } from './sql-panel.tsx';

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
          void openLake(chosenLake.value);
        }}
      >
        <label>
          <span class="faint">Lake</span>
          <input
            name="lake"
            value={chosenLake.value}
            placeholder="the folder given to convert as --out"
            spellcheck={false}
            onInput={({ currentTarget }) => {
              chosenLake.value = currentTarget.value;
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
          <SqlPanel />
        </div>
      )}
    </main>
  );
}
