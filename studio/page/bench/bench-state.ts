import { batch, computed, effect, signal } from '@preact/signals';
import type { LaidOut, Proposal, Sampled } from '../../engine/workbench.ts';
import { boot, isServed } from '../boot.ts';
import { entriesOf, type JsonPath, kindsOf, type LayoutEntry } from '../layout-entries.ts';
import { tell, trying } from '../messages.ts';
import { ask, command } from '../server.ts';
import { WorkerClient } from '../worker-client.ts';
import type { OpenedFile } from '../worker-protocol.ts';
import { RecordList } from './record-list.ts';

/** The open file. */
interface BenchFile {
  name: string;
  /** Where it lies on the machine of the server. */
  path: string | undefined;
  sizeBytes: number;
  compression: string | null;
}

interface ServedFile {
  id: string;
  name: string;
  path: string;
  sizeBytes: number;
  compression: string | null;
}

export const worker = new WorkerClient();
export const list = new RecordList(worker);

export const file = signal<BenchFile | undefined>(undefined);
export const layoutText = signal('');
/** Where the layout is saved. */
export const layoutPath = signal(boot.layout ?? '');
/** The text that the file at `layoutPath` has; undefined if nothing was saved or loaded. */
export const savedText = signal<string | undefined>(undefined);
export const laidOut = signal<LaidOut | undefined>(undefined);
export const copybooks = signal<Record<string, string>>({});
export const sampled = signal<Sampled | undefined>(undefined);
export const proposal = signal<Proposal | undefined>(undefined);
/** The column with the cursor, by its path in the layout. */
const selectedPath = signal<string | undefined>(undefined);
/** The kind of records of which columns and values are shown. */
export const chosenKind = signal<string | undefined>(undefined);
export const showsHex = signal(false);

/** The layout whose columns are drawn: what is typed, or, while that is no JSON or has copybooks, the last that was understood. */
let lastDrawn = '';
const drawnText = computed(() => {
  const { expanded = '' } = laidOut.value ?? {};
  lastDrawn = [layoutText.value, expanded].find((text) => entriesOf(text).length > 0) ?? lastDrawn;
  return lastDrawn;
});
export const entries = computed(() => entriesOf(drawnText.value));
/** The columns of each kind of records. */
export const entriesOfKind = computed(() => Map.groupBy(entries.value, ({ kind }) => kind));
/** The last position that a column has. */
export const lastPosition = computed(() => entries.value.reduce((last, { end }) => Math.max(last, end), 20));
/** How the bytes of a record become cells. */
export const cellsBy = computed(() => {
  const isUtf8 = /"encoding"\s*:\s*"utf-?8"/i.test(layoutText.value);
  const isCounted = /"positions"\s*:\s*"characters"/.test(layoutText.value);
  return isUtf8 ? (isCounted ? 'characters' : 'utf-8') : 'page';
});
export const kinds = computed(() => kindsOf(drawnText.value).map(({ kind }) => kind));
export const activeKind = computed(() => {
  const wanted = chosenKind.value;
  return wanted !== undefined && kinds.value.includes(wanted) ? wanted : (kinds.value[0] ?? 'detail');
});
export const activeEntries = computed(() =>
  entries.value
    .filter(({ kind }) => kind === activeKind.value)
    .sort((a, b) => a.start - b.start || a.end - b.end),
);
export const selectedEntry = computed(() =>
  entries.value.find(({ path }) => path.join('.') === selectedPath.value),
);
/** Columns of a copybook are not in the text: they are changed after its fields were put in its place. */
export const isEditable = computed(() => drawnText.value === layoutText.value);

export function select(entry: LayoutEntry | undefined): void {
  batch(() => {
    selectedPath.value = entry?.path.join('.');
    if (entry) chosenKind.value = entry.kind;
  });
}

export function listPathOf(kind: string): JsonPath {
  return kindsOf(layoutText.value).find((one) => one.kind === kind)?.path ?? ['fields'];
}

/** Takes another text of the layout, from wherever it was changed. */
export function changeLayout(text: string): void {
  if (text === layoutText.value) return;
  batch(() => {
    layoutText.value = text;
    // What was counted by another layout says nothing of this one.
    sampled.value = undefined;
  });
}

