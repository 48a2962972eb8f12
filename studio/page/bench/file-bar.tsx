import { shownText } from '../../../shared/shown-text.ts';
import { isServed } from '../boot.ts';
import {
  chosenFile,
  file,
  laidOut,
  layoutPath,
  layoutText,
  loadLayout,
  savedText,
  saveLayout,
} from './bench-state.ts';
import { count } from './column-facts.tsx';
import { OpenDialog } from './open-dialog.tsx';
import { sizeText } from './size-text.ts';

/** The open file and the file of its layout. */
export function FileBar() {
  const opened = file.value;
  if (!opened) return null;
  const problems = laidOut.value?.problems.length ?? 0;
  const isChanged = savedText.value !== layoutText.value;
  return (
    <div class="file-bar">
      <div class="file-name">
        <strong title={opened.path ?? opened.name}>{shownText(opened.name)}</strong>
        <span class="faint" title={`${count(opened.sizeBytes)} bytes`}>
          {sizeText(opened.sizeBytes)}
          {opened.compression && `, decompressed from ${opened.compression}`}
        </span>
        {isServed ? <OpenDialog label="Open…" /> : <OpenAnother />}
      </div>
      <form
        class="layout-file"
        onSubmit={(event) => {
          event.preventDefault();
          void saveLayout();
        }}
      >
        <label>
          <span class="faint">Layout</span>
          <input
            name="layout-path"
            value={layoutPath.value}
            placeholder="layouts/my-file.json"
            spellcheck={false}
            onInput={({ currentTarget }) => {
              layoutPath.value = currentTarget.value;
            }}
          />
        </label>
        {isServed && (
          <button type="button" onClick={() => void loadLayout(layoutPath.value)}>
            Load
          </button>
        )}
        <button type="submit" class="main">
          Save
        </button>
        <span class={problems > 0 ? 'state bad' : isChanged ? 'state warn' : 'state good'}>
          {problems > 0
            ? `✕ ${problems} ${problems === 1 ? 'problem' : 'problems'}`
            : isChanged
              ? '! not saved'
              : '✓ saved'}
        </span>
      </form>
    </div>
  );
}

function OpenAnother() {
  return (
    <label class="button">
      Open…
      <input
        type="file"
        class="for-readers"
        onChange={({ currentTarget }) => {
          const [chosen] = currentTarget.files ?? [];
          if (chosen) void chosenFile(chosen);
        }}
      />
    </label>
  );
}
