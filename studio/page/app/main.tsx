import { render } from 'preact';
import { chosenFile, isLayout, loadLayout, openPath } from '../bench/bench-state.ts';
import { boot } from '../boot.ts';
import { App } from './app.tsx';

const root = document.getElementById('root');
if (root) render(<App />, root);

const [first] = boot.files;
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', async (event) => {
  event.preventDefault();
  // A layout first: the records are shown by it.
  const dropped = [...(event.dataTransfer?.files ?? [])];
  dropped.sort((a, b) => Number(isLayout(b)) - Number(isLayout(a)));
  for (const file of dropped) await chosenFile(file);
});

async function begin(): Promise<void> {
  if (boot.layout) await loadLayout(boot.layout);
  if (first !== undefined) await openPath(first);
}

void begin();
