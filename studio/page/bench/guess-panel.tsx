import { shownText } from '../../../shared/shown-text.ts';
import { changeLayout, guess, layoutText, proposal } from './bench-state.ts';
import { type Piece, piecesOf } from './take-proposal.ts';

/** What the program thinks the file is: taken piece by piece, or whole. */
export function GuessPanel() {
  const found = proposal.value;
  return (
    <div class="panel-body">
      <div class="actions">
        <button type="button" class="main" onClick={() => void guess()}>
          {found ? 'Guess again' : 'Guess columns'}
        </button>
        {found && (
          <button type="button" onClick={() => changeLayout(found.text)}>
            Take all of it
          </button>
        )}
      </div>
      {found && (
        <>
          <details>
            <summary>Why: {found.reasons.length} reasons</summary>
            <ul class="reasons">
              {found.reasons.map((reason) => (
                <li key={reason}>{shownText(reason)}</li>
              ))}
            </ul>
          </details>
          <ul class="pieces">
            {piecesOf(found.draft).map((piece) => (
              <PieceLine key={piece.label} piece={piece} />
            ))}
          </ul>
        </>
      )}
      {!found && (
        <p class="faint">
          Looks at records from the whole file, and proposes code page, record types and columns. Nothing
          changes until you take it.
        </p>
      )}
    </div>
  );
}

function PieceLine({ piece }: { piece: Piece }) {
  const isTaken = piece.isTaken(layoutText.value);
  return (
    <li class={isTaken ? 'taken' : ''}>
      <span>
        <strong>{shownText(piece.label)}</strong> <span class="faint">{shownText(piece.detail)}</span>
      </span>
      <button
        type="button"
        disabled={isTaken}
        aria-label={`${isTaken ? '✓ taken' : 'Take'} ${piece.label}`}
        onClick={() => changeLayout(piece.take(layoutText.value))}
      >
        {isTaken ? '✓ taken' : 'Take'}
      </button>
    </li>
  );
}
