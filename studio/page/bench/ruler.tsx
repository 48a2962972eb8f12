import { useRef } from 'preact/hooks';
import { moveEnd, moveStart } from '../change-columns.ts';
import type { LayoutEntry } from '../layout-entries.ts';
import { bandOf } from './bands.ts';
import { activeEntries, changeLayout, isEditable, layoutText, select, selectedEntry } from './bench-state.ts';

const TICKS_PX = 20;
const LANE_PX = 25;

interface RulerProps {
  cellPx: number;
  /** Positions of the widest record. */
  width: number;
  slice: { from: number; to: number };
}

/** Positions, and the names of the columns at theirs, whose boundaries can be moved. */
export function Ruler({ cellPx, width, slice }: RulerProps) {
  const lanes = lanesOf(activeEntries.value);
  const laneCount = 1 + Math.max(0, ...lanes.values());
  const seen = activeEntries.value.filter(({ start, end }) => end > slice.from && start <= slice.to);
  return (
    <div class="ruler">
      <div class="record-head" aria-hidden="true" />
      <div class="ruler-lanes" style={{ width: `${width * cellPx}px` }}>
        <div class="ticks" aria-hidden="true" style={{ paddingLeft: `${slice.from * cellPx}px` }}>
          {scaleText(slice.from, slice.to)}
        </div>
        <div
          class="names"
          role="toolbar"
          aria-label="Columns of the record"
          style={{ height: `${laneCount * LANE_PX + 2}px` }}
        >
          {seen.map((entry) => (
            <ColumnName
              key={entry.path.join('.')}
              entry={entry}
              cellPx={cellPx}
              lane={lanes.get(entry) ?? 0}
            />
          ))}
        </div>
        {isEditable.value &&
          seen.map((entry) => (
            <Boundary key={entry.path.join('.')} entry={entry} cellPx={cellPx} lane={lanes.get(entry) ?? 0} />
          ))}
      </div>
    </div>
  );
}

/** Columns that share bytes with one before them are drawn below it. */
function lanesOf(columns: readonly LayoutEntry[]): Map<LayoutEntry, number> {
  const ends: number[] = [];
  return new Map(
    columns.map((entry) => {
      const free = ends.findIndex((end) => end < entry.start);
      const lane = free < 0 ? ends.length : free;
      ends[lane] = entry.end;
      return [entry, lane];
    }),
  );
}

/** `----+---10----+---20`, as rulers of mainframe editors are: each number ends at its position. */
function scaleText(from: number, to: number): string {
  const signs: string[] = [];
  for (let position = from + 1; position <= to; position++) {
    const ten = Math.ceil(position / 10) * 10;
    const digits = String(ten);
    const at = digits.length - 1 - (ten - position);
    signs.push(at >= 0 ? digits[at]! : position % 10 === 5 ? '+' : '-');
  }
  return signs.join('');
}

interface PlacedColumn {
  entry: LayoutEntry;
  cellPx: number;
  lane: number;
}

function ColumnName({ entry, cellPx, lane }: PlacedColumn) {
  const columns = activeEntries.value;
  const isChosen = selectedEntry.value?.path.join() === entry.path.join();
  const isFirst = selectedEntry.value?.kind !== entry.kind && columns[0] === entry;
  return (
    <button
      type="button"
      class={`column-name ${bandOf(entry, columns.indexOf(entry), selectedEntry.value)}`}
      style={{
        left: `${(entry.start - 1) * cellPx}px`,
        top: `${lane * LANE_PX + 1}px`,
        width: `${(entry.end - entry.start + 1) * cellPx}px`,
      }}
      tabIndex={isChosen || isFirst ? 0 : -1}
      aria-pressed={isChosen}
      aria-label={`${entry.name}, positions ${entry.start} to ${entry.end}, ${entry.type}`}
      title={`${entry.name} ${entry.start}–${entry.end} ${entry.type}`}
      onClick={() => select(entry)}
      onKeyDown={(event) => onNameKey(event, entry)}
    >
      {entry.name}
    </button>
  );
}

/**
 * Arrows go from column to column; with Alt they move the end of the column, with Alt and Shift its start. They act on the chosen column,
 * which the focus follows only with the next frame: somebody may type faster.
 */
function onNameKey(event: KeyboardEvent, focused: LayoutEntry): void {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const chosen = selectedEntry.value;
  const entry = chosen && activeEntries.value.includes(chosen) ? chosen : focused;
  if (event.altKey) {
    if (!isEditable.value) return;
    const text = layoutText.value;
    changeLayout(
      event.shiftKey ? moveStart(text, entry, entry.start + step) : moveEnd(text, entry, entry.end + step),
    );
    return;
  }
  const columns = activeEntries.value;
  const other = columns[columns.findIndex(({ path }) => path.join() === entry.path.join()) + step];
  if (!other) return;
  select(other);
  const names = (event.currentTarget as Element).parentElement;
  requestAnimationFrame(() => names?.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus());
}

/** The end of a column, to be dragged. From the keyboard it moves with Alt and an arrow on the column's name. */
function Boundary({ entry, cellPx, lane }: PlacedColumn) {
  const drag = useRef<{ x: number; end: number } | undefined>(undefined);
  return (
    <div
      class="boundary"
      aria-hidden="true"
      data-column={entry.name}
      style={{ left: `${entry.end * cellPx}px`, top: `${TICKS_PX + lane * LANE_PX}px` }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { x: event.clientX, end: entry.end };
        select(entry);
        event.preventDefault();
      }}
      onPointerMove={({ clientX }) => {
        if (!drag.current) return;
        const end = drag.current.end + Math.round((clientX - drag.current.x) / cellPx);
        changeLayout(moveEnd(layoutText.value, entry, end));
      }}
      onPointerUp={() => {
        drag.current = undefined;
      }}
      onPointerCancel={() => {
        drag.current = undefined;
      }}
    />
  );
}
