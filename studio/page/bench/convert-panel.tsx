import { batch, signal } from '@preact/signals';
import { shownText } from '../../../shared/shown-text.ts';
import { boot } from '../boot.ts';
import type { ConvertEvent, ConvertedFile } from '../converted-file.ts';
import { chosenLake, openLake } from '../lake/lake-state.ts';
import { tell, trying } from '../messages.ts';
import { command, followed } from '../server.ts';
import { view } from '../view.ts';
import { file, laidOut, layoutPath, layoutText, savedText, saveLayout } from './bench-state.ts';
import { count } from './column-facts.tsx';
import { Labelled } from './labelled.tsx';
import { sizeText } from './size-text.ts';

const businessDate = signal('');
const isRunning = signal(false);
const isStopping = signal(false);
const progress = signal<ConvertEvent['progress']>(undefined);
const outcome = signal<ConvertedFile | undefined>(undefined);

/** Runs convert with the saved layout on the open file. */
export function ConvertPanel() {
  if (!file.value?.path)
    return <p class="panel-body faint">Only files of this machine can be converted: open it by its path.</p>;
  const isReady = savedText.value === layoutText.value && laidOut.value?.problems.length === 0;
  return (
    <div class="panel-body">
      <form
        class="column-form"
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
      >
        <Labelled label="Lake (a folder)">
          <input
            name="lake"
            required
            value={chosenLake.value}
            placeholder={boot.lake ?? 'lake'}
            spellcheck={false}
            onInput={({ currentTarget }) => {
              chosenLake.value = currentTarget.value;
            }}
          />
        </Labelled>
        <Labelled label="Business date, if neither name nor header say it">
          <input
            name="business-date"
            value={businessDate.value}
            placeholder="yyyy-MM-dd"
            onInput={({ currentTarget }) => {
              businessDate.value = currentTarget.value;
            }}
          />
        </Labelled>
        <div class="actions">
          <button type="submit" class="main" disabled={isRunning.value}>
            {isReady ? 'Convert' : 'Save and convert'}
          </button>
        </div>
      </form>
      {isRunning.value && <Running />}
      {outcome.value && <Outcome converted={outcome.value} />}
    </div>
  );
}

/** How far it is. Screen readers are told of the stage only, and not four times a second. */
function Running() {
  const { stage = '', totalBytes = 0, bytesRead = 0, rows = 0, rejected = 0 } = progress.value ?? {};
  const percent = totalBytes > 0 ? Math.floor((bytesRead / totalBytes) * 100) : 0;
  return (
    <section class="running" aria-label="Conversion">
      <p role="status">Converting: {stage || 'starting'} …</p>
      <progress aria-label="Bytes read" max={100} value={percent} />
      <p class="faint">
        {percent} % of {sizeText(totalBytes)}, {count(rows)} rows, {count(rejected)} rejected
      </p>
      <button type="button" disabled={isStopping.value} onClick={() => void stop()}>
        {isStopping.value ? 'Stopping …' : 'Stop'}
      </button>
    </section>
  );
}

let runId = '';

async function stop(): Promise<void> {
  isStopping.value = true;
  await trying('Stopping', () => command('stop', { id: runId }));
}

async function run(): Promise<void> {
  if (savedText.value !== layoutText.value && !(await saveLayout())) return;
  runId = crypto.randomUUID();
  batch(() => {
    isRunning.value = true;
    isStopping.value = false;
    outcome.value = undefined;
    progress.value = undefined;
  });
  try {
    const request = {
      id: runId,
      layout: layoutPath.value,
      inputs: [file.value?.path],
      lake: chosenLake.value,
      businessDate: businessDate.value || null,
    };
    for await (const event of followed<ConvertEvent>('convert', request)) {
      if (event.progress) progress.value = event.progress;
      if (event.file) outcome.value = event.file;
      if (event.stopped) tell('good', 'Stopped before the file was looked at.');
    }
  } catch (error) {
    tell('bad', error instanceof Error ? error.message : String(error));
  } finally {
    isRunning.value = false;
  }
}

function Outcome({ converted }: { converted: ConvertedFile }) {
  const { status, sourceKey, rows, records, published, seconds, reason, warnings = [] } = converted;
  const isGood = status === 'loaded' || status === 'already-loaded';
  return (
    <section aria-label="What convert did" role="status">
      <p>
        <span class={`state ${isGood ? 'good' : 'bad'}`}>
          {isGood ? '✓' : '✕'} {status}
        </span>{' '}
        {shownText(sourceKey)}
      </p>
      <p>
        {count(records.read)} records, {count(rows)} rows, {count(records.rejected)} rejected in{' '}
        {seconds.toFixed(1)} s{isGood && (published ? '; readers see them now.' : '; not published yet.')}
      </p>
      {reason && <p class="problem">{shownText(reason)}</p>}
      {warnings.map((warning) => (
        <p key={warning} class="note">
          ! {shownText(warning)}
        </p>
      ))}
      {isGood && (
        <button
          type="button"
          class="main"
          onClick={() => {
            view.value = 'lake';
            void openLake(chosenLake.value);
          }}
        >
          Query it
        </button>
      )}
    </section>
  );
}
