import { render } from 'preact';
import { loadLayout, openPath } from '../bench/bench-state.ts';
import { boot } from '../boot.ts';
import { App } from './app.tsx';

const root = document.getElementById('root');
if (root) render(<App />, root);

const [first] = boot.files;
async function begin(): Promise<void> {
  if (boot.layout) await loadLayout(boot.layout);
  if (first !== undefined) await openPath(first);
}

void begin();
