import { shownText } from '../../../shared/shown-text.ts';
import { Bench } from '../bench/bench.tsx';
import { isServed } from '../boot.ts';
import { LakeView } from '../lake/lake-view.tsx';
import { message } from '../messages.ts';
import { type View, view } from '../view.ts';

/** The whole page: the workbench and the lake, and a line that says what happened. */
export function App() {
  return (
    <>
      <header class="top">
        <h1>
          positional-lake <span class="faint">studio</span>
        </h1>
        {isServed && (
          <nav aria-label="Views">
            <ViewButton name="bench" label="Workbench" />
            <ViewButton name="lake" label="Lake" />
          </nav>
        )}
        <p class={`message ${message.value?.tone ?? ''}`} role="status" aria-live="polite">
          {message.value ? shownText(message.value.text) : ''}
        </p>
        {message.value?.tone === 'bad' && (
          <button
            type="button"
            class="plain"
            onClick={() => {
              message.value = undefined;
            }}
          >
            Dismiss
          </button>
        )}
      </header>
      {view.value === 'bench' ? <Bench /> : <LakeView />}
    </>
  );
}

function ViewButton({ name, label }: { name: View; label: string }) {
  return (
    <button
      type="button"
      aria-current={view.value === name ? 'page' : undefined}
      onClick={() => {
        view.value = name;
      }}
    >
      {label}
    </button>
  );
}
