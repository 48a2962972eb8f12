import { signal } from '@preact/signals';
import { setAt } from '../edit-layout-text.ts';
import { objectOf, parsed } from '../layout-entries.ts';
import { tell, trying } from '../messages.ts';
import { changeLayout, copybooks, laidOut, layoutText, worker } from './bench-state.ts';
import { Labelled } from './labelled.tsx';

const name = signal('');
const text = signal('');
const kind = signal<'copybook' | 'positions'>('copybook');
const result = signal<{ text: string; notes: string[] } | undefined>(undefined);

async function read(): Promise<void> {
  const { encoding } = objectOf(parsed(layoutText.value));
  const known = typeof encoding === 'string' ? encoding : undefined;
  result.value = await trying('Reading the source', () =>
    worker.call('importSource', kind.value, text.value, name.value || 'pasted', known),
  );
}

/** Other descriptions of a record: a copybook, a table of positions, a SAS program. They are read in the page. */
export function SourcePanel() {
  return (
    <div class="panel-body">
      <SourceText />
      <div class="actions">
        <Labelled label="It is">
          <select
            name="source-kind"
            value={kind.value}
            onChange={({ currentTarget }) => {
              kind.value = currentTarget.value === 'copybook' ? 'copybook' : 'positions';
            }}
          >
            <option value="copybook">a copybook</option>
            <option value="positions">positions (CSV) or SAS</option>
          </select>
        </Labelled>
        <button type="button" disabled={text.value.trim() === ''} onClick={() => void read()}>
          Read
        </button>
      </div>
      {result.value && <SourceResult result={result.value} />}
      <KeptCopybook name={name.value} text={text.value} />
      <ExpandCopybook />
    </div>
  );
}

function SourceText() {
  return (
    <>
      <Labelled label="Copybook, CSV of positions, or SAS program">
        <input
          type="file"
          name="source-file"
          onChange={async ({ currentTarget }) => {
            const chosen = currentTarget.files?.[0];
            if (!chosen) return;
            name.value = chosen.name;
            text.value = await chosen.text();
            kind.value = /\.(csv|sas|txt)$/i.test(chosen.name) ? 'positions' : 'copybook';
            await read();
          }}
        />
      </Labelled>
      <Labelled label="or its text">
        <textarea
          name="source-text"
          rows={8}
          spellcheck={false}
          value={text.value}
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value;
          }}
        />
      </Labelled>
    </>
  );
}

function SourceResult({ result }: { result: { text: string; notes: string[] } }) {
  const fields = objectOf(parsed(result.text)).fields;
  const count = Array.isArray(fields) ? fields.length : 0;
  const takeFields = () => {
    const { record, fields: found } = objectOf(parsed(result.text));
    const length = objectOf(record).length;
    changeLayout(setAt(setAt(layoutText.value, ['record', 'length'], length), ['fields'], found));
  };
  return (
    <section aria-label="What was read">
      <p role="status">{count} columns were read.</p>
      <ul class="reasons">
        {result.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
      <div class="actions">
        <button type="button" class="main" onClick={takeFields}>
          Take its columns
        </button>
        <button type="button" onClick={() => changeLayout(result.text)}>
          Take the whole layout
        </button>
      </div>
    </section>
  );
}

/** A layout that names this copybook can then be read. */
function KeptCopybook({ name, text }: { name: string; text: string }) {
  if (name === '' || text === '' || !/"copybook"/.test(layoutText.value)) return null;
  return (
    <button
      type="button"
      onClick={() => {
        copybooks.value = { ...copybooks.value, [name]: text };
        tell('good', `The layout may name ${name} now.`);
        changeLayout(`${layoutText.value} `);
      }}
    >
      Keep it as the layout’s copybook {name}
    </button>
  );
}

function ExpandCopybook() {
  const expanded = laidOut.value?.expanded;
  if (!expanded || !/"copybook"\s*:/.test(layoutText.value)) return null;
  return (
    <button type="button" onClick={() => changeLayout(expanded)}>
      Put the copybook’s fields into the layout, to change them
    </button>
  );
}
