import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { shownText } from '../../../shared/shown-text.ts';
import { boot } from '../boot.ts';
import { trying } from '../messages.ts';
import { ask } from '../server.ts';
import { openPath } from './bench-state.ts';

interface Folder {
  path: string;
  parent: string | null;
  entries: { name: string; path: string; isFolder: boolean }[];
}

/** Chooses a file of the machine on which the server runs. */
export function OpenDialog({ label }: { label: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const folder = useSignal<Folder | undefined>(undefined);
  const path = useSignal('');
  const list = async (of: string) => {
    const found = await trying('Reading the folder', () => ask<Folder>('folder', { path: of }));
    if (found) folder.value = found;
  };
  const open = async (chosen: string) => {
    dialog.current?.close();
    await openPath(chosen);
  };
  return (
    <>
      <button
        type="button"
        onClick={() => {
          dialog.current?.showModal();
          void list(folder.value?.path ?? boot.folder);
        }}
      >
        {label}
      </button>
      <dialog ref={dialog} class="open-dialog" aria-label="Open a file">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void open(path.value);
          }}
        >
          <label class="labelled">
            <span>Path of the file</span>
            <input
              name="path"
              value={path.value}
              spellcheck={false}
              onInput={({ currentTarget }) => {
                path.value = currentTarget.value;
              }}
            />
          </label>
          <div class="actions">
            <button type="submit" class="main">
              Open
            </button>
            <button type="button" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
          </div>
        </form>
        {folder.value && <FolderList folder={folder.value} list={list} open={open} />}
      </dialog>
    </>
  );
}

interface FolderListProps {
  folder: Folder;
  list(path: string): Promise<void>;
  open(path: string): Promise<void>;
}

function FolderList({ folder, list, open }: FolderListProps) {
  const { path, parent, entries } = folder;
  return (
    <>
      <p class="faint">{shownText(path)}</p>
      <ul class="folder">
        {parent !== null && (
          <li>
            <button type="button" class="plain" onClick={() => void list(parent)}>
              ← the folder above
            </button>
          </li>
        )}
        {entries.map((entry) => (
          <li key={entry.path}>
            <button
              type="button"
              class="plain"
              onClick={() => void (entry.isFolder ? list(entry.path) : open(entry.path))}
            >
              {shownText(entry.name)}
              {entry.isFolder ? ' /' : ''}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
