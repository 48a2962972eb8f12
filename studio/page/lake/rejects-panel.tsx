import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { shownText } from '../../../shared/shown-text.ts';
import type { ConvertedFile } from '../converted-file.ts';
import { tell, trying } from '../messages.ts';
import { cellsOf } from '../record-cells.ts';
import { ask, command } from '../server.ts';
import { bytesOfHex, correctedBytes, hexOf } from './correct-bytes.ts';
import { chosenDay, chosenLake, openLake } from './lake-state.ts';

interface RejectExample {
  sourceKey: string;
  byteOffset: number;
  hex: string;
}

interface RejectGroup {
  reason: string;
  field: string | null;
  count: number;
  place: { start: number; end: number } | null;
  examples: RejectExample[];
}

interface Rejects {
  characters: number[] | null;
  loaded: string[];
  groups: RejectGroup[];
}

const rejects = signal<Rejects | undefined>(undefined);
/** Corrected bytes in hexadecimal, by the place of the record. */
const corrected = signal<ReadonlyMap<string, string>>(new Map());
const isLoading = signal(false);

const keyOf = ({ sourceKey, byteOffset }: RejectExample) => `${byteOffset} ${sourceKey}`;

async function readRejects(): Promise<void> {
  const day = chosenDay.value;
  if (!day) return;
  corrected.value = new Map();
  const query = { lake: chosenLake.value, dataset: day.dataset, date: day.businessDate };
  rejects.value = await trying('Reading the rejects', () => ask<Rejects>('rejects', query));
}

/** The records of the chosen day that did not become rows: corrected here, and loaded as a supplement of their file. */
export function RejectsPanel() {
  useEffect(() => {
    rejects.value = undefined;
    void readRejects();
  }, [chosenDay.value]);
  const found = rejects.value;
  if (!found) return null;
  if (found.groups.length === 0) {
    return <p class="panel-body faint">Every record of this day became a row, or was corrected.</p>;
  }
  return (
    <div class="panel-body rejects">
      <p class="faint">
        Change the characters that are wrong; the others keep their bytes, seen or not. What you changed is
        loaded as a supplement of its file.
      </p>
      {found.groups.map((group) => (
        <Group key={`${group.reason} ${group.field}`} group={group} found={found} />
      ))}
      <LoadCorrected found={found} />
    </div>
  );
}

function Group({ group, found }: { group: RejectGroup; found: Rejects }) {
  const { reason, field, count, place, examples } = group;
  return (
    <section aria-label={`${reason} ${field ?? ''}`}>
      <h2>
        {count.toLocaleString('en')} × {reason}
        {field !== null && ` in ${field}`}
        {place && (
          <span class="faint">
            {' '}
            at {place.start}–{place.end}
          </span>
        )}
      </h2>
      {examples.length < count && (
        <p class="faint">
          The first {examples.length}; “npx positional-lake rejects --export FILE” writes all of them to a
          file.
        </p>
      )}
      {examples.map((example) => (
        <Example key={keyOf(example)} example={example} place={place} found={found} />
      ))}
    </section>
  );
}

function Example({
  example,
  place,
  found,
}: {
  example: RejectExample;
  place: RejectGroup['place'];
  found: Rejects;
}) {
  const raw = bytesOfHex(example.hex);
  const cells = cellsOf(raw, found.characters, false);
  const now = corrected.value.get(keyOf(example));
  const shown =
    now === undefined ? cells.join('') : cellsOf(bytesOfHex(now), found.characters, false).join('');
  const isLoaded = found.loaded.includes(example.sourceKey);
  const name = `${example.sourceKey}, byte ${example.byteOffset}`;
  return (
    <div class="reject">
      <p class="faint">
        {shownText(example.sourceKey)}, byte {example.byteOffset.toLocaleString('en')}
        {!isLoaded && ': its file was refused; correct it or its layout, and convert it again'}
        {now !== undefined && <span class="state warn">! corrected, not loaded yet</span>}
      </p>
      <div class="scroll" tabIndex={0} role="group" aria-label={`Record at ${name}`}>
        <pre class="mark" aria-hidden="true">
          {place
            ? `${' '.repeat(place.start - 1)}${'▾'.repeat(Math.max(1, place.end - place.start + 1))}`
            : ' '}
        </pre>
        <input
          class="bytes"
          aria-label={`Characters of the record at ${name}`}
          style={{ width: `${cells.length + 4}ch` }}
          value={shown}
          disabled={!isLoaded}
          spellcheck={false}
          onChange={({ currentTarget }) => correct(example, raw, cells, currentTarget.value, found)}
        />
      </div>
    </div>
  );
}

function correct(
  example: RejectExample,
  raw: Uint8Array,
  cells: string[],
  text: string,
  found: Rejects,
): void {
  const next = new Map(corrected.value);
  try {
    const hex = hexOf(correctedBytes(raw, cells, text, found.characters));
    if (hex === example.hex) next.delete(keyOf(example));
    else next.set(keyOf(example), hex);
    corrected.value = next;
  } catch (error) {
    tell('bad', (error as Error).message);
  }
}

/** Corrections of one file at a time: each becomes a supplement of it. */
function LoadCorrected({ found }: { found: Rejects }) {
  const examples = found.groups.flatMap((group) => group.examples);
  const byFile = new Map<string, string[]>();
  for (const example of examples) {
    const hex = corrected.value.get(keyOf(example));
    if (hex !== undefined) byFile.set(example.sourceKey, [...(byFile.get(example.sourceKey) ?? []), hex]);
  }
  return (
    <div class="actions">
      {[...byFile].map(([sourceKey, records]) => (
        <button
          key={sourceKey}
          type="button"
          class="main"
          disabled={isLoading.value}
          onClick={() => void load(sourceKey, records)}
        >
          Load {records.length} corrected {records.length === 1 ? 'record' : 'records'} of{' '}
          {shownText(sourceKey)}
        </button>
      ))}
    </div>
  );
}

async function load(sourceKey: string, records: string[]): Promise<void> {
  const day = chosenDay.value;
  if (!day) return;
  isLoading.value = true;
  const body = { lake: chosenLake.value, ...day, sourceKey, records };
  const files = await trying('Loading the supplement', () => command<ConvertedFile[]>('supplement', body));
  isLoading.value = false;
  const [file] = files ?? [];
  if (!file) return;
  if (file.status === 'loaded') {
    await openLake(chosenLake.value);
    await readRejects();
    const published = file.published ? 'readers see them' : 'the day is not published yet';
    tell('good', `${file.rows} corrected rows are loaded; ${published}.`);
  } else tell('bad', `${file.status}: ${file.reason ?? ''}`);
}
