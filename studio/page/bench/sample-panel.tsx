import type { Sampled } from '../../engine/workbench.ts';
import { chosenKind, sampled, takeSample } from './bench-state.ts';
import { count } from './column-facts.tsx';

const MOST_LENGTHS = 12;

/** What records a sample of the file has: their kinds, their lengths, and what convert would do with them. */
export function SamplePanel() {
  const found = sampled.value;
  return (
    <div class="panel-body">
      <div class="actions">
        <button type="button" class="main" onClick={() => void takeSample()}>
          {found ? 'Sample again' : 'Sample the file'}
        </button>
      </div>
      {found ? (
        <SampleFacts found={found} />
      ) : (
        <p class="faint">Reads records of 40 places from the beginning to the end of the file.</p>
      )}
    </div>
  );
}

function SampleFacts({ found }: { found: Sampled }) {
  const { verdict, lengths, types } = found;
  return (
    <>
      <p role="status">
        {count(found.recordCount)} records of {count(found.placeCount)} places.
      </p>
      {verdict && <Verdict verdict={verdict} />}
      <table>
        <caption>Kinds of records</caption>
        <tbody>
          {types.map((type) => (
            <KindLine key={type.kind} type={type} />
          ))}
        </tbody>
      </table>
      <table>
        <caption>Lengths of records, in bytes</caption>
        <tbody>
          {lengths.slice(0, MOST_LENGTHS).map(({ length, count: times }) => (
            <tr key={length}>
              <th scope="row">{count(length)}</th>
              <td class="number">{count(times)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {lengths.length > MOST_LENGTHS && <p class="faint">and {lengths.length - MOST_LENGTHS} more lengths</p>}
    </>
  );
}

function Verdict({ verdict }: { verdict: NonNullable<Sampled['verdict']> }) {
  const { details, rejected, rejects } = verdict;
  return (
    <>
      <p class={rejected > 0 ? 'problem' : 'fine'}>
        {rejected === 0
          ? `✓ The kernel takes all ${count(details)} details.`
          : `✕ The kernel rejects ${count(rejected)} of ${count(details)} details.`}
      </p>
      <ul class="reasons">
        {rejects.slice(0, MOST_LENGTHS).map(({ reason, field, count: times }) => (
          <li key={`${reason} ${field}`}>
            {count(times)} × {reason}
            {field === null ? '' : ` in ${field}`}
          </li>
        ))}
      </ul>
    </>
  );
}

function KindLine({ type: { kind, records, rejected } }: { type: Sampled['types'][number] }) {
  const reasons = Object.entries(rejected).map(([reason, times]) => `✕ ${count(times)} × ${reason}`);
  return (
    <tr>
      <th scope="row">
        <button
          type="button"
          class="plain"
          onClick={() => {
            chosenKind.value = kind;
          }}
        >
          {kind}
        </button>
      </th>
      <td class="number">{count(records)}</td>
      <td class="problem">{reasons.join(', ')}</td>
    </tr>
  );
}
