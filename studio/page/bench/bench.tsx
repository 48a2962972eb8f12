import { signal } from '@preact/signals';
import { shownText } from '../../../shared/shown-text.ts';
import { isServed } from '../boot.ts';
import { tell } from '../messages.ts';
import { activeKind, chosenKind, file, kinds, laidOut, list, sampled, showsHex } from './bench-state.ts';
import { count } from './column-facts.tsx';
import { ColumnPanel } from './column-panel.tsx';
import { ConvertPanel } from './convert-panel.tsx';
import { FileBar } from './file-bar.tsx';
import { GuessPanel } from './guess-panel.tsx';
import { LayoutPanel } from './layout-panel.tsx';
import { RecordGrid } from './record-grid.tsx';
import { SamplePanel } from './sample-panel.tsx';
import { SourcePanel } from './source-panel.tsx';
import { ValueTable } from './value-table.tsx';
import { Welcome } from './welcome.tsx';

const PANELS = {
  column: { label: 'Column', view: ColumnPanel },
  layout: { label: 'Layout', view: LayoutPanel },
  guess: { label: 'Guess', view: GuessPanel },
  sample: { label: 'Sample', view: SamplePanel },
  sources: { label: 'Sources', view: SourcePanel },
  ...(isServed && { convert: { label: 'Convert', view: ConvertPanel } }),
};
const panel = signal<string>('layout');

/** The workbench: the file at the left, its layout at the right. */
export function Bench() {
  if (!file.value) return <Welcome />;
  return (
    <main class="bench">
      <FileBar />
      <div class="bench-left">
        <div>
          <RecordBar />
          {(laidOut.value?.notes ?? []).map((note) => (
            <p key={note} class="note form-note">
              ! {shownText(note)}
            </p>
          ))}
        </div>
        <RecordGrid />
        <ValueTable />
      </div>
      <Panels />
    </main>
  );
}

/** Kinds of records, how bytes are shown, and where to go. */
function RecordBar() {
  const { form } = laidOut.value ?? {};
  const shares = new Map(sampled.value?.types.map(({ kind, records }) => [kind, records]));
  return (
    <div class="record-bar">
      <fieldset class="kinds">
        <legend class="for-readers">Columns of</legend>
        {kinds.value.map((kind) => (
          <button
            key={kind}
            type="button"
            aria-pressed={kind === activeKind.value}
            onClick={() => {
              chosenKind.value = kind;
            }}
          >
            {shownText(kind)}
            {shares.has(kind) && <span class="faint"> {count(shares.get(kind) ?? 0)}</span>}
          </button>
        ))}
      </fieldset>
      <label class="check">
        <input
          type="checkbox"
          checked={showsHex.value}
          onChange={({ currentTarget }) => {
            showsHex.value = currentTarget.checked;
          }}
        />
        bytes
      </label>
      <GoTo />
      <span class="faint">
        {form?.recordCount != null && `${count(form.recordCount)} records`}
        {list.brokenAt.value !== undefined && ` ✕ no whole record at byte ${count(list.brokenAt.value)}`}
      </span>
    </div>
  );
}

function GoTo() {
  return (
    <form
      class="go-to"
      onSubmit={(event) => {
        event.preventDefault();
        const words = String(new FormData(event.currentTarget).get('place')).trim();
        const byte = /^(?:byte |@)?(\d+)$/i.exec(words)?.[1];
        const record = /^(?:record |#)(\d+)$/i.exec(words)?.[1];
        if (record !== undefined)
          void list.show({ kind: 'record', index: Number(record) - 1 }).catch(noSuchPlace);
        else if (byte !== undefined) void list.show({ kind: 'byte', byte: Number(byte) }).catch(noSuchPlace);
        else noSuchPlace(new Error('Give a byte, such as 1000000, or a record, such as #5000.'));
      }}
    >
      <label>
        <span class="for-readers">Go to byte, or to a record as #number</span>
        <input name="place" placeholder="byte, or #record" size={14} autocomplete="off" />
      </label>
      <button type="submit">Go</button>
    </form>
  );
}

function noSuchPlace(error: Error): void {
  tell('bad', error.message);
}

function Panels() {
  const names = Object.keys(PANELS) as (keyof typeof PANELS)[];
  const chosen = names.find((name) => name === panel.value) ?? 'layout';
  const View = PANELS[chosen]?.view ?? LayoutPanel;
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    const next = names[(names.indexOf(chosen) + step + names.length) % names.length];
    if (next === undefined) return;
    panel.value = next;
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <aside class="panels" aria-label="Layout">
      <div role="tablist" aria-label="Layout" onKeyDown={onKey}>
        {names.map((name) => (
          <button
            key={name}
            id={`tab-${name}`}
            type="button"
            role="tab"
            aria-selected={name === chosen}
            aria-controls="panel"
            tabIndex={name === chosen ? 0 : -1}
            onClick={() => {
              panel.value = name;
            }}
          >
            {PANELS[name]?.label}
          </button>
        ))}
      </div>
      <div id="panel" role="tabpanel" aria-labelledby={`tab-${chosen}`}>
        <View />
      </div>
    </aside>
  );
}
