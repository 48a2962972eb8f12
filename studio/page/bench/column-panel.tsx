import { useSignal } from '@preact/signals';
import { moveEnd, moveStart, removeColumn, splitColumn } from '../change-columns.ts';
import { setAt } from '../edit-layout-text.ts';
import type { LayoutEntry } from '../layout-entries.ts';
import { changeLayout, isEditable, layoutText, select, selectedEntry } from './bench-state.ts';
import { ColumnFacts } from './column-facts.tsx';
import { Labelled } from './labelled.tsx';
import { NewColumn } from './new-column.tsx';

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

interface EntryProps {
  entry: LayoutEntry;
}

function ColumnForm({ entry }: EntryProps) {
  if (!isEditable.value) {
    return (
      <p>
        <strong>{entry.name}</strong> comes from a copybook. To change it, take the copybook’s fields into the
        layout: Sources.
      </p>
    );
  }
  const set = (key: string, value: unknown) =>
    changeLayout(setAt(layoutText.value, [...entry.path, key], value));
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
      <Place entry={entry} />
      <TypeAndUsage entry={entry} set={set} />
      <TypeKeys entry={entry} set={set} />
      <SplitOrRemove entry={entry} />
    </form>
  );
}

function Place({ entry }: EntryProps) {
  const text = layoutText.value;
  return (
    <div class="pair">
      <Labelled label="First position">
        <input
          type="number"
          name="start"
          min={1}
          value={entry.start}
          onChange={({ currentTarget }) => changeLayout(moveStart(text, entry, Number(currentTarget.value)))}
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
  );
}

interface KeyProps extends EntryProps {
  set(key: string, value: unknown): void;
}

function TypeAndUsage({ entry, set }: KeyProps) {
  return (
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
          onChange={({ currentTarget }) =>
            changeLayout(withUsage(layoutText.value, entry, currentTarget.value))
          }
        >
          {USAGES.map((usage) => (
            <option key={usage}>{usage}</option>
          ))}
        </select>
      </Labelled>
      <datalist id="types">
        {TYPES.map((type) => (
          <option key={type} value={type} />
        ))}
      </datalist>
    </div>
  );
}

function SplitOrRemove({ entry }: EntryProps) {
  const cutAfter = useSignal(Math.floor((entry.start + entry.end) / 2));
  return (
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
        disabled={entry.end === entry.start}
        onClick={() => changeLayout(splitColumn(layoutText.value, entry, cutAfter.value))}
      >
        Split
      </button>
      <button
        type="button"
        onClick={() => {
          select(undefined);
          changeLayout(removeColumn(layoutText.value, entry));
        }}
      >
        Remove
      </button>
    </div>
  );
}

/** Keys that only some types have. */
function TypeKeys({ entry, set }: KeyProps) {
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
function withUsage(text: string, entry: LayoutEntry, usage: string): string {
  const bytes = entry.end - entry.start + 1;
  const changed = setAt(text, [...entry.path, 'usage'], usage === 'display' ? undefined : usage);
  const fits = entry.type === 'integer' || entry.type.startsWith('decimal') || entry.type === 'date';
  if (usage === 'packed' && !fits)
    return setAt(changed, [...entry.path, 'type'], `decimal(${Math.min(38, bytes * 2 - 1)},2)`);
  if (usage === 'binary' && !fits) return setAt(changed, [...entry.path, 'type'], 'integer');
  if (usage === 'float') return setAt(changed, [...entry.path, 'type'], 'double');
  return changed;
}
