import { signal } from '@preact/signals';
import { isServed } from '../boot.ts';
import { chosenFile } from './bench-state.ts';
import { OpenDialog } from './open-dialog.tsx';

const isOver = signal(false);

/** What is shown before a file is open: a place to drop one. */
export function Welcome() {
  return (
    <main
      class={`welcome ${isOver.value ? 'over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        isOver.value = true;
      }}
      onDragLeave={() => {
        isOver.value = false;
      }}
      onDrop={() => {
        isOver.value = false;
      }}
    >
      <h2>A file of records, as a table</h2>
      <p>
        {isServed
          ? 'Open a file of this machine, or drop one here with its layout. Ranges of it are read, never the whole.'
          : 'Drop a file here, and its layout if there is one. Nothing leaves this page: it may connect to nothing.'}
      </p>
      <div class="actions">
        {isServed && <OpenDialog label="Open a file…" />}
        <label class="button">
          Choose files…
          <input
            type="file"
            class="for-readers"
            multiple
            onChange={async ({ currentTarget }) => {
              for (const chosen of currentTarget.files ?? []) await chosenFile(chosen);
            }}
          />
        </label>
      </div>
    </main>
  );
}