let isLaying = false;
let laidText: string | undefined;

/** Hands the newest text to the worker, one at a time: while it works, only the last of several waits. */
async function layOut(): Promise<void> {
  if (isLaying) return;
  isLaying = true;
  try {
    while (laidText !== layoutText.value) {
      const text = layoutText.value;
      laidText = text;
      const answer = await worker.call('setLayout', text, copybooks.value);
      laidOut.value = answer;
      if (answer.form) await list.decodeAgain();
    }
  } catch (error) {
    tell('bad', error instanceof Error ? error.message : String(error));
  } finally {
    isLaying = false;
  }
}

effect(() => {
  // Read here, so that each change of the text comes here.
  if (layoutText.value !== '' && file.value) void layOut();
});

async function openFile(opened: OpenedFile, path?: string, compression: string | null = null): Promise<void> {
  await trying('Opening the file', async () => {
    const { sizeBytes } = await worker.open(opened);
    const name = opened.kind === 'dropped' ? opened.file.name : opened.name;
    list.clear();
    batch(() => {
      file.value = { name, path, sizeBytes, compression };
      sampled.value = undefined;
      proposal.value = undefined;
      laidOut.value = undefined;
    });
    laidText = undefined;
    if (sizeBytes === 0) tell('bad', `${name} is empty: there is nothing to show.`);
    if (layoutText.value === '' && sizeBytes > 0) {
      const { text, problem } = await worker.call('firstLayout');
      layoutText.value = text;
      if (problem !== undefined) tell('bad', problem);
    } else if (layoutText.value !== '') await layOut();
  });
}

/** Opens a file of the machine on which the server runs. */
export async function openPath(path: string): Promise<void> {
  const opened = await trying(`Opening ${path}`, () => command<ServedFile>('open', { path }));
  if (!opened) return;
  const url = new URL(`bytes/${opened.id}`, document.baseURI).href;
  await openFile(
    { kind: 'served', name: opened.name, sizeBytes: opened.sizeBytes, url },
    opened.path,
    opened.compression,
  );
}

export async function loadLayout(word: string): Promise<void> {
  const loaded = await trying(`Opening ${word}`, () =>
    ask<{ file: string; text: string; copybooks: Record<string, string> }>('layout', { word }),
  );
  if (!loaded) return;
  batch(() => {
    copybooks.value = loaded.copybooks;
    layoutPath.value = loaded.file;
    savedText.value = loaded.text;
    changeLayout(loaded.text);
  });
}

/** Writes the layout to its file, or, without a server, to where the browser puts downloads. */
export async function saveLayout(): Promise<boolean> {
  const text = layoutText.value;
  if (!isServed) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    link.download = `${layoutPath.value || 'layout'}.json`.replace(/\.json\.json$/, '.json');
    link.click();
    savedText.value = text;
    return true;
  }
  if (layoutPath.value === '') {
    tell('bad', 'The layout has no file yet: give its path above the text.');
    return false;
  }
  const saved = await trying('Saving', () =>
    command<{ file: string }>('save', { path: layoutPath.value, text, known: savedText.value ?? null }),
  );
  if (!saved) return false;
  layoutPath.value = saved.file;
  savedText.value = text;
  tell('good', `Saved: ${saved.file}`);
  return true;
}

export async function takeSample(): Promise<void> {
  const found = await trying('Reading a sample', () => worker.call('sample'));
  if (found) sampled.value = found;
}

export async function guess(): Promise<void> {
  const found = await trying('Looking for columns', () => worker.call('guess'));
  if (found) proposal.value = found;
}

export function isLayout({ name }: File): boolean {
  return /\.jsonc?$/i.test(name);
}

/** A file that was dropped or chosen: a layout if its name ends in .json, else the records. */
export async function chosenFile(chosen: File): Promise<void> {
  if (isLayout(chosen)) {
    const text = await chosen.text();
    batch(() => {
      layoutPath.value = isServed ? '' : chosen.name;
      savedText.value = text;
      changeLayout(text);
    });
    tell('good', `The layout is ${chosen.name}.`);
    return;
  }
  await openFile({ kind: 'dropped', file: chosen });
}
