import { useSignal } from '@preact/signals';
import { addColumn, freeName, moveEnd, moveStart, removeColumn, splitColumn } from '../change-columns.ts';
import { setAt } from '../edit-layout-text.ts';
import type { LayoutEntry } from '../layout-entries.ts';
import {
  activeEntries,
  activeKind,
  changeLayout,
  isEditable,
  layoutText,
  listPathOf,
  select,
  selectedEntry,
} from './bench-state.ts';
import { ColumnFacts } from './column-facts.tsx';

const TYPES = ['string', 'integer', 'decimal(9,2)', 'date', 'timestamp', 'boolean', 'binary', 'double'];
const USAGES = ['display', 'packed', 'binary', 'float'];
const FORMATS = [
  'yyyyMMdd',
  'yyyy-MM-dd',
  'ddMMyyyy',
  'dd/MM/yyyy',
  'yyMMdd',
  'yyyyDDD',
  'yyyy-MM-dd-HH.mm.ss.SSSSSS',
  'yyyyMMddHHmmss',
];
const SIGNS = ['', 'none', 'leading', 'trailing', 'leading-separate', 'trailing-separate', 'marks'];

/** The column with the cursor: name, place, type, and what a sample holds in it. */
export function ColumnPanel() {
  const entry = selectedEntry.value;
  return (
    <div class="panel-body">
      {entry ? (
        <ColumnForm key={entry.path.join('.')} entry={entry} />
      ) : (
        <p class="faint">Choose a column: click into a record, or on a name in the ruler.</p>
      )}
      <NewColumn />
      {entry && <ColumnFacts entry={entry} />}
    </div>
  );
}

function ColumnForm({ entry }: { entry: LayoutEntry }) {
  const cutAfter = useSignal(Math.floor((entry.start + entry.end) / 2));
  const text = layoutText.value;
  if (!isEditable.value) {
    return (
      <p>
        <strong>{entry.name}</strong> comes from a copybook. To change it, take the copybook’s fields into the
        layout: Sources.
      </p>
    );
  }
  const set = (key: string, value: unknown) => changeLayout(setAt(text, [...entry.path, key], value));
  const bytes = entry.end - entry.start + 1;
  return (
    <form class="column-form" onSubmit={(event) => event.preventDefault()}>
      <Labelled label="Name">
        <input
          name="name"
          value={String(entry.keys.name ?? '')}
          spellcheck={false}
          onChange={({ currentTarget }) => set('name', currentTarget.value)}
        />
      </Labelled>
      <div class="pair">
        <Labelled label="First position">
          <input
            type="number"
            name="start"
            min={1}
            value={entry.start}
            onChange={({ currentTarget }) =>
              changeLayout(moveStart(text, entry, Number(currentTarget.value)))
            }
          />
        </Labelled>
        <Labelled label="Last position">
          <input
            type="number"
            name="end"
            min={entry.start}
            value={entry.end}
            onChange={({ currentTarget }) => changeLayout(moveEnd(text, entry, Number(currentTarget.value)))}
          />
        </Labelled>
      </div>
      <div class="pair">
        <Labelled label="Type">
          <input
            name="type"
            list="types"
            value={entry.type}
            spellcheck={false}
            onChange={({ currentTarget }) => set('type', currentTarget.value)}
          />
        </Labelled>
        <Labelled label="Usage">
          <select
            name="usage"
            value={entry.usage}
            onChange={({ currentTarget }) => changeLayout(withUsage(text, entry, currentTarget.value, bytes))}
          >
            {USAGES.map((usage) => (
              <option key={usage}>{usage}</option>
            ))}
          </select>
        </Labelled>
      </div>
      <datalist id="types">
        {TYPES.map((type) => (
          <option key={type} value={type} />
        ))}
      </datalist>
      <TypeKeys entry={entry} set={set} />
      <div class="actions">
        <Labelled label="Split after position">
          <input
            type="number"
            name="cut"
            min={entry.start}
            max={entry.end - 1}
            value={cutAfter.value}
            onInput={({ currentTarget }) => {
              cutAfter.value = Number(currentTarget.value);
            }}
          />
        </Labelled>
        <button
          type="button"
          disabled={bytes < 2}
          onClick={() => changeLayout(splitColumn(text, entry, cutAfter.value))}
        >
          Split
        </button>
        <button
          type="button"
          onClick={() => {
            select(undefined);
            changeLayout(removeColumn(text, entry));
          }}
        >
          Remove
        </button>
      </div>
    </form>
  );
}

/** Keys that only some types have. */
function TypeKeys({ entry, set }: { entry: LayoutEntry; set(key: string, value: unknown): void }) {
  const { type, keys, usage } = entry;
  if (type === 'date' || type === 'timestamp') {
    return (
      <Labelled label="Format">
        <input
          name="format"
          list="formats"
          value={String(keys.format ?? '')}
          spellcheck={false}
          onChange={({ currentTarget }) => set('format', currentTarget.value || undefined)}
        />
        <datalist id="formats">
          {FORMATS.map((format) => (
            <option key={format} value={format} />
          ))}
        </datalist>
      </Labelled>
    );
  }
  const isNumber = type === 'integer' || type.startsWith('decimal');
  if (!isNumber || usage !== 'display') return null;
  return (
    <Labelled label="Sign">
      <select
        name="sign"
        value={String(keys.sign ?? '')}
        onChange={({ currentTarget }) => set('sign', currentTarget.value || undefined)}
      >
        {SIGNS.map((sign) => (
          <option key={sign} value={sign}>
            {sign || '(as usual)'}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

/** Packed bytes hold two digits each but for the sign: five of them are decimal(9,2), say. */
function withUsage(text: string, entry: LayoutEntry, usage: string, bytes: number): string {
  const changed = setAt(text, [...entry.path, 'usage'], usage === 'display' ? undefined : usage);
  const fits = entry.type === 'integer' || entry.type.startsWith('decimal') || entry.type === 'date';
  if (usage === 'packed' && !fits)
    return setAt(changed, [...entry.path, 'type'], `decimal(${Math.min(38, bytes * 2 - 1)},2)`);
  if (usage === 'binary' && !fits) return setAt(changed, [...entry.path, 'type'], 'integer');
  if (usage === 'float') return setAt(changed, [...entry.path, 'type'], 'double');
  return changed;
}

/** A column at positions that none has yet. */
function NewColumn() {
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

export function Labelled({ label, children }: { label: string; children: preact.ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is among the children.
    <label class="labelled">
      <span>{label}</span>
      {children}
    </label>
  );
}
