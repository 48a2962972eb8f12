import { useSignal } from '@preact/signals';
import { addColumn, freeName } from '../change-columns.ts';
import {
  activeEntries,
  activeKind,
  changeLayout,
  isEditable,
  layoutText,
  listPathOf,
} from './bench-state.ts';
import { Labelled } from './labelled.tsx';

/** A column at positions that none has yet. */
export function NewColumn() {
  const places = gaps();
  const from = useSignal<number | undefined>(undefined);
  const to = useSignal<number | undefined>(undefined);
  const [gap] = places;
  if (!isEditable.value || !gap) return null;
  const start = from.value ?? gap.start;
  const end = to.value ?? gap.end;
  const add = () => {
    const list = listPathOf(activeKind.value);
    const name = freeName(layoutText.value, { path: [...list, 0] }, 'column');
    changeLayout(addColumn(layoutText.value, list, { name, start, end, type: 'string' }));
    from.value = to.value = undefined;
  };
  return (
    <form
      class="actions new-column"
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <Labelled label="New column from">
        <input
          type="number"
          name="new-start"
          min={1}
          value={start}
          onInput={({ currentTarget }) => {
            from.value = Number(currentTarget.value);
          }}
        />
      </Labelled>
      <Labelled label="to">
        <input
          type="number"
          name="new-end"
          min={start}
          value={end}
          onInput={({ currentTarget }) => {
            to.value = Number(currentTarget.value);
          }}
        />
      </Labelled>
      <button type="submit">Add</button>
    </form>
  );
}

/** Positions between the columns of the chosen kind. */
function gaps(): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  let at = 1;
  for (const { start, end } of activeEntries.value) {
    if (start > at) found.push({ start: at, end: start - 1 });
    at = Math.max(at, end + 1);
  }
  const [, length] = /"length"\s*:\s*(\d+)/.exec(layoutText.value) ?? [];
  if (length !== undefined && Number(length) >= at) found.push({ start: at, end: Number(length) });
  return found;
}
